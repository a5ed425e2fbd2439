"""The preloader: a process that has loaded the application, and forks those that serve it.

A forked process shares the memory of all that was loaded until one of them writes to it, and is
ready in a few milliseconds. What does not survive a fork, threads and connections, is warned about.
"""

import gc
import os
import select
import socket
import stat
import sys
import threading
import time

from carpool_line import TWO_DESCRIPTORS, Socket, receive_frame, say
from carpool_response import log

REAP_MILLISECONDS = 100  # between looks for ended children where there are no pidfds


class Preloader:
    """Forks until the server says STOP or is gone."""

    def __init__(self, line):
        self.line = line
        self.poll = select.poll()
        self.poll.register(line.fileno(), select.POLLIN)
        self.children = {}  # by pidfd, or by pid where there are none: (pid, the server's number)
        self.has_pidfd = hasattr(os, "pidfd_open")

    def run(self):
        """Return the line of a forked process, in that process. In the preloader, return None."""
        gc.collect()
        gc.freeze()  # so that the collector does not write to what the children share
        say(self.line, b"L", 0)
        while True:
            timeout = None if self.has_pidfd or not self.children else REAP_MILLISECONDS
            ready = {number for number, _ in self.poll.poll(timeout)}
            for key in list(self.children):
                if not self.has_pidfd or key in ready:
                    self.reap(key)
            if self.line.fileno() in ready:
                frame, descriptors = receive_frame(self.line, TWO_DESCRIPTORS)
                kind = frame[:1]
                if kind == b"K":
                    line = self.fork(frame[4:], descriptors)
                    if line is not None:
                        return line
                elif kind == b"Q" or not frame:
                    return None
                else:
                    log("carpool: the server sent an unknown frame: %r" % frame)
                    os._exit(70)

    def fork(self, frame_number, descriptors):
        """Fork one process, and return its line in it."""
        number = int.from_bytes(frame_number, "big")
        if len(descriptors) < 8:  # they did not get through: too many files are open
            close_all(descriptors)
            say(self.line, b"F", number, "the preloader has too many files open")
            return None
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            pid = os.fork()
        except OSError as error:
            close_all(descriptors)
            say(self.line, b"F", number, "the preloader cannot fork: %s" % error)
            return None
        if pid == 0:
            return self.become_child(*split(descriptors))
        close_all(descriptors)
        say(self.line, b"K", number, str(pid))
        key = pid
        if self.has_pidfd:
            key = os.pidfd_open(pid)
            self.poll.register(key, select.POLLIN)
        self.children[key] = (pid, number)
        return None

    def become_child(self, line, output):
        """Let go of what is the preloader's."""
        os.setsid()
        if self.has_pidfd:
            for key in self.children:
                os.close(key)
        self.line.close()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        return Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, line)

    def reap(self, key):
        """Tell how a child ended, if it has."""
        pid, number = self.children[key]
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            return
        del self.children[key]
        if self.has_pidfd:
            self.poll.unregister(key)
            os.close(key)
        code = status & 127
        say(self.line, b"X", number, str(128 + code if code else status >> 8))


def split(descriptors):
    starts = range(0, len(descriptors), 4)
    return [int.from_bytes(descriptors[start : start + 4], sys.byteorder) for start in starts]


def close_all(descriptors):
    for descriptor in split(descriptors):
        os.close(descriptor)


def warn(line):
    """Say what the application has that its forked processes will not, or will share."""
    cure = 'in an after_fork function (from carpool import after_fork), or set spawn = "direct"'
    threads = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    foreign = foreign_threads(len(threads) + 1)
    if foreign > 0:
        threads.append("%d of a library in C" % foreign)
    if threads:
        log(
            "carpool: the application started threads while it was loaded, which forked processes do"
            " not have (%s): start them %s" % (", ".join(threads), cure)
        )
    for peer in connections(line):
        log(
            "carpool: the application opened a connection to %s while it was loaded, which all"
            " forked processes share: open it %s" % (peer, cure)
        )


def foreign_threads(known):
    """Count the threads that Python does not know of. One that has just ended gets a moment."""
    for _ in range(50):
        foreign = len(os.listdir("/proc/self/task")) - known
        if foreign <= 0:
            break
        time.sleep(0.001)
    return foreign


def connections(line):
    """Yield the peers of all connected sockets but the line."""
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        try:
            if number == line.fileno() or not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            with socket.socket(fileno=os.dup(number)) as copy:
                peer = copy.getpeername()
        except OSError:
            continue  # it is closed by now, or connected to nobody
        yield "%s port %s" % peer[:2] if isinstance(peer, tuple) else peer or "a Unix socket"
