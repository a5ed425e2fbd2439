"""Says which process answered what; sleeps when asked to."""

import os
import time


def application(environ, start_response):
    path = environ["PATH_INFO"]
    body = environ["wsgi.input"].read()
    if path.startswith("/sleep/"):
        time.sleep(float(path.rpartition("/")[2]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    line = f"{os.getpid()} {environ['REQUEST_METHOD']} {path} {len(body)}\n"
    return [line.encode()]
