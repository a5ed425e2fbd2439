# frozen_string_literal: true

# What an application may ask of Carpool. Elsewhere than in a process of Carpool's, do without:
#
#     begin
#       require "carpool"
#     rescue LoadError # not run by Carpool
#     end
#
#     Carpool.after_fork { connect } if defined?(Carpool)
module Carpool
  @after_fork = []

  class << self
    # Have a block called in each process that was forked from the one that loaded the application,
    # before its first request: to open connections, start threads, seed generators.
    #
    # It gets no arguments. If it raises, the process does not start, and its backtrace is reported.
    # Where each process loads the application itself (spawn = "direct") it is called as well, after
    # the application is loaded.
    def after_fork(&block)
      @after_fork << block
    end

    # Call them all, in the order in which they came.
    def run_after_fork
      @after_fork.each(&:call)
    end
  end
end
