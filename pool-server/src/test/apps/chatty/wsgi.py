"""Prints what it is asked to: raw bytes, or as much as it can."""

import os
import time
from urllib.parse import parse_qs, unquote_to_bytes


def print_bytes(what):
    while what:
        what = what[os.write(1, what):]


def application(environ, start_response):
    query = environ["QUERY_STRING"]
    answer = str(os.getpid())
    if environ["PATH_INFO"] == "/say":
        print_bytes(unquote_to_bytes(query))
    elif environ["PATH_INFO"] == "/flood":
        chunk = b"".join(b"%04d %s\n" % (i, b"x" * 94) for i in range(640))
        begin = time.monotonic()
        for _ in range(int(parse_qs(query)["mb"][0]) * 1_000_000 // len(chunk)):
            print_bytes(chunk)
        answer = "%.3f" % (time.monotonic() - begin)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer.encode()]
