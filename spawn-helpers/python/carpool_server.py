"""A process that serves: how it begins, takes one connection after another, and ends.

What it serves them with is given to run(): a module that loads it, and serves one request with it.
"""

import os
import signal
import socket
import sys
import threading
import traceback

from carpool import run_after_fork
from carpool_board import TRACE, Board, trace_on_signal
from carpool_line import Socket, Watch, done, open_line, receive_frame, say
from carpool_preload import Preloader, warn
from carpool_response import describe, log


class LoadError(Exception):
    """The application cannot be loaded, for a reason that needs no traceback."""


def run(load, declare_threads=None):
    """Begin at the line, end with it.

    load(line) returns exchange(connection, mark, begins), which serves one request of a
    descriptor, tells begins() its environ when it has arrived, and returns a response with
    `whole` and `length`; it leaves the closing of the connection to its caller.
    declare_threads(several) is told before it whether requests are served in several threads; without it
    they never are.
    """
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGINT, lambda *_: None)  # a terminal's Ctrl-C is for the server
    preload = os.environ.pop("CARPOOL_PRELOAD", "") == "1"
    threads = int(os.environ.pop("CARPOOL_CONCURRENCY", "1")) if declare_threads else 1
    trace_on_signal()
    line = open_line()
    watch = Watch(line, stoppable=preload)
    if declare_threads:
        declare_threads(threads > 1)
    exchange = call(line, load)
    if preload:
        watch.stop()
        warn(line)
        line = Preloader(line).run()
        if line is None:
            return
        Watch(line)
    prepare(line)
    Server(line, threads, exchange).run()


def call(line, load):
    """Load the application; if that fails, say why and exit."""
    try:
        return load(line)
    except LoadError as error:
        report = str(error)
    except BaseException as error:  # SystemExit too: nothing an application does is ours to raise
        report = reason(error) + "\n" + describe(error)
    say(line, b"F", 0, report)
    sys.exit(1)


def prepare(line):
    """Call what the application wants called in each process; if that fails, say why and exit."""
    try:
        run_after_fork()
    except BaseException as error:
        say(line, b"F", 0, "in an after_fork function: " + reason(error) + "\n" + describe(error))
        sys.exit(1)


def reason(error):
    """Say in one line why the import failed."""
    if isinstance(error, SyntaxError) and error.filename:
        line = (error.text or "").strip()
        where = (type(error).__name__, error.filename, error.lineno, error.msg, line)
        text = "%s: %s:%s: %s: %s" % where
    elif isinstance(error, SystemExit):
        text = "the application called exit(%s) while it was imported" % (error.code,)
    else:
        text = "".join(traceback.format_exception_only(type(error), error))
    return " ".join(text.split())


class Server:
    """Serves connections until the server says STOP or is gone, one a thread at a time."""

    def __init__(self, line, threads, exchange):
        self.line = line
        self.exchange = exchange
        self.board = Board(threads)
        self.threads = threads
        self.reading = threading.Lock()
        self.stopping = False

    def run(self):
        others = []
        for number in range(1, self.threads):
            thread = threading.Thread(target=self.work, args=(number,), name="carpool-%d" % number)
            thread.start()
            others.append(thread)
        say(self.line, b"R", self.threads, "trace=%d" % TRACE)
        self.work(0)
        for thread in others:
            thread.join()

    def work(self, thread):
        """Serve; where that fails, end the process: a place that is lost would be lost for good."""
        try:
            self.serve(thread)
        except BaseException as error:  # an application has closed our descriptors, for example
            log("carpool: this process cannot go on: %s" % reason(error))
            os._exit(70)

    def serve(self, thread):
        line, reading, write = self.line, self.reading, self.board.write
        while True:
            with reading:
                if self.stopping:
                    return
                frame, descriptor = receive_frame(line)
                if frame[:1] != b"S":
                    self.stopping = True
                    if frame[:1] == b"Q" or not frame:
                        return
                    log("carpool: the server sent an unknown frame: %r" % frame)
                    os._exit(70)
            number = frame[4:]
            if not descriptor:  # it did not get through: too many files are open
                done(line, number, False)
                continue
            connection = int.from_bytes(descriptor, sys.byteorder)
            ending = Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, connection)
            response = self.exchange(
                connection, ending.setsockopt, lambda e: write(thread, number, e)
            )
            done(line, number, response.whole)
            close(ending, response)


def close(connection, response):
    """End a connection, at once for a peer that learns of the response's end by it."""
    if response.length is None or not response.whole:
        try:
            connection.shutdown(socket.SHUT_WR)  # the server may hold a copy of the descriptor
        except OSError:
            pass  # the peer was first
    connection.close()
