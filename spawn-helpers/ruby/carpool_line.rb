# frozen_string_literal: true

require "socket"

module Carpool
  # The line to the server: the frames of ../CONTRACT.md, and the end of it.
  module Line
    FRAME_SIZE = 8
    MAX_PAYLOAD = 65_536
    DESCRIPTORS = 24 # bytes of control data for two of them: the kernel closes any other
    RECEIVE = { scm_rights: true }.freeze # close-on-exec is what Ruby makes of each
    LAST_SECOND = 0.6 # of the one second that is left when the server is gone
    PAUSE = 0.2 # between looks at a line on which something waits to be read

    module_function

    # Take the line away from descriptor 0, where /dev/null is put, and return it as a socket.
    def open
      abort "carpool_rack.rb is started by Carpool: descriptor 0 is not its line" unless $stdin.stat.socket?
      copy = $stdin.dup # close-on-exec, as all that Ruby opens
      copy.autoclose = false
      line = UNIXSocket.for_fd(copy.fileno)
      $stdin.reopen(File::NULL, "r+")
      line
    end

    # Send one frame.
    def say(line, kind, number, text = "", limit = MAX_PAYLOAD)
      payload = text.dup.force_encoding(Encoding::UTF_8).scrub.byteslice(0, limit)
      payload = payload.scrub("").b # no half character at the end
      line.write([(kind.ord << 24) | payload.bytesize, number].pack("NN"), payload)
    rescue SystemCallError, IOError
      nil # the server is gone, which the next receive_frame() tells
    end

    # Say that a place is free. The peer has not seen the end of the connection yet.
    def done(line, number, whole)
      line.write(whole ? "D\0\0\1#{number}\0" : "D\0\0\1#{number}\1")
    rescue SystemCallError, IOError
      nil # as in say()
    end

    # Return the next frame, "" at the end of the line, and its descriptors as IO objects.
    def receive_frame(line)
      frame, _, _, *control = line.recvmsg(FRAME_SIZE, 0, DESCRIPTORS, **RECEIVE)
      descriptors = control.empty? ? control : control.flat_map { |data| data.unix_rights || [] }
      while frame.bytesize.between?(1, FRAME_SIZE - 1)
        piece = line.recv(FRAME_SIZE - frame.bytesize)
        return ["", descriptors] if piece.nil? || piece.empty?

        frame << piece
      end
      [frame, descriptors]
    rescue Errno::ECONNRESET
      ["", []]
    end

    # Start the thread that ends this process when the server is gone, whatever else is running.
    #
    # It sleeps until there is something on the line, which is a frame or the end; sending nothing
    # at all tells which. A forked process has no threads and starts its own.
    def watch(line)
      thread = Thread.new do
        loop do
          IO.select([line])
          line.send("", Socket::MSG_NOSIGNAL)
          sleep PAUSE
        rescue SystemCallError
          sleep LAST_SECOND
          exit!(0)
        end
      end
      thread.name = "carpool-line"
      thread
    end
  end
end
