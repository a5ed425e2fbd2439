"""Has a syntax error in line 3."""

def application(environ, start_response)
    pass
