# frozen_string_literal: true

require "carpool"
Carpool.after_fork { raise "no database" }
run ->(_) { [200, {}, []] }
