"""Says hello, and at /bar the version of its code."""

BAR = b"bar 1!"


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [BAR if environ["PATH_INFO"] == "/bar" else b"hello world"]
