"""Runs a command on a terminal of its own, types on it, and says what came of it.

    typist.py 'STEPS as a JSON list' COMMAND [ARGUMENT ...]

A step is ["await", TEXT] (what was shown since the last step has it), ["type", TEXT],
["size", ROWS, COLUMNS] or ["signal", NAME], also to another process: ["signal", NAME, PID]. Prints a JSON object: all that was shown, the exit
status, and the terminal's modes before, while and after.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20


def main():
    steps = json.loads(sys.argv[1])
    pid, terminal = pty.fork()
    if pid == 0:
        # Only once the terminal has its size.
        os.read(0, 1)
        os.execvp(sys.argv[2], sys.argv[2:])
    resize(terminal, 24, 100)
    before = modes(terminal)
    os.write(terminal, b"\n")
    shown = bytearray()
    mark = 0
    during = before
    for step, *values in steps:
        if step == "await":
            deadline = time.monotonic() + PATIENCE
            while values[0].encode() not in shown[mark:]:
                if time.monotonic() > deadline or not read(terminal, shown, 0.1):
                    break
            if values[0].encode() not in shown[mark:]:
                sys.exit("%r was not shown, but %r" % (values[0], bytes(shown[mark:])))
            during = modes(terminal)
        elif step == "type":
            mark = len(shown)
            os.write(terminal, values[0].encode())
        elif step == "size":
            mark = len(shown)
            resize(terminal, *values)
        elif step == "signal":
            os.kill((values[1:] or [pid])[0], getattr(signal, "SIG" + values[0]))
    deadline = time.monotonic() + PATIENCE
    status = None
    while status is None and time.monotonic() < deadline:
        read(terminal, shown, 0.05)
        ended, code = os.waitpid(pid, os.WNOHANG)
        if ended:
            status = os.waitstatus_to_exitcode(code)
    while read(terminal, shown, 0.05):
        pass
    if status is None:
        os.kill(pid, signal.SIGKILL)
    print(json.dumps({
        "shown": shown.decode(errors="replace"),
        "status": status,
        "before": before,
        "during": during,
        "after": modes(terminal),
    }))


def read(terminal, shown, within):
    """Adds what is shown within this time; false at the end, and when nothing came."""
    ready, _, _ = select.select([terminal], [], [], within)
    try:
        data = os.read(terminal, 65536) if ready else b""
    except OSError:  # Linux's way of saying that nobody has the other side any more
        time.sleep(within)
        return False
    shown += data
    return bool(data) or within > 0.05


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def modes(terminal):
    return termios.tcgetattr(terminal)[:4]


main()
