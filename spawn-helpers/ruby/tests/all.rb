# frozen_string_literal: true

# Runs all tests: ruby spawn-helpers/ruby/tests/all.rb
Dir[File.join(__dir__, "test_*.rb")].each { |file| require file }
