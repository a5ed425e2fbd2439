# frozen_string_literal: true

require_relative "carpool_line"
require_relative "carpool_response"

module Carpool
  # The preloader: a process that has loaded the application, and forks those that serve it.
  #
  # A forked process shares the memory of all that was loaded until one of them writes to it, and is
  # ready in a few milliseconds. What does not survive a fork, threads and connections, is warned
  # about.
  class Preloader
    def initialize(line)
      @line = line
      @ended = Queue.new # a number and how its process ended
      @awake, @wake = IO.pipe
    end

    # Return the line of a forked process, in that process. In the preloader, return nil.
    def run
      settle
      Line.say(@line, "L", 0)
      loop do
        ready, = IO.select([@line, @awake])
        report if ready.include?(@awake)
        next unless ready.include?(@line)

        frame, descriptors = Line.receive_frame(@line)
        case frame[0]
        when "K"
          line = fork_one(frame.byteslice(4, 4).unpack1("N"), descriptors)
          return line if line
        when "Q", nil
          return nil
        else
          Carpool.log("carpool: the server sent an unknown frame: #{frame.inspect}")
          exit!(70)
        end
      end
    end

    private

    # Make garbage of what is none, and old of the rest, so that the collector of a forked process
    # finds little to write to in what it shares.
    def settle
      if Process.respond_to?(:warmup)
        Process.warmup
      else
        4.times { GC.start }
      end
    end

    # Fork one process, and return its line in it.
    def fork_one(number, descriptors)
      if descriptors.size < 2 # they did not get through: too many files are open
        descriptors.each(&:close)
        Line.say(@line, "F", number, "the preloader has too many files open")
        return nil
      end
      $stdout.flush
      $stderr.flush
      begin
        pid = Process.fork
      rescue SystemCallError => e
        Line.say(@line, "F", number, "the preloader cannot fork: #{e.message}")
      else
        return become_child(*descriptors) if pid.nil?

        Line.say(@line, "K", number, pid.to_s)
        await(pid, number)
      end
      descriptors.each(&:close)
      nil
    end

    # Let go of what is the preloader's.
    def become_child(line, output)
      Process.setsid
      [@line, @awake, @wake].each(&:close)
      STDOUT.reopen(output)
      STDERR.reopen(output)
      STDOUT.sync = STDERR.sync = true
      output.close
      socket = UNIXSocket.for_fd(line.fileno)
      line.autoclose = false
      socket
    end

    # Have a thread wait for a child's end: the application may have children of its own.
    def await(pid, number)
      Thread.new do
        _, status = Process.wait2(pid)
        @ended << [number, status.signaled? ? 128 + status.termsig : status.exitstatus]
        @wake.write("x")
      end
    end

    # Tell how children ended.
    def report
      @awake.readpartial(64)
      until @ended.empty?
        number, status = @ended.pop
        Line.say(@line, "X", number, status.to_s)
      end
    end
  end

  CURE = "in a block that you give to Carpool.after_fork, or set spawn = \"direct\""

  # Say what the application has that its forked processes will not, or will share.
  def self.warn_of_fork(line)
    threads = Thread.list.reject { |thread| thread == Thread.main || thread.name == "carpool-line" }
    unless threads.empty?
      names = threads.map { |thread| thread.name || thread.inspect }.join(", ")
      log("carpool: the application started threads while it was loaded, which forked processes do " \
          "not have (#{names}): start them #{CURE}")
    end
    connections(line).each do |peer|
      log("carpool: the application opened a connection to #{peer} while it was loaded, which all " \
          "forked processes share: open it #{CURE}")
    end
  end

  # The peers of all connected sockets but the line.
  def self.connections(line)
    Dir.children("/proc/self/fd").filter_map do |name|
      next if name.to_i == line.fileno

      socket = Socket.for_fd(name.to_i) if File.stat("/proc/self/fd/#{name}").socket?
      next unless socket

      socket.autoclose = false
      address = socket.remote_address
      address.unix? ? "a Unix socket #{address.unix_path}".strip : "#{address.ip_address} port #{address.ip_port}"
    rescue SystemCallError
      nil # it is closed by now, or connected to nobody
    end
  end
end
