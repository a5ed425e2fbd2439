# frozen_string_literal: true

module Carpool
  # What came on the connection is not SCGI.
  class BadRequest < StandardError; end

  # The other end of the connection is closed: nobody's fault, and nothing to log.
  class PeerGone < IOError; end

  # The request: read as SCGI from a connection, made into the environment of Rack.
  module Request
    MAX_HEADER = 256 * 1024
    HEADER_SECONDS = 10
    PIECE = 64 * 1024
    MAX_DRAIN = 1024 * 1024
    DRAIN_SECONDS = 0.3

    # What an environment must have, and for what the web server says nothing.
    REQUIRED = {
      "REQUEST_METHOD" => "GET",
      "SERVER_NAME" => "localhost",
      "SERVER_PORT" => "80",
      "SERVER_PROTOCOL" => "HTTP/1.0"
    }.freeze
    USUAL = REQUIRED.merge("SCRIPT_NAME" => "", "QUERY_STRING" => "").freeze

    # Where Apache's mod_proxy sends a request: the URL of ProxyPass and what came after its place.
    APACHE_TARGET = %r{\Aproxy:[a-z]+://[^/]*(/.*)}mn.freeze

    # What a path of a URL has as it is. Rack's paths have percent escapes, unlike CGI's.
    PLAIN_PATH = %r{\A[A-Za-z0-9\-._~!$&'()*+,;=:@/]*\z}n.freeze
    NOT_PLAIN = %r{[^A-Za-z0-9\-._~!$&'()*+,;=:@/]}n.freeze

    module_function

    # Tell applications whether they are called in several threads at once. After Rack is loaded.
    def declare(several)
      require "stringio"
      @rewindable = ::Rack.release.to_i < 3
      require "tempfile" if @rewindable
      @usual = USUAL.merge(
        "rack.version" => [1, 3].freeze,
        "rack.multithread" => several,
        "rack.multiprocess" => true,
        "rack.run_once" => false,
        "rack.errors" => $stderr
      )
      @usual["rack.hijack?"] = false if @rewindable
      @usual.freeze
    end

    # Return what has come, at most so many bytes; nil at the end.
    def receive(connection, size = PIECE, buffer = +"")
      connection.readpartial(size, buffer)
    rescue EOFError
      nil
    rescue SystemCallError, IOError
      raise PeerGone, "the client went away"
    end

    # Return the environment of the request and its Body; both nil if the peer closed at once. A
    # buffer that is used again and again saves the collector a lot of work.
    def read(connection, buffer)
      data = receive(connection, PIECE, buffer) or return [nil, nil]
      colon = data.index(":")
      while colon.nil? && data.bytesize < 7 && data.match?(/\A\d+\z/n)
        data = gather(connection, data, data.bytesize + 1)
        colon = data.index(":")
      end
      raise BadRequest, "it does not begin with a netstring" unless data.match?(/\A\d{1,6}:/n)

      size = data.to_i
      raise BadRequest, "its header is larger than #{MAX_HEADER} bytes" if size > MAX_HEADER

      finish = colon + 1 + size
      data = gather(connection, data, finish + 1) if data.bytesize <= finish
      fields = data.byteslice(colon + 1, size).split("\0", -1)
      unless data.getbyte(finish) == 44 && fields[0] == "CONTENT_LENGTH" && fields[-1] == "" && fields.size.odd?
        raise BadRequest, "its header is not pairs of names and values, CONTENT_LENGTH first"
      end
      raise BadRequest, "its CONTENT_LENGTH is not a number" unless fields[1].match?(/\A\d{1,18}\z/n)

      env = @usual.dup
      at = 0
      last = fields.size - 1
      while at < last
        env[fields[at]] = fields[at + 1]
        at += 2
      end
      input(connection, env, data, finish + 1)
    end

    # Return the environment with its input, and the Body that is still to be received, or nil.
    def input(connection, env, data, start)
      size = env["CONTENT_LENGTH"].to_i
      if data.bytesize - start >= size
        complete(env, StringIO.new(data.byteslice(start, size)))
        return [env, nil]
      end
      body = Body.new(connection, data.byteslice(start..), size)
      complete(env, @rewindable ? body.rewindable : body)
      [env, body]
    end

    # Receive until there are so many bytes of data, or more, but not for ever.
    def gather(connection, data, size)
      finish = monotonic + HEADER_SECONDS
      while data.bytesize < size
        unless IO.select([connection], nil, nil, [0, finish - monotonic].max)
          raise BadRequest, "its header was not complete after #{HEADER_SECONDS} s"
        end
        piece = receive(connection) or raise BadRequest, "it ends in the middle of its header"
        data << piece
      end
      data
    end

    # Make a Rack environment of the names and values that came.
    def complete(env, body)
      derive_path(env) unless env["PATH_INFO"]
      script = env["SCRIPT_NAME"]
      if script.empty? || script == "/"
        env["SCRIPT_NAME"] = ""
        env["PATH_INFO"] = "/" if env["PATH_INFO"].empty?
      end
      env["SCRIPT_NAME"] = encode(env["SCRIPT_NAME"]) unless env["SCRIPT_NAME"].empty?
      env["PATH_INFO"] = encode(env["PATH_INFO"])
      REQUIRED.each { |name, value| env[name] = value if env[name].empty? }
      env.delete("HTTP_CONTENT_LENGTH")
      env.delete("HTTP_CONTENT_TYPE")
      env["HTTP_VERSION"] = env["SERVER_PROTOCOL"] # frameworks look there, and a visitor's header may say it
      env["rack.input"] = body
      https = env["HTTPS"]
      secure = env["REQUEST_SCHEME"] == "https" || https == "on" || https == "1"
      env["rack.url_scheme"] = secure ? "https" : "http"
    end

    # Set PATH_INFO for a web server that sends none, as stock nginx and Apache do.
    def derive_path(env)
      script = env["SCRIPT_NAME"]
      path = env["DOCUMENT_URI"] # nginx has decoded it
      if path.nil?
        if (target = APACHE_TARGET.match(env.fetch("SCRIPT_FILENAME", "")))
          env["SCRIPT_NAME"], env["PATH_INFO"] = split_path(script, target[1])
          return
        end
        path = decode(env.fetch("REQUEST_URI", "/").partition("?")[0].sub(%r{\A[a-z]+://[^/]*}n, ""))
      end
      script = env["SCRIPT_NAME"] = "" if path == script # the whole path is said here
      path = path.byteslice(script.bytesize..) if !script.empty? && "#{path}/".start_with?("#{script}/")
      env["PATH_INFO"] = path
    end

    # Split a path that Apache has checked and decoded by the part of it that ProxyPass passes on.
    #
    # REQUEST_URI is no help: it may have //, /./ and /../ that Apache has resolved.
    def split_path(whole, target)
      [decode(target), target].each do |path|
        return [whole.delete_suffix(path), path] if whole.end_with?(path)
      end
      target == "/" ? [whole, ""] : ["", whole] # the very place that ProxyPass names
    end

    # Decode percent escapes.
    def decode(path)
      path.b.gsub(/%\h\h/n) { |escape| escape[1, 2].hex.chr }
    end

    # Encode a decoded path as Rack has it: what is checked by the web server, and escaped once.
    def encode(path)
      return path if path.match?(PLAIN_PATH)

      path.b.gsub(NOT_PLAIN) { |byte| format("%%%02X", byte.ord) }
    end

    # Receive what nobody read, so that closing does not take the response away from the peer.
    def drain(connection, left)
      left = [left, MAX_DRAIN].min
      finish = monotonic + DRAIN_SECONDS
      while left.positive? && IO.select([connection], nil, nil, [0, finish - monotonic].max)
        data = receive(connection, [left, PIECE].min) or break
        left -= data.bytesize
      end
    rescue PeerGone
      nil
    end

    def monotonic
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end

  # A request body on its way: what came with the header, then what the connection brings.
  class Body
    attr_reader :left # what is still to be received

    def initialize(connection, start, size)
      @connection = connection
      @here = start
      @left = size - start.bytesize
    end

    # Return the same as an input that can be rewound.
    def rewindable
      @copy = RewindableBody.new(self)
    end

    # Return all, or the next so many bytes; at the end "" or nil.
    def read(size = nil, buffer = nil)
      data = buffer ? buffer.clear.force_encoding(Encoding::BINARY) : String.new(encoding: Encoding::BINARY)
      data << take(size ? size - data.bytesize : Request::PIECE) while (size.nil? || data.bytesize < size) && more?
      data unless size && data.empty? && size.positive?
    end

    # Return the next line, with its end; nil at the end.
    def gets
      line = String.new(encoding: Encoding::BINARY)
      while more?
        finish = @here.index("\n")
        line << take(finish ? finish + 1 : @here.bytesize)
        return line if finish
      end
      line unless line.empty?
    end

    def each
      return to_enum unless block_given?

      while (line = gets)
        yield line
      end
    end

    def close; end

    # Write all that is still to come to a file.
    def copy_to(file)
      file.write(@here)
      @left -= IO.copy_stream(@connection, file, @left) if @left.positive?
      @here = ""
      gone if @left.positive?
    rescue SystemCallError
      gone
    end

    # Be empty from now on: the connection is another's soon.
    def finish
      @here = ""
      @left = 0
      @copy&.finish
    end

    private

    # Whether there is something to take.
    def more?
      return true unless @here.empty?
      return false if @left.zero?

      @here = Request.receive(@connection, [@left, Request::PIECE].min) or gone
      @left -= @here.bytesize
      true
    end

    def take(size)
      return @here.tap { @here = "" } if size >= @here.bytesize

      data = @here.byteslice(0, size)
      @here = @here.byteslice(size..)
      data
    end

    def gone
      raise PeerGone, "the client went away, #{@left} bytes of the body missing"
    end
  end

  # A body that can be read twice, as Rack 2 wants it: at the first look it is put into a file.
  class RewindableBody
    def initialize(body)
      @body = body
      @file = nil
    end

    def read(*arguments)
      file.read(*arguments)
    end

    def gets
      file.gets
    end

    def each(&block)
      file.each(&block)
    end

    def rewind
      file.rewind
    end

    def size
      file.size
    end

    def finish
      @file&.close!
      @file = nil
      @body = nil
    end

    private

    def file
      return @file if @file
      raise IOError, "the request is over" unless @body

      file = Tempfile.new("carpool", binmode: true)
      begin
        file.unlink
        @body.copy_to(file)
      rescue StandardError
        file.close!
        raise
      end
      file.rewind
      @file = file
    end
  end
end
