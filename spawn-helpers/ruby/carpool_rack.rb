# frozen_string_literal: true

# Run a Rack application (Rack 2 or 3) in a process of the Carpool pool server.
#
# Carpool starts this file as `ruby carpool_rack.rb`, without flags, with the line to the server as
# descriptor 0 and in the application's root; ../CONTRACT.md says the rest. CARPOOL_ENTRY names the
# rackup file and is taken out of the environment once it is read; CARPOOL_APP, the application's
# name, stays. CARPOOL_CONCURRENCY says how many connections are served at once, each by a thread;
# CARPOOL_PRELOAD that this process is to fork the ones that serve.

require_relative "carpool"
require_relative "carpool_board"
require_relative "carpool_line"
require_relative "carpool_preload"
require_relative "carpool_request"
require_relative "carpool_response"

module Carpool
  # The application.
  module Loader
    # The application cannot be loaded, for a reason that needs no backtrace.
    class LoadProblem < StandardError; end

    module_function

    # Load the application and return it; if that fails, say why and exit.
    def load(line)
      entry = ENV.delete("CARPOOL_ENTRY").to_s
      entry = "config.ru" if entry.empty?
      ENV["RACK_ENV"] ||= "production"
      bundle(line)
      require_rack
      $LOAD_PATH.push(__dir__)
      Line.say(line, "P", 0, "load #{entry}", 200)
      build(entry)
    rescue LoadProblem => e
      fail_with(line, e.message)
    rescue Exception => e # SystemExit too: nothing an application does is ours to raise
      fail_with(line, "#{reason(e)}\n#{Carpool.describe(e)}")
    end

    # Call what the application wants called in each process; if that fails, say why and exit.
    def prepare(line)
      Carpool.run_after_fork
    rescue Exception => e
      fail_with(line, "in an after_fork block: #{reason(e)}\n#{Carpool.describe(e)}")
    end

    # An application with a Gemfile sees the gems of its bundle, and no others.
    def bundle(line)
      return unless ENV["BUNDLE_GEMFILE"] || File.file?("Gemfile")

      Line.say(line, "P", 0, "bundle", 200)
      begin
        require "bundler"
      rescue LoadError
        raise LoadProblem, "it has a Gemfile, and there is no Bundler: gem install bundler, or apt-get install ruby-bundler"
      end
      begin
        Bundler.setup
      rescue Bundler::BundlerError => e
        raise LoadProblem, "its bundle is not complete: #{e.message}\nbundle install, as the application's user, gets it"
      end
    end

    def require_rack
      require "rack"
    rescue LoadError
      where = defined?(Bundler) ? "its bundle: add it to the Gemfile" : "this Ruby: gem install rack, or apt-get install ruby-rack"
      raise LoadProblem, "there is no gem rack in #{where}"
    end

    def build(entry)
      path = File.expand_path(entry)
      raise LoadProblem, "there is no #{entry} in #{Dir.pwd}" unless File.file?(path)

      application = ::Rack::Builder.parse_file(path)
      application = application.first if application.is_a?(Array) # Rack 2 returns options, too
      raise LoadProblem, "#{path} gives #{application.inspect}, which has no call" unless application.respond_to?(:call)

      application
    end

    # Say in one line why the loading failed.
    def reason(error)
      if error.is_a?(SystemExit)
        "the application called exit(#{error.status}) while it was loaded"
      else
        message = error.is_a?(SyntaxError) ? error.message.lines.first(2).join(" ") : error.message.to_s
        "#{error.class}: #{message.lines.first.to_s.strip}"
      end
    end

    def fail_with(line, text)
      Line.say(line, "F", 0, text)
      exit!(1)
    end
  end

  # Serves connections until the server says STOP or is gone, one a thread at a time.
  class Server
    def initialize(line, application, threads)
      @line = line
      @application = application
      @board = Board.new(threads)
      @threads = threads
      @reading = Mutex.new
      @stopping = false
    end

    def run
      others = (1...@threads).map do |number|
        thread = Thread.new { work(number) }
        thread.name = "carpool-#{number}"
        thread
      end
      Line.say(@line, "R", @threads, "trace=#{TRACE}")
      work(0)
      others.each(&:join)
    end

    private

    # Serve; where that fails, end the process: a place that is lost would be lost for good.
    def work(thread)
      serve(thread)
    rescue SystemExit
      raise
    rescue Exception => e # an application has closed our descriptors, for example
      Carpool.log("carpool: this process cannot go on: #{Loader.reason(e)}")
      exit!(70)
    end

    def serve(thread)
      buffer = String.new(capacity: Request::PIECE)
      while (number, connection = next_connection)
        if connection.nil? # it did not get through: too many files are open
          Line.done(@line, number, false)
          next
        end
        response = exchange(connection, buffer) { |env| @board.write(thread, number, env) }
        Line.done(@line, number, response.whole)
        close(connection, response)
      end
    end

    # The session's number and its connection; nil when there will be none.
    def next_connection
      @reading.synchronize do
        return nil if @stopping

        frame, descriptors = Line.receive_frame(@line)
        return [frame.byteslice(4, 4), descriptors[0]] if frame.start_with?("S")

        @stopping = true
        return nil if frame.empty? || frame.start_with?("Q")

        Carpool.log("carpool: the server sent an unknown frame: #{frame.inspect}")
        exit!(70)
      end
    end

    # Serve one request and return the response. Closing is left to the caller.
    def exchange(connection, buffer)
      response = Response.new(connection)
      begin
        env, body = Request.read(connection, buffer)
        if env.nil?
          response.whole = true
          return response
        end
        yield env
        response.head_only = env["REQUEST_METHOD"] == "HEAD"
        response.answer(@application, env)
      rescue BadRequest => e
        Carpool.log("carpool: a request was refused: #{e.message}")
        response.page(400, "This is not an SCGI request: #{e.message}.")
        Request.drain(connection, Request::MAX_DRAIN)
      rescue PeerGone
        nil
      end
      if body
        Request.drain(connection, body.left)
        body.finish
      end
      response.finish
      response
    end

    # End a connection, at once for a peer that learns of the response's end by it.
    def close(connection, response)
      connection.shutdown(:WR) if response.length.nil? || !response.whole # the server may hold a copy
    rescue SystemCallError
      nil # the peer was first
    ensure
      connection.close
    end
  end

  # Begin at the line, end with it.
  def self.main
    $stdout.sync = $stderr.sync = true
    trap("INT") {} # a terminal's Ctrl-C is for the server
    trap("TERM", "SYSTEM_DEFAULT") # at once, unless the application handles it
    preload = ENV.delete("CARPOOL_PRELOAD") == "1"
    threads = (ENV.delete("CARPOOL_CONCURRENCY") || "1").to_i
    trace_on_signal
    line = Line.open
    watch = Line.watch(line)
    application = Loader.load(line)
    Request.declare(threads > 1)
    if preload
      watch.kill.join
      warn_of_fork(line)
      line = Preloader.new(line).run or return
      Line.watch(line)
    end
    Loader.prepare(line)
    Server.new(line, application, threads).run
  end
end

Carpool.main if $PROGRAM_NAME == __FILE__
