# frozen_string_literal: true

# An application that answers with what it was told, under Rack's own checks.

require "json"
require "rack/lint"
require "uri"

run Rack::Lint.new(lambda { |env|
  plain = env.select { |_, value| value.is_a?(String) || value == true || value == false }
  [200, { "content-type" => "application/json" }, [JSON.generate(plain.transform_values { |value| value.is_a?(String) ? value.dup.force_encoding("utf-8").scrub : value })]]
})
