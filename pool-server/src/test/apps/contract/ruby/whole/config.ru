# frozen_string_literal: true

# What the suite of the helper contract asks for (../../README.md).

require "rack"
require "rack/lint"
require "securerandom"
require "tempfile"
require "uri"
require "zlib"
require "carpool"

TEXT = { "content-type" => "text/plain" }.freeze
PIECE = 64 * 1024
MIB = 1024 * 1024
LOADED = SecureRandom.hex(8)
FORKED = []

Carpool.after_fork { FORKED << Process.pid }

# A body that counts that it was closed.
class Pieces
  @closed = 0

  class << self
    attr_accessor :closed
  end

  def initialize(&pieces)
    @pieces = pieces
  end

  def each(&block)
    @pieces.call(block)
  end

  def close
    Pieces.closed += 1
  end
end

# A body whose file the kernel may send.
class Sent
  attr_reader :to_path

  def initialize(file)
    @file = file
    @to_path = file.path
  end

  def each
    raise "read, and not sent"
  end

  def close
    @file.close!
  end
end

# The paths.
module Pages
  module_function

  def text(words)
    [200, TEXT.dup, [words.to_s]]
  end

  def pid(_env)
    text(Process.pid)
  end

  def about(env)
    text(<<~LINES)
      loaded=#{LOADED}
      forked=#{FORKED.size}
      pid=#{FORKED.last}
      multithread=#{env["rack.multithread"]}
      multiprocess=#{env["rack.multiprocess"]}
      scheme=#{env["rack.url_scheme"]}
      path=#{env["PATH_INFO"]}
      script=#{env["SCRIPT_NAME"]}
      query=#{env["QUERY_STRING"]}
    LINES
  end

  def count(env)
    size = crc = 0
    piece = +""
    while env["rack.input"].read(PIECE, piece)
      size += piece.bytesize
      crc = Zlib.crc32(piece, crc)
    end
    text("#{size} #{crc}")
  end

  def stream(_env, mib)
    piece = "x" * PIECE
    [200, TEXT.dup, Enumerator.new { |out| (mib.to_i * MIB / PIECE).times { out << piece } }]
  end

  def file(_env, mib)
    file = Tempfile.new
    file.truncate(mib.to_i * MIB)
    [200, TEXT.dup, Sent.new(file)]
  end

  def length(_env, declared, actual)
    half = actual.to_i / 2
    pieces = ["x" * half, "x" * (actual.to_i - half)]
    [200, TEXT.merge("content-length" => declared), pieces.each]
  end

  def bodiless(_env, status)
    [status.to_i, {}, ["a body all the same"]]
  end

  def sleep(_env, milliseconds)
    Kernel.sleep(milliseconds.to_i / 1000.0)
    text(Process.pid)
  end

  def drip(_env, pieces, milliseconds)
    body = Pieces.new do |out|
      pieces.to_i.times do
        Kernel.sleep(milliseconds.to_i / 1000.0)
        out.call("drip")
      end
    end
    [200, TEXT.dup, body]
  end

  def raise(_env)
    Kernel.raise "boom at once"
  end

  def raise_late(_env)
    body = Pieces.new do |out|
      out.call("begun")
      Kernel.raise "boom in the middle"
    end
    [200, TEXT.dup, body]
  end

  def closed(_env)
    text(Pieces.closed)
  end

  def environment(_env)
    text(ENV.map { |name, value| "#{name}=#{value}\n" }.join)
  end

  def print(env)
    puts "a line on stdout"
    env["rack.errors"].puts "a line for the errors"
    text("printed")
  end
end

answer = lambda do |env|
  name, *arguments = env["PATH_INFO"].delete_prefix("/").split("/")
  Pages.public_send(name.tr("-", "_"), env, *arguments)
end

# Most of these do what Rack forbids, so they are not asked through Lint, which would notice.
bad = %w[/length/ /bodiless/ /file/ /pid]
linted = Rack::Lint.new(answer)
run(->(env) { (env["PATH_INFO"].start_with?(*bad) || env["REQUEST_METHOD"] == "HEAD" ? answer : linted).call(env) })
