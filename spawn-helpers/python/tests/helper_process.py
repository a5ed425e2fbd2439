"""The server's part, played by the tests: a helper process and what is said to it."""

import ast
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
HELPER = os.path.join(os.path.dirname(HERE), "carpool_wsgi.py")
APPS = os.path.join(HERE, "apps")
GUESTBOOK = os.path.join(HERE, "..", "..", "..", "examples", "guestbook")
USUAL = ["null", "output", "errors", "line", "board"]  # descriptors of a helper that is idle
SECONDS = 10  # nothing here takes so long; a test that waits for it has failed


class Helper:
    """A helper process and the server's end of its line."""

    def __init__(self, entry, root=APPS, program=HELPER, **settings):
        self.line, line = socket.socketpair()
        self.line.settimeout(SECONDS)
        self.errors = tempfile.TemporaryFile("w+")
        self.output = tempfile.TemporaryFile("w+")
        environment = {"PATH": os.environ["PATH"], "CARPOOL_APP": "test", "CARPOOL_ENTRY": entry}
        environment.update(settings)
        self.process = subprocess.Popen(
            [sys.executable, program],
            stdin=line,
            stdout=self.output,
            stderr=self.errors,
            cwd=os.path.join(APPS, root),
            env=environment,
            start_new_session=True,
        )
        line.close()
        self.served = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.line.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()
        self.output.close()

    def frame(self):
        """Receive a frame: its type, its number, its payload."""
        head = self.line.recv(8, socket.MSG_WAITALL)
        if len(head) < 8:
            raise EOFError("the helper closed its line; it printed " + self.log())
        size = int.from_bytes(head[1:4], "big")
        payload = self.line.recv(size, socket.MSG_WAITALL) if size else b""
        return head[:1], int.from_bytes(head[4:], "big"), payload

    def start(self):
        """Receive frames until the start has succeeded or failed: the steps, the last frame."""
        steps = []
        while True:
            kind, number, payload = self.frame()
            if kind != b"P":
                return steps, (kind, number, payload.decode())
            steps.append(payload.decode())

    def ready(self):
        steps, last = self.start()
        if last[0] != b"R":
            raise AssertionError(last)
        return self

    def hand_over(self, connection):
        """Send SERVE with one end of a pair, and return the session's number."""
        self.served += 1
        frame = b"S\0\0\0" + self.served.to_bytes(4, "big")
        socket.send_fds(self.line, [frame], [connection.fileno()])
        connection.close()
        return self.served

    def open(self, request=b""):
        """Begin a session: our end of its connection, on which the request was sent."""
        ours, theirs = socket.socketpair()
        ours.settimeout(SECONDS)
        self.hand_over(theirs)
        ours.sendall(request)
        return ours

    def done(self):
        """Receive DONE for the last session; return whether the response is whole."""
        kind, number, payload = self.frame()
        if (kind, number) != (b"D", self.served):
            raise AssertionError((kind, number, payload))
        return payload == b"\0"

    def get(self, path="/", method="GET", body=b"", **headers):
        """Serve one whole request: the response's header, its body, whether it is whole."""
        with self.open(scgi(path, method, body, **headers)) as connection:
            return self.answer(connection)

    def answer(self, connection):
        response = read_all(connection)
        if not select.select([self.line], [], [], 0)[0]:
            raise AssertionError("the connection ended before DONE was said")
        head, _, body = response.partition(b"\r\n\r\n")
        return head.decode("latin-1"), body, self.done()

    def forget(self):
        """Receive what a test that failed has left."""
        while select.select([self.line], [], [], 0)[0]:
            self.frame()

    def log(self):
        self.errors.seek(0)
        return self.errors.read()

    def descriptors(self):
        """Its open descriptors; a last connection is given a moment to be closed."""
        deadline = time.monotonic() + 2
        while True:
            numbers = sorted(os.listdir("/proc/%d/fd" % self.process.pid), key=int)
            if len(numbers) == len(USUAL) or time.monotonic() > deadline:
                return numbers
            time.sleep(0.01)


def scgi(path="/", method="GET", body=b"", **headers):
    """An SCGI request as nginx sends it, but with PATH_INFO."""
    fields = {
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": method,
        "REQUEST_URI": path,
        "QUERY_STRING": "",
        "PATH_INFO": path,
        "SCGI": "1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
    }
    fields.update(headers)
    pairs = ("%s\0%s\0" % pair for pair in fields.items() if pair[1] is not None)
    header = "".join(pairs).encode("utf-8", "surrogateescape")
    return b"%d:%s," % (len(header), header) + body


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


class Serving(unittest.TestCase):
    """Tests of things that a process survives: all those of a class are asked of the same one."""

    @classmethod
    def setUpClass(cls):
        cls.helper = Helper("misbehave:application")
        cls.addClassCleanup(cls.helper.__exit__)
        cls.helper.ready()
        cls.addClassCleanup(cls.check_descriptors)

    @classmethod
    def check_descriptors(cls):
        numbers = cls.helper.descriptors()
        if len(numbers) != len(USUAL):
            raise AssertionError("open are %s" % numbers)

    def setUp(self):
        self.helper.forget()
        self.log_begin = len(self.helper.log())

    def get(self, path, **kwargs):
        return self.helper.get(path, **kwargs)

    def log(self):
        return self.helper.log()[self.log_begin :]

    def closings(self):
        """How many pieces were taken of each result that was closed."""
        return ast.literal_eval(self.get("/were-closed")[1].decode())
