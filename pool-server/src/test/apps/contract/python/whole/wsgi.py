"""What the suite of the helper contract asks for (../../README.md)."""

import os
import random
import tempfile
import time
import zlib

from carpool import after_fork

TEXT = [("Content-Type", "text/plain")]
PIECE = 64 * 1024
MIB = 1024 * 1024
LOADED = "%016x" % random.getrandbits(64)
forked = []
closed = 0


@after_fork
def note():
    forked.append(os.getpid())


class Pieces:
    """A body that counts that it was closed."""

    def __init__(self, pieces):
        self.pieces = pieces

    def __iter__(self):
        return self.pieces

    def close(self):
        global closed
        closed += 1


def text(start_response, words):
    start_response("200 OK", TEXT)
    return [str(words).encode()]


def pid(environ, start_response):
    return text(start_response, os.getpid())


def about(environ, start_response):
    lines = {
        "loaded": LOADED,
        "forked": len(forked),
        "pid": forked[-1],
        "multithread": str(environ["wsgi.multithread"]).lower(),
        "multiprocess": str(environ["wsgi.multiprocess"]).lower(),
        "scheme": environ["wsgi.url_scheme"],
        "path": environ["PATH_INFO"],
        "script": environ["SCRIPT_NAME"],
        "query": environ["QUERY_STRING"],
    }
    return text(start_response, "".join("%s=%s\n" % line for line in lines.items()))


def count(environ, start_response):
    size = crc = 0
    while piece := environ["wsgi.input"].read(PIECE):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
    return text(start_response, "%d %d" % (size, crc))


def stream(environ, start_response, mib):
    start_response("200 OK", TEXT)
    piece = b"x" * PIECE
    return (piece for _ in range(int(mib) * MIB // PIECE))


def file(environ, start_response, mib):
    with tempfile.NamedTemporaryFile() as named:
        named.truncate(int(mib) * MIB)
        file = open(named.name, "rb")
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](file)


def length(environ, start_response, declared, actual):
    start_response("200 OK", TEXT + [("Content-Length", declared)])
    half = int(actual) // 2
    return iter([b"x" * half, b"x" * (int(actual) - half)])


def bodiless(environ, start_response, status):
    start_response(status + " As Asked", [])
    return [b"a body all the same"]


def sleep(environ, start_response, milliseconds):
    time.sleep(int(milliseconds) / 1000)
    return text(start_response, os.getpid())


def drip(environ, start_response, pieces, milliseconds):
    def drops():
        for _ in range(int(pieces)):
            time.sleep(int(milliseconds) / 1000)
            yield b"drip"

    start_response("200 OK", TEXT)
    return Pieces(drops())


def raise_(environ, start_response):
    raise RuntimeError("boom at once")


def raise_late(environ, start_response):
    def pieces():
        yield b"begun"
        raise RuntimeError("boom in the middle")

    start_response("200 OK", TEXT)
    return Pieces(pieces())


def was_closed(environ, start_response):
    return text(start_response, closed)


def environment(environ, start_response):
    return text(start_response, "".join("%s=%s\n" % pair for pair in os.environ.items()))


def print_(environ, start_response):
    print("a line on stdout")
    print("a line for the errors", file=environ["wsgi.errors"])
    return text(start_response, "printed")


PAGES = {"raise": raise_, "raise-late": raise_late, "closed": was_closed, "print": print_}


def application(environ, start_response):
    name, *arguments = environ["PATH_INFO"].strip("/").split("/")
    page = PAGES.get(name) or globals()[name]
    return page(environ, start_response, *arguments)
