"""Run CGI programs (RFC 3875) for the Carpool pool server.

Carpool starts this file as `python3 carpool_cgi.py`, with the line to the server as descriptor 0 and
in the application's root; ../CONTRACT.md says the rest. CARPOOL_ENTRY names the one program that
answers everything, or a folder: in that, or in the root, the beginning of a request's path names the
program.

A program gets the connection itself as its standard input. What it prints comes through a pipe,
of which only the header is read; the kernel moves the body to the connection.
"""

import functools
import os
import select
import signal
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

from carpool_cgi_output import Output
from carpool_cgi_program import NoProgram, common, environment, find, program
from carpool_cgi_request import drain, read_environ
from carpool_line import say
from carpool_request import MAX_DRAIN, BadRequest, PeerGone
from carpool_response import log
from carpool_server import LoadError, run

PATIENCE = 3  # seconds that a program has to end after its output has, and after SIGTERM
GLANCES = 4  # at a program that is about to end, which cost less than to sleep until it has

# What Python ignores is ignored by its children too, and a program that ignores SIGPIPE never stops.
DEFAULT_SIGNALS = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT]


def load(line):
    """See that there is something to run, and return what serves one request."""
    entry = os.environ.pop("CARPOOL_ENTRY", "")
    say(line, b"P", 0, "find " + (entry or "."), 200)
    place = os.path.normpath(os.path.join(os.getcwd(), entry))
    if os.path.isdir(place):
        choose = functools.partial(find, place)
    else:
        try:
            program(place)
        except NoProgram as problem:
            raise LoadError("%s: %s" % (place, problem.reason)) from None

        def choose(_):
            return place

    signal.signal(signal.SIGTERM, terminate)
    Running.told, Running.root = common(), os.getcwd()
    return functools.partial(exchange, choose)


def terminate(number, _):
    """End by SIGTERM, unless it was meant for the program alone: see Running.end()."""
    if not Running.ending:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def exchange(choose, connection, mark, begins):
    """Serve one request and return its Output. Closing is left to the caller."""
    os.set_blocking(connection, True)  # programs expect no other
    output = Output(connection, mark)
    try:
        environ = read_environ(connection)
        if environ is None:
            output.whole = True
            return output
        begins(environ)
        output.head_only = environ["REQUEST_METHOD"] == "HEAD"
        serve(choose, environ, connection, output)
        drain(connection, int(environ["CONTENT_LENGTH"]))
    except BadRequest as problem:
        log("carpool: a request was refused: %s" % problem)
        output.page("400 Bad Request", "This is not an SCGI request: %s." % problem)
        drain(connection, MAX_DRAIN)
    except PeerGone:
        output.whole = False
    except OSError as error:
        log("carpool: a request failed: %s" % error)
        if not output.sent:
            output.page("500 Internal Server Error", "The program cannot be run; its log says why.")
    return output


def serve(choose, environ, connection, output):
    """Run the program that a request names, and pass on what it prints."""
    request = "%s %s" % (environ["REQUEST_METHOD"], environ["PATH_INFO"])
    try:
        path = choose(environ)
        running = Running(path, environ, connection)
    except NoProgram as problem:
        log("carpool: %s %s: %s" % (environ["REQUEST_METHOD"], problem.path, problem.reason))
        output.page(problem.status, problem.page)
        return
    try:
        output.nph = os.path.basename(path).startswith("nph-")
        problem = output.pass_on(running.pipe)
    except OSError as error:
        log("carpool: %s was ended: %s" % (path, error))
        running.end()
        raise
    finally:
        os.close(running.pipe)
    status = running.wait()
    if problem:
        log("carpool: %s failed: %s %s, and %s" % (request, path, ended(status), problem))
        if not output.sent:
            output.page("500 Internal Server Error", "The program failed; its log says why.")
    elif status:
        log("carpool: %s %s" % (path, ended(status)))
        output.whole = output.whole and (output.length is not None or not os.WIFSIGNALED(status))
    if output.cut:
        log("carpool: %s: what %s printed is longer than its Content-Length" % (request, path))


def ended(status):
    if os.WIFSIGNALED(status):
        return "was ended by signal %d" % os.WTERMSIG(status)
    return "exited with status %d" % os.WEXITSTATUS(status)


class Running:
    """A program that was started, in the process group of this helper."""

    ending = False  # the group is being ended, but not this process
    told = {}  # what all programs are told
    root = ""  # of the application

    def __init__(self, path, environ, connection):
        self.path = path
        self.pipe = writing = -1
        try:
            self.pipe, writing = os.pipe()
            actions = [(os.POSIX_SPAWN_DUP2, writing, 1)]
            if int(environ["CONTENT_LENGTH"]):
                actions.append((os.POSIX_SPAWN_DUP2, connection, 0))
            # Else descriptor 0 is /dev/null, and whoever reads to the end finds it at once.
            os.chdir(os.path.dirname(path))
            told = environment(self.told, self.root, path, environ)
            self.pid = os.posix_spawn(
                path, [path], told, file_actions=actions, setsigdef=DEFAULT_SIGNALS
            )
        except OSError as error:
            if self.pipe >= 0:
                os.close(self.pipe)
            raise NoProgram.of(path, error) from None
        finally:
            if writing >= 0:
                os.close(writing)

    def wait(self):
        """Return the program's status. One that does not end after its output has is ended."""
        if not self.has_ended(PATIENCE):
            log("carpool: %s closed its output and goes on: it is ended" % self.path)
            self.end()
            return 0  # the answer is whole, however this ended
        return self.status

    def has_ended(self, seconds):
        """Wait for the program's end, which is near if its output has ended."""
        for _ in range(GLANCES):
            pid, self.status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return True
            os.sched_yield()
        descriptor = os.pidfd_open(self.pid)
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            if not poll.poll(seconds * 1000):
                return False
        finally:
            os.close(descriptor)
        self.status = os.waitpid(self.pid, 0)[1]
        return True

    def end(self):
        """End the program with all that it has started, which is in our own process group."""
        Running.ending = True
        try:
            os.killpg(0, signal.SIGTERM)
            if not self.has_ended(PATIENCE):
                os.killpg(0, signal.SIGKILL)  # and ourselves: the server starts another helper
        finally:
            Running.ending = False


if __name__ == "__main__":
    run(load)
