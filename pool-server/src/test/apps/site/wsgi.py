"""A site behind web servers: a path for each thing that a test of a front wants to see."""

import hashlib
import itertools
import os
import signal
import time
from urllib.parse import parse_qs

TEXT = ("Content-Type", "text/plain; charset=utf-8")
PIECE = b"x" * 65536
arrivals = itertools.count(1)


def argument(environ, name):
    return parse_qs(environ["QUERY_STRING"])[name][0]


def pid(environ, start):
    start("200 OK", [TEXT])
    return [b"%d" % os.getpid()]


def environ(environ, start):
    """What this application is told of the request, a line for each name."""
    start("200 OK", [TEXT])
    told = ((name, value) for name, value in environ.items() if isinstance(value, str))
    return ["".join("%s=%s\n" % pair for pair in told).encode()]


def digest(environ, start):
    """The digest of the body that came."""
    hashed = hashlib.sha256()
    while True:
        piece = environ["wsgi.input"].read(65536)
        if not piece:
            break
        hashed.update(piece)
    start("200 OK", [TEXT])
    return [hashed.hexdigest().encode()]


def big(environ, start):
    """As many pieces of 64 KiB as ?pieces= says, without a length."""
    start("200 OK", [("Content-Type", "application/octet-stream")])
    return itertools.repeat(PIECE, int(argument(environ, "pieces")))


def sleep(environ, start):
    """Sleep for ?s= seconds, and say which request of this process it was."""
    number = next(arrivals)
    time.sleep(float(argument(environ, "s")))
    start("200 OK", [TEXT])
    return [b"%d" % number]


def mode(environ, start):
    """The variable MODE of this process."""
    start("200 OK", [TEXT])
    return [os.environ.get("MODE", "none").encode()]


def redirect(environ, start):
    start("302 Found", [("Location", environ["SCRIPT_NAME"] + "/pid?from=redirect")])
    return []


def cookies(environ, start):
    start("200 OK", [TEXT, ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; HttpOnly")])
    return [environ.get("HTTP_COOKIE", "").encode("latin-1")]


def cached(environ, start):
    if environ.get("HTTP_IF_NONE_MATCH") == '"v1"':
        start("304 Not Modified", [("ETag", '"v1"')])
        return []
    start("200 OK", [TEXT, ("ETag", '"v1"')])
    return [b"the page"]


def die(environ, start):
    os.kill(os.getpid(), signal.SIGKILL)


def die_half(environ, start):
    """Die in the middle; with ?length=1 of a response that said how long it would be."""
    length = [("Content-Length", "100")] if "length" in environ["QUERY_STRING"] else []
    start("200 OK", [TEXT] + length)
    yield b"half"
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)


PAGES = {
    "/pid": pid,
    "/digest": digest,
    "/big": big,
    "/sleep": sleep,
    "/mode": mode,
    "/redirect": redirect,
    "/cookies": cookies,
    "/cached": cached,
    "/die": die,
    "/die-half": die_half,
}


def application(told, start_response):
    return PAGES.get(told["PATH_INFO"], environ)(told, start_response)
