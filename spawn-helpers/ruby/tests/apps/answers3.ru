# frozen_string_literal: true

# The same, where Rack says that it is version 3.

def Rack.release
  "3.1.0"
end

eval File.read(File.join(__dir__, "answers.ru")), binding, "answers.ru" # rubocop:disable Security/Eval
