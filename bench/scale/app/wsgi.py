"""Answers with the process's pid at once, and keeps the process for half a second."""

import os
import time


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"%d\n" % os.getpid()
    time.sleep(0.5)
