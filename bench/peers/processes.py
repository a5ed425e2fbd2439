"""What /proc says about a contender's processes, and how they are ended: each by its pid."""

import os
import pathlib
import signal
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
GRACE_SECONDS = 15


def stat(pid):
    """The fields of /proc/PID/stat after the name, from the state on; None if there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def family(roots):
    """The living processes among these and all their descendants, as {pid: fields of stat}."""
    everybody = {int(name): stat(name) for name in os.listdir("/proc") if name.isdigit()}
    found, todo = {}, list(roots)
    while todo:
        pid = todo.pop()
        if everybody.get(pid) and pid not in found:
            found[pid] = everybody[pid]
            todo += [child for child, fields in everybody.items() if fields and int(fields[1]) == pid]
    return found


def cpu_seconds(roots):
    """CPU that these and their descendants have used so far, with children that have ended and were waited for."""
    return sum(sum(map(int, fields[11:15])) for fields in family(roots).values()) / TICKS


def own_cpu_seconds(pid):
    return sum(map(int, stat(pid)[11:13])) / TICKS


def resident_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1000


def pin(roots, cpu):
    """Keep these and their descendants, all threads of them, on one CPU."""
    for pid in family(roots):
        subprocess.run(["taskset", "-acp", str(cpu), str(pid)], stdout=subprocess.DEVNULL, check=True)


def end(roots):
    """Asks the roots (Popen objects), youngest first, to end; then kills by pid what is left of their descendants."""
    all_of_them = family(root.pid for root in roots)
    for root in reversed(roots):
        root.terminate()
    for root in reversed(roots):
        try:
            root.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            root.kill()
            root.wait()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and any(lives(pid, fields) for pid, fields in all_of_them.items()):
        time.sleep(0.02)
    for pid, fields in all_of_them.items():
        if lives(pid, fields):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def lives(pid, fields):
    """Whether this is still the same process: a pid may be somebody else's later, with another start time."""
    now = stat(pid)
    return now is not None and now[0] != "Z" and now[19] == fields[19]
