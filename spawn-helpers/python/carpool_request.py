"""The request: read as SCGI from a connection, made into the environ of PEP 3333.

A connection is a bare descriptor, which costs less than a socket object or a buffered file. It may
be in blocking or in non-blocking mode.
"""

import io
import os
import re
import select
import sys
from time import monotonic
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

MAX_HEADER = 256 * 1024
HEADER_SECONDS = 10
PIECE = 64 * 1024
MAX_DRAIN = 1024 * 1024
DRAIN_SECONDS = 0.3

# What an environ must have, and for what the web server says nothing.
REQUIRED = {
    "REQUEST_METHOD": "GET",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.0",
}
USUAL = {**REQUIRED, "SCRIPT_NAME": "", "QUERY_STRING": ""}
WSGI = {
    "wsgi.version": (1, 0),
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
    "wsgi.file_wrapper": FileWrapper,
}


# Where Apache's mod_proxy sends a request: the URL of ProxyPass and what came after its place.
APACHE_TARGET = re.compile("proxy:[a-z]+://[^/]*(/.*)", re.DOTALL)


class BadRequest(Exception):
    """What came on the connection is not SCGI."""


class PeerGone(ConnectionError):
    """The other end of the connection is closed: nobody's fault, and nothing to log."""


def declare_threads(several):
    """Tell applications whether they are called in several threads at once."""
    WSGI["wsgi.multithread"] = several


def receive(connection, size=PIECE):
    """Return what has come, at most size bytes; b"" at the end."""
    while True:
        try:
            return os.read(connection, size)
        except BlockingIOError:
            wait(connection, select.POLLIN)
        except OSError:
            raise PeerGone("the client went away") from None


def wait(connection, event, milliseconds=None):
    """Wait until a connection, which may be non-blocking, can go on; false if it cannot."""
    poll = select.poll()
    poll.register(connection, event)
    return poll.poll(milliseconds)


class Body(io.RawIOBase):
    """A request body on its way: what came with the header, then what the connection brings."""

    def __init__(self, connection, begin, size):
        self.connection = connection
        self.begin = begin
        self.left = size - len(begin)  # what is still to be received

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.begin[: len(buffer)]
        if data:
            self.begin = self.begin[len(data) :]
        elif self.left:
            data = receive(self.connection, min(self.left, len(buffer)))
            if not data:
                raise PeerGone("the client went away, %d bytes of the body missing" % self.left)
            self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def end(self):
        """Be empty from now on: the connection's number will mean another one soon."""
        self.begin = b""
        self.left = 0


def read_request(connection):
    """Return the environ of the request and its Body; both None if the peer closed at once."""
    data = receive(connection)
    if not data:
        return None, None
    colon = data.find(b":", 0, 7)
    while colon < 0 and len(data) < 7 and data.isdigit():
        data = gather(connection, data, len(data) + 1)
        colon = data.find(b":", 0, 7)
    if colon < 1 or not data[:colon].isdigit():
        raise BadRequest("it does not begin with a netstring")
    size = int(data[:colon])
    if size > MAX_HEADER:
        raise BadRequest("its header is larger than %d bytes" % MAX_HEADER)
    end = colon + 1 + size
    if len(data) <= end:
        data = gather(connection, data, end + 1)
    fields = data[colon + 1 : end].decode("latin-1").split("\0")
    if data[end] != 44 or fields[0] != "CONTENT_LENGTH" or fields[-1] or not len(fields) & 1:
        raise BadRequest("its header is not pairs of names and values, CONTENT_LENGTH first")
    size = fields[1]
    if not size.isdecimal() or len(size) > 18:
        raise BadRequest("its CONTENT_LENGTH is not a number")
    pairs = iter(fields)
    environ = USUAL.copy()
    environ.update(zip(pairs, pairs))
    environ["CONTENT_LENGTH"] = size
    size = int(size)
    begin = data[end + 1 : end + 1 + size]
    body = None
    if len(begin) == size:
        complete(environ, io.BytesIO(begin))
    else:
        body = Body(connection, begin, size)
        complete(environ, io.BufferedReader(body, PIECE))
    return environ, body


def gather(connection, data, size):
    """Receive until there are size bytes of data, or more, but not for ever."""
    gathered = bytearray(data)
    end = monotonic() + HEADER_SECONDS
    while len(gathered) < size:
        if not wait(connection, select.POLLIN, max(0, end - monotonic()) * 1000):
            raise BadRequest("its header was not complete after %d s" % HEADER_SECONDS)
        data = receive(connection)
        if not data:
            raise BadRequest("it ends in the middle of its header")
        gathered += data
    return bytes(gathered)


def complete(environ, body):
    """Make a WSGI environ of the names and values that came."""
    if "PATH_INFO" not in environ:
        derive_path(environ)
    if environ["SCRIPT_NAME"] in ("", "/"):
        environ["SCRIPT_NAME"] = ""
        environ["PATH_INFO"] = environ["PATH_INFO"] or "/"
    for name in REQUIRED:
        if not environ[name]:
            environ[name] = REQUIRED[name]
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ.pop("HTTP_CONTENT_TYPE", None)
    environ.update(WSGI)
    environ["wsgi.input"] = body
    environ["wsgi.errors"] = sys.stderr
    secure = environ.get("REQUEST_SCHEME") == "https" or environ.get("HTTPS") in ("on", "1")
    environ["wsgi.url_scheme"] = "https" if secure else "http"


def derive_path(environ):
    """Set PATH_INFO for a web server that sends none, as stock nginx and Apache do."""
    script = environ["SCRIPT_NAME"]
    path = environ.get("DOCUMENT_URI")  # nginx has decoded it
    if path is None:
        target = APACHE_TARGET.match(environ.get("SCRIPT_FILENAME", ""))
        if target:
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = split_path(script, target[1])
            return
        raw = environ.get("REQUEST_URI", "/").partition("?")[0]
        path = decode(re.sub("^[a-z]+://[^/]*", "", raw))
        if path == script:  # the whole path is said here
            script = environ["SCRIPT_NAME"] = ""
    if script and (path + "/").startswith(script + "/"):
        path = path[len(script) :]
    environ["PATH_INFO"] = path


def split_path(whole, target):
    """Split a path that Apache has checked and decoded by the part of it that ProxyPass passes on.

    REQUEST_URI is no help: it may have //, /./ and /../ that Apache has resolved.
    """
    for path in (decode(target), target):
        if whole.endswith(path):
            return whole[: -len(path)], path
    if target == "/":  # the very place that ProxyPass names
        return whole, ""
    return "", whole


def decode(path):
    """Decode percent escapes as WSGI has it: each byte is a character."""
    return unquote_to_bytes(path).decode("latin-1")


def drain(connection, left):
    """Receive what nobody read, so that closing does not take the response away from the peer."""
    left = min(left, MAX_DRAIN)
    end = monotonic() + DRAIN_SECONDS
    try:
        while left > 0 and wait(connection, select.POLLIN, max(0, end - monotonic()) * 1000):
            data = receive(connection, min(left, PIECE))
            if not data:
                break
            left -= len(data)
    except PeerGone:
        pass
