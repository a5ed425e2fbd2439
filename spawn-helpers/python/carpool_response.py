"""The response: what an application answers, sent in CGI form on a connection."""

import io
import os
import re
import select
import socket
import stat
import sys
import traceback
from wsgiref.util import FileWrapper

from carpool_request import PIECE, PeerGone, wait

# The mark on a connection from which on nobody else may answer: the server reads it if we die.
ANSWERING = (socket.SOL_SOCKET, socket.SO_PRIORITY, 1)

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
BODILESS = ("204", "304")
SENDFILE_TYPES = (io.BufferedReader, io.FileIO)
HERE = os.path.dirname(os.path.abspath(__file__))


def answer(application, environ, response):
    """Call the application and send what it answers; 500 if it fails before anything was sent."""
    try:
        result = application(environ, response.start_response)
        try:
            response.send_all(result)
        finally:
            close = getattr(result, "close", None)
            if close:
                close()
    except (PeerGone, KeyboardInterrupt):
        raise
    except BaseException as error:  # SystemExit ends the request, not the process
        where = "%s %s" % (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        log("carpool: %s failed\n%s" % (ascii(where)[1:-1], describe(error)))
        if not response.sent:
            response.page("500 Internal Server Error", "The application failed; its log says why.")


class Response:
    """What an application answers. The header waits for the first piece of the body."""

    head_only = False  # the request is HEAD
    bodiless = False  # the status is one without a body
    mute = False  # no more of the body goes out
    head = None  # what start_response() was given, as bytes
    length = None  # the Content-Length in it
    left = 0  # how much of that is still to be written
    sent = False  # the header is out and cannot be changed
    whole = False  # all is sent

    def __init__(self, connection, mark):
        self.connection = connection
        self.mark = mark  # sets an option of the connection

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # no circle of references
        elif self.head is not None:
            raise AssertionError("start_response() was called twice, without exc_info")
        if len(status) < 4 or not status[:3].isdigit() or status[3] != " ":
            raise ValueError("this is not a status: %r" % (status,))
        length = None
        lines = ["Status: " + status]
        for name, value in headers:
            size = len(name)
            if size == 14 and name.lower() == "content-length":
                if not value.isdecimal():
                    raise ValueError("this is not a Content-Length: %r" % (value,))
                length = int(value)
            elif size == 6 and name.lower() == "status":
                continue  # it would be taken for the real one
            lines.append(name + ": " + value)
        if not "".join(lines).isprintable():
            for line in lines:
                if CONTROL.search(line):
                    raise ValueError("a header has a control character: %r" % line)
        self.head = "\r\n".join(lines).encode("latin-1")
        self.length = length
        self.left = length or 0
        self.bodiless = status[:3] in BODILESS
        self.mute = self.head_only or self.bodiless
        return self.write

    def write(self, data):
        """Send a piece of the body, after the header if that has not been sent."""
        if not isinstance(data, bytes):
            raise TypeError("a piece of the body is %s, not bytes" % type(data).__name__)
        if self.head is None:
            raise AssertionError("the application did not call start_response()")
        if self.mute:
            data = b""
        elif self.length is not None:
            if len(data) > self.left:
                log("carpool: the response is longer than its Content-Length, and was cut")
                data = data[: self.left]
                self.mute = True
            self.left -= len(data)
        if not self.sent:
            self.sent = True
            try:
                self.mark(*ANSWERING)
            except OSError:
                raise PeerGone("the connection is closed") from None
            head = self.head + b"\r\n\r\n"
            if len(data) < PIECE:
                data = head + data
            else:
                self.send(head)
        if data:
            self.send(data)

    def send_all(self, result):
        """Send what the application returned, each piece as soon as there is one."""
        if type(result) is list or type(result) is tuple:
            data = result[0] if len(result) == 1 else b"".join(result)
            if self.length is None and not self.sent and (data or not self.mute):
                self.declare(len(data))
            self.write(data)
        elif type(result) is not FileWrapper or not self.send_file(result.filelike):
            for data in result:
                if data:
                    self.write(data)
                    if self.mute:
                        break
            if not self.sent:
                self.write(b"")
        if self.left and not self.mute:
            log("carpool: the response is %d bytes shorter than its Content-Length" % self.left)
        else:
            self.whole = True

    def send_file(self, file):
        """Let the kernel send a file from where it stands; false if it must be read instead."""
        if type(getattr(file, "raw", file)) is not io.FileIO or type(file) not in SENDFILE_TYPES:
            return False
        offset = file.tell()
        info = os.fstat(file.fileno())
        count = info.st_size - offset
        if not stat.S_ISREG(info.st_mode) or count <= 0:
            return False
        if self.length is None:
            self.declare(count)
        count = min(count, self.left)
        self.write(b"")
        while count and not self.mute:
            try:
                sent = os.sendfile(self.connection, file.fileno(), offset, count)
            except BlockingIOError:
                wait(self.connection, select.POLLOUT)
                continue
            except (BrokenPipeError, ConnectionResetError):
                raise PeerGone("the client went away") from None
            except OSError:  # not on this file system
                file.seek(offset)
                return False
            if not sent:
                break  # the file was made shorter
            offset += sent
            count -= sent
            self.left -= sent
        return True

    def declare(self, length):
        """Add the Content-Length that the application left out."""
        if self.head is not None and not self.bodiless:
            self.head += b"\r\nContent-Length: %d" % length
            self.length = self.left = length

    def page(self, status, text):
        """Answer with a short text instead of what the application began."""
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        self.start_response(status, headers, (None, None, None))
        try:
            self.send_all([("%s\n\n%s\n" % (status, text)).encode("utf-8")])
        except PeerGone:
            pass

    def send(self, data):
        """Send all of data."""
        while True:
            try:
                sent = os.write(self.connection, data)
            except BlockingIOError:
                wait(self.connection, select.POLLOUT)
                continue
            except OSError:
                raise PeerGone("the client went away") from None
            if sent == len(data):
                return
            data = memoryview(data)[sent:]


def describe(error):
    """Return the traceback of an error, without the frames of this helper that lead to it."""
    trace = error.__traceback__
    while trace and os.path.dirname(os.path.abspath(trace.tb_frame.f_code.co_filename)) == HERE:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def log(text):
    """Print to the application's log, which may be closed."""
    try:
        print(text.rstrip(), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass
