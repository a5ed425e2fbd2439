"""Takes its time to start."""

import time

time.sleep(0.7)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"at last"]
