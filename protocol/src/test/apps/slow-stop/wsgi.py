"""Takes its time to stop."""

import atexit
import time

atexit.register(time.sleep, 0.7)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"not in a hurry"]
