# frozen_string_literal: true

require "minitest/autorun"
require "json"
require "rbconfig"
require "socket"
require "tempfile"
require "tmpdir"

APPS = File.join(__dir__, "apps")

# The server's part, played by the tests: a helper process and what is said to it.
class Helper
  PROGRAM = File.expand_path("../carpool_rack.rb", __dir__)

  attr_reader :line, :pid

  def initialize(entry, root: APPS, **settings)
    @line, line = UNIXSocket.pair
    @output = Tempfile.new("output")
    environment = { "PATH" => ENV["PATH"], "CARPOOL_APP" => "test", "CARPOOL_ENTRY" => entry }
    environment.update(settings.transform_keys(&:to_s))
    @pid = spawn(environment, RbConfig.ruby, PROGRAM,
                 in: line, out: @output.path, err: [@output.path, "a"], chdir: root,
                 unsetenv_others: true, pgroup: true)
    line.close
    @served = 0
  end

  # Run a block with a helper that is ready, and end it.
  def self.ready(*arguments, **settings)
    helper = new(*arguments, **settings)
    last = helper.start.last
    raise "it did not start: #{last} #{helper.log}" unless last[0] == "R"

    yield helper
  ensure
    helper&.finish
  end

  def finish
    @line.close
    Process.kill("KILL", @pid)
    Process.wait(@pid)
  end

  # Receive a frame: its type, its number, its payload.
  def frame
    head = @line.read(8) or raise EOFError, "the helper closed its line; it printed #{log}"
    size = head.unpack1("N") & 0xffffff
    [head[0], head.byteslice(4, 4).unpack1("N"), size.zero? ? "" : @line.read(size)]
  end

  # Receive frames until the start has succeeded or failed.
  def start
    frames = [frame]
    frames << frame until frames.last[0] != "P"
    frames
  end

  # Begin a session: our end of its connection, on which a request was sent.
  def open(path, body = "", **fields)
    ours, theirs = UNIXSocket.pair
    @served += 1
    @line.sendmsg(["S\0\0\0", @served].pack("a4N"), 0, nil, Socket::AncillaryData.unix_rights(theirs))
    theirs.close
    ours.write(scgi(path, body, fields))
    ours
  end

  # Serve one whole request: the response's header, its body, whether it is whole.
  def get(path, body = "", **fields)
    ours = open(path, body, **fields)
    head, _, text = ours.read.partition("\r\n\r\n")
    kind, number, payload = frame
    raise "not DONE but #{kind} #{number}" unless [kind, number] == ["D", @served]

    [head, text, payload == "\0"]
  ensure
    ours&.close
  end

  # The environment that the application saw.
  def seen(path, **fields)
    JSON.parse(get(path, **fields)[1])
  end

  def log
    File.read(@output.path)
  end

  private

  def scgi(path, body, fields)
    usual = { "CONTENT_LENGTH" => body.bytesize, "SCGI" => 1, "REQUEST_METHOD" => "GET", "REQUEST_URI" => path }
    pairs = usual.merge(fields.transform_keys(&:to_s)).map { |name, value| "#{name}\0#{value}\0".b }.join
    "#{pairs.bytesize}:#{pairs},".b << body
  end
end
