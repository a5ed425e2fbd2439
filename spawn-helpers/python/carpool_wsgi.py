"""Run a WSGI application (PEP 3333) in a process of the Carpool pool server.

Carpool starts this file as `python3 carpool_wsgi.py`, without flags, with the line to the server
as descriptor 0 and in the application's root; ../CONTRACT.md says the rest. CARPOOL_ENTRY names
the application, `module:callable`, and is taken out of the environment once it is read;
CARPOOL_APP, the application's name, stays. CARPOOL_CONCURRENCY says how many connections are served
at once, each by a thread; CARPOOL_PRELOAD that this process is to fork the ones that serve.
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
from carpool_request import MAX_DRAIN, BadRequest, PeerGone, declare_threads, drain, read_request
from carpool_response import Response, answer, describe, log

ENTRY_FILES = ("wsgi", "passenger_wsgi", "app")
ENTRY_NAMES = ("application", "app")


# --- the application ----------------------------------------------------------------------------


class LoadError(Exception):
    """The application cannot be loaded, for a reason that needs no traceback."""


def load(line):
    """Import the application and return its callable; if that fails, say why and exit."""
    try:
        module_name, name = find_entry(os.environ.pop("CARPOOL_ENTRY", ""))
        say(line, b"P", 0, "import " + module_name, 200)
        module = import_module(module_name)
        say(line, b"P", 0, "find " + (name or ENTRY_NAMES[0]), 200)
        return find_callable(module, name)
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


def find_entry(entry):
    """Return the names of the module and of the callable, which is "" if it is to be found."""
    module_name, _, name = entry.partition(":")
    if module_name:
        return module_name, name
    for module_name in ENTRY_FILES:
        if os.path.isfile(module_name + ".py"):
            return module_name, name
    files = ", ".join(name + ".py" for name in ENTRY_FILES)
    raise LoadError("none of %s is in %s" % (files, os.getcwd()))


def import_module(name):
    """Import the application's module as if Python had been started in the application's root.

    This folder stays last on the path, for the children that multiprocessing starts afresh.
    """
    root = os.getcwd()
    here = sys.path.pop(0)
    sys.path.insert(0, root)
    sys.path.append(here)
    del sys.argv[1:]
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        if error.name and (name + ".").startswith(error.name + "."):
            raise LoadError("there is no module %s in %s" % (name, root)) from None
        raise
    return sys.modules[name]


def find_callable(module, name):
    """Return what the module calls name, or by one of the usual names if that is empty."""
    for candidate in [name] if name else ENTRY_NAMES:
        found = module
        for part in candidate.split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found
        if found is not None:
            what = (module.__name__, candidate, type(found).__name__)
            raise LoadError("%s:%s is not callable: it is a %s" % what)
    names = name or " or ".join(ENTRY_NAMES)
    raise LoadError("no callable named %s in %s" % (names, getattr(module, "__file__", module)))


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


# --- serving ------------------------------------------------------------------------------------


class Server:
    """Serves connections until the server says STOP or is gone, one a thread at a time."""

    def __init__(self, line, application, threads):
        self.line = line
        self.application = application
        self.board = Board(threads)
        self.threads = threads
        self.reading = threading.Lock()
        self.stopping = False

    def run(self):
        others = []
        for number in range(1, self.threads):
            thread = threading.Thread(target=self.serve, args=(number,), name="carpool-%d" % number)
            thread.start()
            others.append(thread)
        say(self.line, b"R", self.threads, "trace=%d" % TRACE)
        self.serve(0)
        for thread in others:
            thread.join()

    def serve(self, thread):
        line, reading, write, application = self.line, self.reading, self.board.write, self.application
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
            response = exchange(
                application, connection, ending.setsockopt, lambda e: write(thread, number, e)
            )
            done(line, number, response.whole)
            close(ending, response)


def exchange(application, connection, mark, begins):
    """Serve one request and return the response. Closing is left to the caller.

    `begins` is told the environ of a request that has arrived.
    """
    response = Response(connection, mark)
    body = None
    try:
        environ, body = read_request(connection)
        if environ is None:
            response.whole = True
            return response
        begins(environ)
        response.head_only = environ["REQUEST_METHOD"] == "HEAD"
        answer(application, environ, response)
    except BadRequest as problem:
        log("carpool: a request was refused: %s" % problem)
        response.page("400 Bad Request", "This is not an SCGI request: %s." % problem)
        drain(connection, MAX_DRAIN)
    except PeerGone:
        pass
    if body is not None:
        drain(connection, body.left)
        body.end()
    response.connection = -1  # an application that kept write() cannot reach the next connection
    return response


def close(connection, response):
    """End a connection, at once for a peer that learns of the response's end by it."""
    if response.length is None or not response.whole:
        try:
            connection.shutdown(socket.SHUT_WR)  # the server may hold a copy of the descriptor
        except OSError:
            pass  # the peer was first
    connection.close()


def main():
    """Begin at the line, end with it."""
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGINT, lambda *_: None)  # a terminal's Ctrl-C is for the server
    preload = os.environ.pop("CARPOOL_PRELOAD", "") == "1"
    threads = int(os.environ.pop("CARPOOL_CONCURRENCY", "1"))
    trace_on_signal()
    line = open_line()
    watch = Watch(line, stoppable=preload)
    declare_threads(threads > 1)
    application = load(line)
    if preload:
        watch.stop()
        warn(line)
        line = Preloader(line).run()
        if line is None:
            return
        Watch(line)
    prepare(line)
    Server(line, application, threads).run()


if __name__ == "__main__":
    main()
