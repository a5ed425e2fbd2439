"""Which program answers a request, and what it is told."""

import errno
import os
import stat

# Of the helper's own environment, or an invitation to mischief: HTTP_PROXY, which programs take for a
# setting, is what a client sends as "Proxy:".
UNTOLD = ("HTTP_PROXY", "SCGI", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE")


# What answers for its folder.
INDEX = "index.cgi"


class NoProgram(Exception):
    """There is nothing to run."""

    def __init__(self, path, status, page, reason):
        super().__init__(reason)
        self.path = path
        self.status = status
        self.page = page
        self.reason = reason

    @staticmethod
    def of(path, error):
        """The reason why a program could not be started."""
        if error.errno == errno.ENOEXEC:
            reason = "it is no program: a script begins with a line like #!/bin/sh"
        elif error.errno == errno.ENOENT:
            reason = "the interpreter that its first line names does not exist"
        else:
            reason = "it cannot be run: %s" % os.strerror(error.errno)
        return NoProgram(
            path, "500 Internal Server Error", "The program cannot be run; its log says why.", reason
        )


def find(root, environ):
    """Return the program that the beginning of a path names; the rest stays as PATH_INFO.

    A name that begins with a dot is never looked at, so nothing leads out of the root but links.
    """
    segments = environ["PATH_INFO"].split("/")[1:]
    path = root
    for number, name in enumerate(segments):
        if not name and number == len(segments) - 1:
            index = os.path.join(path, INDEX)
            if os.path.exists(index):
                environ["SCRIPT_NAME"] += environ["PATH_INFO"] + INDEX
                environ["PATH_INFO"] = ""
                return program(index)
        if not name or name.startswith(".") or "\0" in name:
            break
        path = os.path.join(path, word(name))
        checked = program(path, may_be_folder=True)
        if checked:
            consumed = "/".join(segments[: number + 1])
            environ["SCRIPT_NAME"] += "/" + consumed
            environ["PATH_INFO"] = environ["PATH_INFO"][len(consumed) + 1 :]
            return checked
    raise NoProgram(path, "404 Not Found", "There is no program of this name.", "no program is named")


def program(path, may_be_folder=False):
    """Return the path if there is something that may be run; None if it is a folder, which may be."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise NoProgram(
            path, "404 Not Found", "There is no program of this name.", os.strerror(error.errno)
        ) from None
    if may_be_folder and stat.S_ISDIR(mode):
        return None
    if not stat.S_ISREG(mode) or not os.access(path, os.X_OK):
        raise NoProgram(
            path, "403 Forbidden", "This is not a program.", "it may not be executed (chmod +x)"
        )
    return path


def common():
    """Return what all programs are told: the environment of the application."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("CARPOOL_")}
    told["CARPOOL_APP"] = os.environ.get("CARPOOL_APP", "")
    told.setdefault("SERVER_SOFTWARE", "Carpool")
    return told


def environment(common, root, path, environ):
    """Return what a program is told: RFC 3875, over what all are told."""
    told = common.copy()
    for name, value in environ.items():
        if name not in UNTOLD and "=" not in name:
            told[word(name)] = word(value)
    told["GATEWAY_INTERFACE"] = "CGI/1.1"
    told["SCRIPT_FILENAME"] = path
    rest = environ["PATH_INFO"]
    if rest:
        base = word(environ.get("DOCUMENT_ROOT", "")) or root
        told["PATH_TRANSLATED"] = base.rstrip("/") + word(rest)
    else:
        told.pop("PATH_INFO", None)
    if not int(environ["CONTENT_LENGTH"]):
        told.pop("CONTENT_LENGTH", None)
    return told


def word(text):
    """Return a word of the request, whose bytes are text's characters, as a word of this system."""
    return text if text.isascii() else os.fsdecode(text.encode("latin-1"))
