# frozen_string_literal: true

require_relative "carpool_request"

module Carpool
  HERE = "#{__dir__}/"

  # The response: what an application answers, sent in CGI form on a connection.
  class Response
    CONTROL = /[\x00-\x1f\x7f]/n.freeze
    BODILESS = [204, 304].freeze

    # The mark on a connection from which on nobody else may answer: the server reads it if we die.
    ANSWERING = [Socket::SOL_SOCKET, Socket::SO_PRIORITY, 1].freeze

    # Whether all is sent.
    attr_accessor :whole

    # Whether the header is out and cannot be changed.
    attr_reader :sent

    # The Content-Length, or nil.
    attr_reader :length

    attr_writer :head_only # the request is HEAD

    def initialize(connection)
      @connection = connection
      @head = @length = nil
      @left = 0 # how much of the length is still to be written
      @head_only = @bodiless = @mute = @sent = @whole = false
    end

    # Call the application and send what it answers; 500 if it fails before anything was sent.
    def answer(application, env)
      status, headers, body = application.call(env)
      begin
        start(status, headers)
        send_body(body, env)
      ensure
        body.close if !@consumed && body.respond_to?(:close)
      end
    rescue PeerGone
      raise
    rescue Exception => e # SystemExit ends the request, not the process
      Carpool.log("carpool: #{env["REQUEST_METHOD"]} #{env["PATH_INFO"]} failed\n#{Carpool.describe(e)}")
      page(500, "The application failed; its log says why.") unless @sent
    end

    # Take status and headers, and check them.
    def start(status, headers)
      status = status.to_i
      raise ArgumentError, "this is not a status: #{status}" unless status.between?(100, 999)

      @length = nil
      lines = "Status: #{status} #{::Rack::Utils::HTTP_STATUS_CODES[status] || "Status"}\r\n".b
      headers.each { |name, value| add(lines, name.to_s, value) }
      @head = lines << "\r\n"
      @left = @length || 0
      @bodiless = BODILESS.include?(status)
      @mute = @head_only || @bodiless
    end

    # Send a piece of the body, after the header if that has not been sent.
    def write(data)
      raise TypeError, "a piece of the body is #{data.class}, not String" unless data.is_a?(String)

      data = clip(data)
      if @sent
        send_pieces(data) unless data.empty?
      else
        send_pieces(header, data)
      end
    end

    # Send what the application returned, each piece as soon as there is one.
    def send_body(body, env)
      if body.is_a?(Array) || (body.respond_to?(:to_ary) && ::Rack.release.to_i > 2)
        send_all(body)
      elsif !(body.respond_to?(:to_path) && send_file(body.to_path))
        if body.respond_to?(:each)
          body.each { |data| write(data) unless data.empty? || (@mute && @sent) }
        else
          body.call(Stream.new(self, env["rack.input"]))
        end
        write("") unless @sent
      end
      if @left.positive? && !@mute
        Carpool.log("carpool: the response is #{@left} bytes shorter than its Content-Length")
      else
        @whole = true
      end
    end

    # Answer with a short text instead of what the application began.
    def page(status, text)
      start(status, { "Content-Type" => "text/plain; charset=utf-8" })
      send_body(["#{status} #{::Rack::Utils::HTTP_STATUS_CODES[status]}\n\n#{text}\n"], {})
    rescue PeerGone
      nil
    end

    # Let nobody who kept this reach the next connection.
    def finish
      @connection = nil
    end

    private

    def add(lines, name, value)
      size = name.bytesize
      if size == 14 && name.casecmp?("content-length")
        raise ArgumentError, "this is not a Content-Length: #{value.inspect}" unless value.to_s.match?(/\A\d+\z/)

        @length = value.to_i
      elsif (size == 6 && name.casecmp?("status")) || name.start_with?("rack.")
        return # it would be taken for the real one; or is for a server that has offered it
      end
      if value.is_a?(Array)
        value.each { |one| add_line(lines, name, one.to_s) }
      elsif (value = value.to_s).include?("\n")
        value.split("\n", -1).each { |one| add_line(lines, name, one) }
      else
        add_line(lines, name, value)
      end
    end

    def add_line(lines, name, value)
      line = "#{name}: #{value}"
      line.force_encoding(Encoding::BINARY)
      raise ArgumentError, "a header has a control character: #{line.inspect}" if line.match?(CONTROL)

      lines << line << "\r\n"
    end

    # Send a body that is there as a whole, and say how long it is.
    def send_all(body)
      pieces = body.to_ary
      @consumed = !body.is_a?(Array) # to_ary closes it
      size = pieces.sum(&:bytesize)
      declare(size) if @length.nil? && (size.positive? || !@mute)
      if @length == size && !@mute
        @left = 0
        send_pieces(header, *pieces)
      else
        pieces.each { |piece| write(piece) }
        write("") unless @sent
      end
    end

    # Let the kernel send a file; false if it must be read instead.
    def send_file(path)
      file = File.open(path, "rb")
      size = file.size
      return false unless file.stat.file? && size.positive?

      declare(size) if @length.nil?
      size = [size, @left].min
      write("")
      return true if @mute

      @left -= copy(file, size)
      true
    rescue Errno::ENOENT, Errno::EACCES, Errno::EISDIR
      false
    ensure
      file&.close
    end

    def copy(file, size)
      IO.copy_stream(file, @connection, size)
    rescue SystemCallError, IOError
      raise PeerGone, "the client went away"
    end

    # What of a piece still fits into the length.
    def clip(data)
      return "" if @mute
      return data if @length.nil?

      if data.bytesize > @left
        Carpool.log("carpool: the response is longer than its Content-Length, and was cut")
        data = data.byteslice(0, @left)
        @mute = true
      end
      @left -= data.bytesize
      data
    end

    # Add the Content-Length that the application left out.
    def declare(length)
      return if @bodiless

      @head = "#{@head.byteslice(0, @head.bytesize - 2)}Content-Length: #{length}\r\n\r\n"
      @length = @left = length
    end

    # The header, which goes out now.
    def header
      @sent = true
      @connection.setsockopt(*ANSWERING)
      @head
    rescue SystemCallError, IOError
      raise PeerGone, "the connection is closed"
    end

    def send_pieces(*pieces)
      @connection.write(*pieces)
    rescue SystemCallError, IOError, NoMethodError
      raise PeerGone, "the client went away"
    end
  end

  # What a body that is called writes to (Rack 3).
  class Stream
    def initialize(response, input)
      @response = response
      @input = input
      @closed = false
    end

    def read(*arguments)
      @input.read(*arguments)
    end

    def write(*pieces)
      raise IOError, "the stream is closed" if @closed

      pieces.each { |data| @response.write(data) unless data.empty? }
      pieces.sum(&:bytesize)
    end

    def <<(data)
      write(data)
      self
    end

    def flush
      self
    end

    def close_read; end

    def close_write
      @closed = true
    end

    def close(_error = nil)
      @closed = true
    end

    def closed?
      @closed
    end
  end

  # The backtrace of an error, without the frames of this helper that lead to it.
  def self.describe(error)
    first, *others = error.full_message(highlight: false, order: :top).lines
    [first, *others.reject { |line| line.include?(HERE) }].join
  end

  # Print to the application's log, which may be closed.
  def self.log(text)
    $stderr.write("#{text.chomp}\n")
  rescue SystemCallError, IOError
    nil
  end
end
