# frozen_string_literal: true

# An application with a path for each kind of header and body.

# A body with the method that Rack 3 lets a server take in place of each.
class Whole
  attr_reader :taken

  def each
    raise "each, and not to_ary"
  end

  def to_ary
    close
    %w[to _ary]
  end

  def close
    raise "closed twice" if @closed

    @closed = true
  end
end

TEXT = { "content-type" => "text/plain" }.freeze

PAGES = {
  "/lines" => ->(_) { [200, { "Set-Cookie" => "a=1\nb=2" }, ["lines"]] },
  "/array" => ->(_) { [200, { "set-cookie" => %w[a=1 b=2] }, ["array"]] },
  "/splitting" => ->(_) { [200, { "location" => "/\r\nset-cookie: a=b" }, []] },
  "/latin" => ->(_) { [200, { "x-name" => "caf\u00e9" }, ["\u00fcber", "\xff".b]] },
  "/symbol" => ->(_) { [200, TEXT, [:symbol]] },
  "/status" => ->(_) { [200, { "Status" => "500 No", "rack.private" => 1 }, ["status"]] },
  "/nonsense" => ->(_) { [nil, {}, []] },
  "/nothing" => ->(_) {},
  "/exit" => ->(_) { exit 3 },
  "/closes-descriptors" => lambda { |_|
    (3..99).each { |n| IO.for_fd(n).close rescue SystemCallError }
    [200, {}, []]
  },
  "/throw" => ->(_) { throw :nobody },
  "/hijack" => ->(env) { [200, TEXT, [env["rack.hijack?"].inspect, env.key?("rack.hijack").inspect]] },
  "/called" => lambda { |env|
    [200, TEXT, lambda { |stream|
      stream << "called "
      stream.write(env["rack.input"].read, "!")
      stream.close
    }]
  },
  "/whole" => ->(_) { [200, TEXT, Whole.new] },
  "/input" => lambda { |env|
    input = env["rack.input"]
    [200, TEXT, [[input.gets, input.read(3), input.read(0), input.each.to_a, input.read, input.read(1), input.gets].inspect]]
  },
  "/rewound" => lambda { |env|
    input = env["rack.input"]
    size = input.read.bytesize
    input.rewind
    [200, TEXT, ["#{size} #{input.read.bytesize}"]]
  },
  "/kept" => ->(env) { [200, TEXT, [(@kept ||= env)["rack.input"].read.to_s.bytesize.to_s]] }
}.freeze

run ->(env) { PAGES.fetch(env["PATH_INFO"]).call(env) }
