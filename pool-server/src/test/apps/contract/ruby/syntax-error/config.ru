# Has a syntax error in line 3.

run ->(env) { [200, {}, [] }
