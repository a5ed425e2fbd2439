"""What a program prints: its header is read and put right, its body goes on as it is."""

import os
import re
import select

from carpool_request import PIECE, PeerGone, wait
from carpool_response import ANSWERING, BODILESS, CONTROL

MAX_HEAD = 64 * 1024
HEAD_END = re.compile(rb"\r?\n\r?\n")
FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)", re.DOTALL)
STATUS = re.compile(r"[1-5][0-9][0-9]( .*)?")
NPH_STATUS = re.compile(r"HTTP/[0-9.]+ ([1-5][0-9][0-9])[ ]*(.*)")
HUNG_UP = select.POLLHUP | select.POLLERR


class Output:
    """The response to one request."""

    head_only = False  # the request is HEAD
    nph = False  # the program writes the whole header of HTTP, by its name
    length = None  # the Content-Length in the header
    sent = False  # the header is out and cannot be changed
    bodiless = False  # no body goes out
    whole = False  # all is sent
    cut = False  # more was printed than the header says

    def __init__(self, connection, mark):
        self.connection = connection
        self.mark = mark  # sets an option of the connection

    def pass_on(self, pipe):
        """Send what comes out of a pipe; return in words what is wrong with it, or None."""
        begin = b""
        while True:
            data = self.read(pipe)
            end = HEAD_END.search(begin + data, max(0, len(begin) - 3))
            begin += data
            if end or not data or len(begin) > MAX_HEAD:
                break
        if not end:
            if len(begin) > MAX_HEAD:
                return "its header is larger than %d bytes" % MAX_HEAD
            if not begin:
                return "printed nothing"
            return "printed no blank line after its header: %s" % shown(begin)
        head, problem = self.head(begin[: end.start()])
        if problem:
            return problem
        left = self.room()
        rest = begin[end.end() :]
        if left is not None and len(rest) > left:
            self.cut = not self.bodiless
            rest = rest[:left]
        self.send_head(head + rest)
        moved = len(rest) + self.move(pipe, None if left is None else left - len(rest))
        if left is not None and moved < left:
            return "what it printed is %d bytes shorter than its Content-Length" % (left - moved)
        self.whole = True
        return None

    def room(self):
        """How many bytes of the body may go out; None for all that come."""
        return 0 if self.bodiless else self.length

    def head(self, data):
        """Return the header of a response in CGI form, and what is wrong with it."""
        lines = data.decode("latin-1").replace("\r\n", "\n").split("\n")
        status = None
        out = []
        if lines[0].startswith("HTTP/"):
            found = NPH_STATUS.fullmatch(lines.pop(0))
            if not found:
                return None, "its first line is no status line"
            status = " ".join(found.groups()).strip()
        elif self.nph:
            return None, "its name begins with nph-, but its output does not with a status line"
        located = False
        for line in lines:
            field = FIELD.fullmatch(line)
            if not field or CONTROL.search(field[2].replace("\t", " ")):
                return None, "printed what is no header line: %s" % shown(line.encode("latin-1"))
            name = field[1].lower()
            if name == "status":
                if not STATUS.fullmatch(field[2]):
                    return None, "printed what is no status: %s" % shown(line.encode("latin-1"))
                status = status or field[2]
                continue
            if name == "content-length":
                if not field[2].isdecimal():
                    return None, "printed what is no Content-Length: %s" % shown(line.encode("latin-1"))
                self.length = int(field[2])
            located = located or name == "location"
            out.append(line)
        if not status:
            status = "302 Found" if located else "200 OK"
        if len(status) == 3:
            status += " "
        self.bodiless = self.head_only or status[:3] in BODILESS
        return "\r\n".join(["Status: " + status, *out, "", ""]).encode("latin-1"), None

    def send_head(self, head):
        """Send the header, and what there is of the body in the same piece."""
        self.sent = True
        try:
            self.mark(*ANSWERING)
        except OSError:
            raise PeerGone("the connection is closed") from None
        self.send(head)

    def page(self, status, text):
        """Answer with a short text instead."""
        body = ("%s\n\n%s\n" % (status, text)).encode()
        self.length = len(body)
        head = "Status: %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
        try:
            self.send_head((head % (status, len(body))).encode() + (b"" if self.head_only else body))
            self.whole = True
        except PeerGone:
            pass

    def read(self, pipe):
        """Return what the program has printed; b"" at the end. Notices a client that goes away."""
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        poll.register(self.connection, 0)
        if has_hung_up(poll, self.connection):
            raise PeerGone("the client went away")
        return os.read(pipe, PIECE)

    def move(self, pipe, left):
        """Let the kernel move what is left of the body; return how much it was.

        What the program prints beyond its Content-Length is thrown away, until the client goes.
        """
        moved = 0
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        poll.register(self.connection, 0)
        while True:
            hung_up = has_hung_up(poll, self.connection)
            if left is not None and moved >= left:
                if hung_up or not os.read(pipe, PIECE):
                    return moved
                self.cut = not self.bodiless
                continue
            if hung_up:
                raise PeerGone("the client went away")
            size = PIECE if left is None else min(PIECE, left - moved)
            try:
                count = splice(pipe, self.connection, size)
            except OSError:
                raise PeerGone("the client went away") from None
            if not count:
                return moved
            moved += count

    def send(self, data):
        """Send all of data."""
        while data:
            try:
                data = data[os.write(self.connection, data) :]
            except BlockingIOError:
                wait(self.connection, select.POLLOUT)
            except OSError:
                raise PeerGone("the client went away") from None


def has_hung_up(poll, connection):
    """Wait until something happens, and return whether it is that the client has gone."""
    for number, events in poll.poll():
        if number == connection and events & HUNG_UP:
            return True
    return False


def splice(pipe, connection, size):
    """Move bytes without copying them, where Python can (3.10)."""
    if hasattr(os, "splice"):
        return os.splice(pipe, connection, size)
    data = os.read(pipe, size)
    count = len(data)
    while data:
        data = data[os.write(connection, data) :]
    return count


def shown(data):
    return ascii(data[:80].decode("latin-1"))
