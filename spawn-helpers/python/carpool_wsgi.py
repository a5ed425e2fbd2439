"""Run a WSGI application (PEP 3333) in a process of the Carpool pool server.

Carpool starts this file as `python3 carpool_wsgi.py`, without flags, with the line to the server
as descriptor 0 and in the application's root; ../CONTRACT.md says the rest. CARPOOL_ENTRY names
the application, `module:callable`, and is taken out of the environment once it is read;
CARPOOL_APP, the application's name, stays. One connection is served at a time.
"""

import os
import select
import signal
import socket
import sys
import threading
import traceback
from time import sleep

from carpool_request import MAX_DRAIN, BadRequest, PeerGone, drain, read_request
from carpool_response import Response, answer, describe, log

ENTRY_FILES = ("wsgi", "passenger_wsgi", "app")
ENTRY_NAMES = ("application", "app")

FRAME_SIZE = 8
MAX_PAYLOAD = 65536
ONE_DESCRIPTOR = socket.CMSG_LEN(4)  # room for one and no more: the kernel closes any other
LAST_SECOND = 0.7  # of the one second that is left when the server is gone

# The socket type in C: no Python code runs when one is made, which is for every connection.
Socket = socket.SocketType


# --- the line -----------------------------------------------------------------------------------


def open_line():
    """Take the line away from descriptor 0, where /dev/null is put, and return it as a socket."""
    try:
        line = Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, os.dup(0))
    except OSError as error:
        sys.exit("carpool_wsgi.py is started by Carpool: descriptor 0 is not its line: %s" % error)
    line.setblocking(True)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    return line


def watch(line):
    """Start the thread that ends this process when the server is gone, whatever else is running.

    It sleeps in poll(), and only the end of the line wakes it, no frame does. A forked child has
    no threads and calls this again. An extension in C that keeps the interpreter lock delays it
    until the lock is free.
    """

    def wait_for_the_end():
        poll = select.poll()
        poll.register(line.fileno(), select.POLLRDHUP)
        poll.poll()
        sleep(LAST_SECOND)
        os._exit(0)

    threading.Thread(target=wait_for_the_end, name="carpool-line", daemon=True).start()


def say(line, kind, number, text="", limit=MAX_PAYLOAD):
    """Send one frame."""
    payload = text.encode("utf-8", "backslashreplace")[:limit]
    payload = payload.decode("utf-8", "ignore").encode("utf-8")  # no half character at the end
    head = kind + len(payload).to_bytes(3, "big") + number.to_bytes(4, "big")
    try:
        line.sendall(head + payload)
    except OSError:
        pass  # the server is gone, which the next receive_frame() tells


def receive_frame(line):
    """Return the next frame, b"" at the end of the line, and its descriptor, or -1 for none."""
    frame, control, _, _ = line.recvmsg(FRAME_SIZE, ONE_DESCRIPTOR, socket.MSG_CMSG_CLOEXEC)
    connection = int.from_bytes(control[0][2], sys.byteorder) if control else -1
    while 0 < len(frame) < FRAME_SIZE:
        piece = line.recv(FRAME_SIZE - len(frame))
        if not piece:
            return b"", connection
        frame += piece
    return frame, connection


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


def serve(line, application):
    """Serve connections one after another until the server says STOP or is gone."""
    while True:
        frame, connection = receive_frame(line)
        kind = frame[:1]
        if kind == b"S":
            if connection < 0:  # it did not get through: too many files are open
                done(line, frame[4:], False)
                continue
            ending = Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, connection)
            response = exchange(application, connection, ending.setsockopt)
            done(line, frame[4:], response.whole)
            close(ending, response)
        elif kind == b"Q" or not frame:
            return
        else:
            log("carpool: the server sent an unknown frame: %r" % frame)
            sys.exit(70)


def exchange(application, connection, mark):
    """Serve one request and return the response. Closing is left to the caller."""
    response = Response(connection, mark)
    body = None
    try:
        environ, body = read_request(connection)
        if environ is None:
            response.whole = True
            return response
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


def done(line, number, whole):
    """Say that the place is free. The peer has not seen the end of the connection yet."""
    try:
        line.send(b"D\0\0\1" + number + (b"\0" if whole else b"\1"))
    except OSError:
        pass  # as in say()


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
    line = open_line()
    watch(line)
    application = load(line)
    say(line, b"R", 1)
    serve(line, application)


if __name__ == "__main__":
    main()
