"""An application with a path for each thing that an application can do well or badly."""

import io
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

TEXT = [("Content-Type", "text/plain")]
closed = []


class Pieces:
    """An iterable that notes in `closed` how much was taken of it when it was closed."""

    def __init__(self, *pieces):
        self.pieces = pieces
        self.taken = 0

    def __iter__(self):
        for piece in self.pieces:
            self.taken += 1
            if isinstance(piece, BaseException):
                raise piece
            yield piece

    def close(self):
        closed.append(self.taken)


def boom(environ, start_response):
    raise ValueError("boom at once")


def boom_late(environ, start_response):
    start_response("200 OK", TEXT)
    return Pieces(b"begun", ValueError("boom in the middle"))


def boom_rescued(environ, start_response):
    start_response("200 OK", TEXT)
    try:
        raise ValueError("caught by the application")
    except ValueError:
        start_response("418 I'm a teapot", TEXT, sys.exc_info())
    return [b"rescued"]


def boom_too_late(environ, start_response):
    write = start_response("200 OK", TEXT)
    write(b"begun")
    try:
        raise ValueError("caught, but the header is out")
    except ValueError:
        start_response("500 Oops", TEXT, sys.exc_info())
    return [b"never"]


def leave(environ, start_response):
    sys.exit(3)


def twice(environ, start_response):
    start_response("200 OK", TEXT)
    start_response("200 OK", TEXT)


def silent(environ, start_response):
    return [b"no header"]


def splitting(environ, start_response):
    start_response("200 OK", [("Location", "/\r\nSet-Cookie: a=b")])
    return []


def words(environ, start_response):
    start_response("200 OK", TEXT)
    return iter(["text, not bytes"])


def slow(environ, start_response):
    start_response("200 OK", TEXT)
    for piece in (b"one", b"", b"two"):
        yield piece
        time.sleep(0.15)


def sleeping(environ, start_response):
    time.sleep(600)


def spinning(environ, start_response):
    while True:
        pass


def written(environ, start_response):
    write = start_response("200 OK", TEXT)
    write(b"written, ")
    return Pieces(b"returned")


def echo(environ, start_response):
    size = environ["CONTENT_LENGTH"]
    start_response("200 OK", [("Content-Length", size)])
    return iter(lambda: environ["wsgi.input"].read(100000), b"")


def lines(environ, start_response):
    stream = environ["wsgi.input"]
    parts = [stream.readline(), stream.readline(3), *stream.readlines(2), b"|", *stream]
    start_response("200 OK", TEXT)
    return [b"/".join(parts) + b"/" + stream.read()]


def unread(environ, start_response):
    start_response("413 Too Large", TEXT)
    return [b"too large"]


def too_long(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return iter([b"1234", b"5678", b"9"])


def too_short(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"123"]


def endless(environ, start_response):
    start_response("200 OK", TEXT)
    return Pieces(*[b"x" * 100000] * 1000)


def empty(environ, start_response):
    start_response("204 No Content", [])
    return []


def not_empty(environ, start_response):
    start_response("204 No Content", [])
    return [b"a body all the same"]


def length(environ, start_response):
    start_response("200 OK", [("Content-Length", "12345")])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"x" * 12345]


def big(environ, start_response):
    start_response("200 OK", TEXT)
    return [b"x" * 3000000]


def a_file(environ, start_response):
    path = os.path.join(environ["HTTP_DIRECTORY"], "file")
    file = open(path, "rb")
    file.seek(int(environ["HTTP_START"]))
    headers = list(TEXT)
    if "HTTP_SIZE" in environ:
        headers.append(("Content-Length", environ["HTTP_SIZE"]))
    start_response("200 OK", headers)
    return environ["wsgi.file_wrapper"](file, 1000)


def a_compressed_file(environ, start_response):
    import gzip

    path = os.path.join(environ["HTTP_DIRECTORY"], "file.gz")
    with gzip.open(path, "wb") as file:
        file.write(b"plain" * 10000)
    file = gzip.open(path)
    if "HTTP_BUFFERED" in environ:
        file = io.BufferedReader(file)
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](file)


def a_file_with_a_read_of_its_own(environ, start_response):
    class Shouting(io.BufferedReader):
        def read(self, size=-1):
            return super().read(size).upper()

    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](Shouting(io.FileIO(__file__)))


def a_spooled_file(environ, start_response):
    file = tempfile.TemporaryFile()
    file.write(b"temporary")
    file.seek(2)
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](file)


def children(environ, start_response):
    script = "ls -l /proc/self/fd; cat"
    output = subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, close_fds=False).stdout
    start_response("200 OK", TEXT)
    return [output]


def environment(environ, start_response):
    start_response("200 OK", TEXT)
    names = sorted(name for name in os.environ if name.startswith("CARPOOL"))
    return [repr((names, sys.argv[1:], sys.path[0], sys.stdin.read())).encode()]


def spawned(environ, start_response):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.apply(abs, (-6,))
    start_response("200 OK", TEXT)
    return [str(result).encode()]


def told(environ, start_response):
    print("a line on stdout")
    print("a line on stderr", file=environ["wsgi.errors"])
    start_response("200 OK", TEXT)
    return []


def were_closed(environ, start_response):
    start_response("200 OK", TEXT)
    return [repr(closed).encode()]


def show(environ, start_response):
    start_response("200 OK", TEXT)
    plain = {name: value for name, value in environ.items() if type(value) in (str, bool, tuple)}
    return [json.dumps(plain).encode()]


def closes_descriptors(environ, start_response):
    os.closerange(3, 100)
    start_response("200 OK", [])
    return [b""]


def application(environ, start_response):
    name = environ["PATH_INFO"].strip("/").replace("-", "_")
    return globals().get(name, show)(environ, start_response)
