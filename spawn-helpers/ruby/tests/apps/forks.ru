# frozen_string_literal: true

# An application that does what does not survive a fork.

require "carpool"
require "socket"

OTHER, = UNIXSocket.pair
Thread.new { sleep }.name = "ticker"
CALLS = [] # rubocop:disable Style/MutableConstant
Carpool.after_fork { CALLS << Process.pid }
at_exit { warn "at exit in #{CALLS.include?(Process.pid) ? "a forked process" : "the preloader"}" }

run ->(_) { [200, {}, [[CALLS == [Process.pid], Process.ppid, $stdin.read].inspect]] }
