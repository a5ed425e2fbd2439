"""The request: its header is read to the byte, so that a program finds the body and nothing else."""

import os
import select
from time import monotonic

from carpool_request import (
    DRAIN_SECONDS,
    HEADER_SECONDS,
    MAX_DRAIN,
    MAX_HEADER,
    PIECE,
    REQUIRED,
    USUAL,
    BadRequest,
    PeerGone,
    derive_path,
    receive,
    wait,
)

LEAST = 28  # bytes of the shortest request, so that reading as many takes nothing of a body
PREFIX = 7  # bytes of the longest length of a netstring: "262144:"
GRACE_MILLISECONDS = 10  # between two pieces of a body that nobody wants


def read_environ(connection):
    """Return the names and values that came; None if the peer closed at once."""
    data = receive(connection, LEAST)
    if not data:
        return None
    end = monotonic() + HEADER_SECONDS
    colon = data.find(b":", 0, PREFIX)
    while colon < 0 and len(data) < PREFIX and data.isdigit():
        data += take(connection, 1, end)
        colon = data.find(b":", 0, PREFIX)
    if colon < 1 or not data[:colon].isdigit():
        raise BadRequest("it does not begin with a netstring")
    size = int(data[:colon])
    if size > MAX_HEADER:
        raise BadRequest("its header is larger than %d bytes" % MAX_HEADER)
    header = data[colon + 1 :]
    if len(header) <= size:
        header += take(connection, size + 1 - len(header), end)
    header = header[: size + 1]
    fields = header[:-1].decode("latin-1").split("\0")
    if header[-1:] != b"," or fields[0] != "CONTENT_LENGTH" or fields[-1] or not len(fields) & 1:
        raise BadRequest("its header is not pairs of names and values, CONTENT_LENGTH first")
    if not fields[1].isdecimal() or len(fields[1]) > 18:
        raise BadRequest("its CONTENT_LENGTH is not a number")
    pairs = iter(fields)
    environ = USUAL.copy()
    environ.update(zip(pairs, pairs))
    environ["CONTENT_LENGTH"] = fields[1]
    if "PATH_INFO" not in environ:
        derive_path(environ)
    if environ["SCRIPT_NAME"] == "/":
        environ["SCRIPT_NAME"] = ""
    for name in REQUIRED:
        environ[name] = environ[name] or REQUIRED[name]
    return environ


def take(connection, size, end):
    """Receive exactly so many bytes of a header, but not for ever."""
    taken = b""
    while len(taken) < size:
        if not wait(connection, select.POLLIN, max(0, end - monotonic()) * 1000):
            raise BadRequest("its header was not complete after %d s" % HEADER_SECONDS)
        data = receive(connection, size - len(taken))
        if not data:
            raise BadRequest("it ends in the middle of its header")
        taken += data
    return taken


def drain(connection, size):
    """Receive what the program did not, so that closing does not take the response from the peer.

    How much that is only the program knows: what is there is taken, and what follows closely.
    """
    left = min(size, MAX_DRAIN)
    end = monotonic() + DRAIN_SECONDS
    grace = 0
    try:
        while left > 0 and monotonic() < end and wait(connection, select.POLLIN, grace):
            data = receive(connection, min(left, PIECE))
            if not data:
                break
            left -= len(data)
            grace = GRACE_MILLISECONDS
    except PeerGone:
        pass
