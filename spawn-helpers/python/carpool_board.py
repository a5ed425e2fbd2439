"""What this process is serving, where the server can read it while the process is stuck."""

import faulthandler
import mmap
import os
import signal
import sys

SLOT = 512  # bytes: the session's number, then "METHOD path", then NULs
TEXT = SLOT - 4
TRACE = signal.SIGRTMAX - 2  # one that no application and no C library uses


class Board:
    """A piece of memory with a slot for each thread, which the server finds below /proc by name."""

    def __init__(self, threads):
        number = os.memfd_create("carpool-board")
        os.ftruncate(number, threads * SLOT)
        self.memory = mmap.mmap(number, threads * SLOT)  # which has a descriptor of its own
        os.close(number)

    def write(self, thread, session, environ):
        """Say what a thread is serving. Half a text, if the server reads just now, is no harm."""
        text = environ["REQUEST_METHOD"] + " " + environ["PATH_INFO"]
        text = text[:TEXT].encode("latin-1", "replace")
        start = thread * SLOT
        self.memory[start : start + 4 + len(text) + 1] = session + text + b"\0"


def trace_on_signal():
    """Have this process print on a signal what each thread is doing, also when it is stuck in C."""
    faulthandler.register(TRACE, file=sys.__stderr__.fileno(), all_threads=True, chain=False)
