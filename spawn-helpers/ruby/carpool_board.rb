# frozen_string_literal: true

module Carpool
  # What this process is serving, where the server can read it while the process is stuck: a piece
  # of memory with a slot for each thread, which the server finds below /proc by name.
  class Board
    SLOT = 512 # bytes: the session's number, then "METHOD path", then NULs
    CLOSE_ON_EXEC = 1

    # The number of the system call memfd_create(2), for which Ruby has no name.
    MEMFD_CREATE = { "x86_64" => 319, "aarch64" => 279 }[RbConfig::CONFIG["host_cpu"]]

    def initialize(threads)
      return unless MEMFD_CREATE

      @memory = File.for_fd(syscall(MEMFD_CREATE, +"carpool-board", CLOSE_ON_EXEC), "r+b")
      @memory.truncate(threads * SLOT)
    rescue SystemCallError, NotImplementedError
      @memory = nil # the server then names no request
    end

    # Say what a thread is serving. Half a text, if the server reads just now, is no harm.
    def write(thread, session, env)
      text = "#{session}#{env["REQUEST_METHOD"]} #{env["PATH_INFO"]}\0"
      text = text.byteslice(0, SLOT - 1) << "\0" if text.bytesize > SLOT
      @memory&.pwrite(text, thread * SLOT)
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
