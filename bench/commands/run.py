"""Times the commands that ask a server, from the command to its end, with their CPU and memory.

    run.py [RUNS]

`carpool --version`, which asks nobody, is run in turn with them: how much is the JVM's start.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HOME = pathlib.Path(__file__).resolve().parents[2]
CARPOOL = HOME / "carpool"
COMMANDS = ["--version", "mackerel", "mackerel --listener tcp:%d", "status", "backlog"]


def run(words, environment):
    """Return the milliseconds of a command, those of its CPU, and its memory in MB."""
    began = time.monotonic()
    process = subprocess.Popen([CARPOOL, *words], stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("carpool %s ended with status %d" % (" ".join(words), process.returncode))
    return took * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / 1000


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CARPOOL_RUNTIME_DIR": folder}
        serve = [CARPOOL, "serve", HOME / "examples/guestbook", "--port", "0"]
        server = subprocess.Popen(
            serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
        )
        try:
            port = listening(server)
            commands = [(name % port if "%" in name else name).split() for name in COMMANDS]
            measured = [[] for _ in commands]
            for _ in range(runs + 2):
                for each, words in zip(measured, commands):
                    each.append(run(words, environment))
        finally:
            server.terminate()
            server.wait()
    print("%d runs in turn                      milliseconds             CPU     MB" % runs)
    print("                                min   median      max   median    max")
    for words, values in zip(commands, measured):
        took, cpu, memory = zip(*values[2:])  # the first ones find nothing in the page cache
        print(
            "carpool %-20s %6.0f   %6.0f   %6.0f   %6.0f   %4.0f"
            % (" ".join(words), min(took), statistics.median(took), max(took), statistics.median(cpu), max(memory))
        )


def listening(server):
    """Return the port of a server that has just become ready."""
    for line in server.stdout:
        if " at http://" in line:
            return int(line.strip().rpartition(":")[2])
    sys.exit("the server did not start")


main()
