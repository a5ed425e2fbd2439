"""A path for each thing that a test of the server wants from an application."""

import json
import os
import signal
import subprocess
import sys
import time
from urllib.parse import parse_qs

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def pid(environ):
    return [b"%d" % os.getpid()]


def sleep(environ):
    """Sleep for so many seconds, then name the process."""
    time.sleep(float(parse_qs(environ["QUERY_STRING"])["s"][0]))
    return [b"%d" % os.getpid()]


def upload(environ):
    size = 0
    while True:
        piece = environ["wsgi.input"].read(65536)
        if not piece:
            return [b"%d" % size]
        size += len(piece)


def big(environ):
    """As many bytes as ?n= says, in pieces of 64 KiB."""
    left = int(parse_qs(environ["QUERY_STRING"])["n"][0])
    while left:
        piece = b"x" * min(left, 65536)
        yield piece
        left -= len(piece)


def die(environ):
    os.kill(os.getpid(), signal.SIGKILL)


def die_late(environ):
    yield b"begun"
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)


def boom(environ):
    raise ValueError("boom on purpose")


def talk(environ):
    print("a line for the log")
    print("a line with a trap: \x1b[31mred", file=sys.stderr)
    return [b"said"]


def world(environ):
    """What this process sees of the world around it."""
    facts = {
        "environment": dict(os.environ),
        # What a child would inherit: one more is its own, on the folder it lists.
        "inherited": subprocess.run(
            ["ls", "/proc/self/fd"], close_fds=False, stdout=subprocess.PIPE, text=True
        ).stdout.split(),
        "stdin": os.readlink("/proc/self/fd/0"),
        "pid": os.getpid(),
        "session": os.getsid(0),
        "group": os.getpgid(0),
        "directory": os.getcwd(),
    }
    return [json.dumps(facts).encode()]


def application(environ, start_response):
    name = environ["PATH_INFO"].strip("/").replace("-", "_") or "pid"
    body = globals()[name](environ)
    start_response("200 OK", TEXT)
    return body
