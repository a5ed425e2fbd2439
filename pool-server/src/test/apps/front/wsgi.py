"""What the tests of the fronts ask for: a process that answers, waits, or dies when told to."""

import os
import re
import signal
import time

served = 0
eaten = []


def application(environ, start_response):
    global served
    served += 1
    path = environ["PATH_INFO"]
    if path.startswith("/sleep/"):
        time.sleep(float(path.rpartition("/")[2]))
    elif path == "/stuck-in-c":
        re.match("(a+)+$", "a" * 60 + "b")  # takes years, and keeps the interpreter's lock
    elif path.startswith("/eat/"):
        eaten.append(b"x" * (int(path.rpartition("/")[2]) << 20))
    elif path == "/eat-on":
        while True:
            eaten.append(b"x" * (4 << 20))
            time.sleep(0.01)
    elif path == "/die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif path == "/die-in-the-middle":
        return half(start_response)
    body = b"%d %d %d" % (os.getpid(), served, len(environ["wsgi.input"].read()))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


def half(start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"half of it"
    os.kill(os.getpid(), signal.SIGKILL)
