# frozen_string_literal: true

run "nothing that can be called"
