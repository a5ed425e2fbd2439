"""The line to the server: the frames of ../CONTRACT.md, and the end of it."""

import os
import select
import socket
import sys
import threading
from time import sleep

FRAME_SIZE = 8
MAX_PAYLOAD = 65536
ONE_DESCRIPTOR = socket.CMSG_LEN(4)  # room for one and no more: the kernel closes any other
TWO_DESCRIPTORS = socket.CMSG_LEN(8)
LAST_SECOND = 0.7  # of the one second that is left when the server is gone

# The socket type in C: no Python code runs when one is made, which is for every connection.
Socket = socket.SocketType


def open_line():
    """Take the line away from descriptor 0, where /dev/null is put, and return it as a socket."""
    try:
        line = Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, os.dup(0))
    except OSError as error:
        program = os.path.basename(sys.argv[0])
        sys.exit("%s is started by Carpool: descriptor 0 is not its line: %s" % (program, error))
    line.setblocking(True)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    return line


class Watch:
    """The thread that ends this process when the server is gone, whatever else is running.

    It sleeps in poll(), and only the end of the line wakes it, no frame does. A forked child has
    no threads and starts its own. An extension in C that keeps the interpreter lock delays it
    until the lock is free.
    """

    def __init__(self, line, stoppable=False):
        self.line = line
        self.wake, self.awake = os.pipe() if stoppable else (-1, -1)
        self.thread = threading.Thread(target=self.run, name="carpool-line", daemon=True)
        self.thread.start()

    def run(self):
        poll = select.poll()
        poll.register(self.line.fileno(), select.POLLRDHUP)
        if self.wake >= 0:
            poll.register(self.wake, select.POLLIN)
        if poll.poll()[0][0] != self.wake:
            sleep(LAST_SECOND)
            os._exit(0)

    def stop(self):
        """End the thread. Before a fork, which is safe only without threads."""
        os.write(self.awake, b"x")
        self.thread.join()
        os.close(self.awake)
        os.close(self.wake)


def say(line, kind, number, text="", limit=MAX_PAYLOAD):
    """Send one frame."""
    payload = text.encode("utf-8", "backslashreplace")[:limit]
    payload = payload.decode("utf-8", "ignore").encode("utf-8")  # no half character at the end
    head = kind + len(payload).to_bytes(3, "big") + number.to_bytes(4, "big")
    try:
        line.sendall(head + payload)
    except OSError:
        pass  # the server is gone, which the next receive_frame() tells


def done(line, number, whole):
    """Say that a place is free. The peer has not seen the end of the connection yet."""
    try:
        line.send(b"D\0\0\1" + number + (b"\0" if whole else b"\1"))
    except OSError:
        pass  # as in say()


def receive_frame(line, room=ONE_DESCRIPTOR):
    """Return the next frame, b"" at the end of the line, and the bytes of its descriptors."""
    frame, control, _, _ = line.recvmsg(FRAME_SIZE, room, socket.MSG_CMSG_CLOEXEC)
    descriptors = control[0][2] if control else b""
    while 0 < len(frame) < FRAME_SIZE:
        piece = line.recv(FRAME_SIZE - len(frame))
        if not piece:
            return b"", descriptors
        frame += piece
    return frame, descriptors
