# frozen_string_literal: true

module Carpool
  # What this process is serving, where the server can read it while the process is stuck: a piece
  # of memory with a slot for each thread, which the server finds below /proc by name.
  class Board
    SLOT = 512 # bytes: the session's number, then "METHOD path", then NULs
    PROT_READ_WRITE = 3
    MAP_SHARED = 1
    CLOSE_ON_EXEC = 1
    NONE = proc {}

    # A board, or nothing where this Ruby has no Fiddle to make one with.
    def self.open(threads)
      require "fiddle"
      new(threads).method(:write)
    rescue LoadError, Fiddle::DLError
      NONE
    end

    def initialize(threads)
      size = threads * SLOT
      number = function("memfd_create", [Fiddle::TYPE_VOIDP, Fiddle::TYPE_INT], Fiddle::TYPE_INT)
               .call("carpool-board", CLOSE_ON_EXEC)
      raise Fiddle::DLError, "no memfd_create" if number.negative?

      @file = File.for_fd(number) # stays open: it is by this that the server finds the memory
      @file.truncate(size)
      @memory = map(number, size)
    end

    # Say what a thread is serving. Half a text, if the server reads just now, is no harm.
    def write(thread, session, env)
      text = "#{session}#{env["REQUEST_METHOD"]} #{env["PATH_INFO"]}\0"
      text = text.byteslice(0, SLOT - 1) << "\0" if text.bytesize > SLOT
      @memory[thread * SLOT, text.bytesize] = text
    end

    private

    def map(number, size)
      types = [Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, *[Fiddle::TYPE_INT] * 3, Fiddle::TYPE_LONG]
      address = function("mmap", types, Fiddle::TYPE_VOIDP)
                .call(0, size, PROT_READ_WRITE, MAP_SHARED, number, 0)
      raise Fiddle::DLError, "no mmap" if address.to_i == -1

      Fiddle::Pointer.new(address.to_i, size)
    end

    def function(name, arguments, result)
      Fiddle::Function.new(Fiddle::Handle::DEFAULT[name], arguments, result)
    end
  end

  # The signal on which this process prints what it is doing: SIGRTMAX - 2, which nobody else uses.
  TRACE = 62

  # Have this process print on a signal what each thread is doing. A thread that is inside of a
  # library in C, and keeps the interpreter's lock, delays it until it comes back.
  def self.trace_on_signal
    trap(TRACE) do
      threads = Thread.list.map do |thread|
        frames = (thread.backtrace || []).map { |frame| "  from #{frame}\n" }
        "Thread #{thread.name || (thread == Thread.main ? "main" : thread.object_id)}:\n#{frames.join}"
      end
      STDERR.syswrite(threads.join)
    rescue SystemCallError, IOError
      nil # the application closed it
    end
  end
end
