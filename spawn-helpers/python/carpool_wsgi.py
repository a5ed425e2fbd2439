"""Run a WSGI application (PEP 3333) in a process of the Carpool pool server.

Carpool starts this file as `python3 carpool_wsgi.py`, without flags, with the line to the server
as descriptor 0 and in the application's root; ../CONTRACT.md says the rest. CARPOOL_ENTRY names
the application, `module:callable`, and is taken out of the environment once it is read;
CARPOOL_APP, the application's name, stays. CARPOOL_CONCURRENCY says how many connections are served
at once, each by a thread; CARPOOL_PRELOAD that this process is to fork the ones that serve.
"""

import os
import sys

from carpool_line import say
from carpool_request import MAX_DRAIN, BadRequest, PeerGone, declare_threads, drain, read_request
from carpool_response import Response, answer, describe, log
from carpool_server import LoadError, reason, run

ENTRY_FILES = ("wsgi", "passenger_wsgi", "app")
ENTRY_NAMES = ("application", "app")


def load(line):
    """Import the application, and return what serves one request with it."""
    module_name, name = find_entry(os.environ.pop("CARPOOL_ENTRY", ""))
    say(line, b"P", 0, "import " + module_name, 200)
    module = import_module(module_name)
    say(line, b"P", 0, "find " + (name or ENTRY_NAMES[0]), 200)
    application = find_callable(module, name)
    return lambda connection, mark, begins: exchange(application, connection, mark, begins)


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


if __name__ == "__main__":
    run(load, declare_threads)
