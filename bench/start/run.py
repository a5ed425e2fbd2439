"""Times `carpool serve` from the command to the line with the URL, and reads its memory then.

    run.py [STARTS]

A bare JVM that prints one line is started in turn with it, for the ratio: how much of the start is
the machine's and not ours.
"""

import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HOME = pathlib.Path(__file__).resolve().parents[2]
GOAL_SECONDS = 0.5
GOAL_MB = 90

HELLO = 'class Hello { public static void main(String[] a) { System.out.println("hello"); } }'


def start(command):
    """Return the process and the seconds until its first line."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = process.stdout.readline()
    seconds = time.monotonic() - began
    if not line:
        sys.exit("%s ended with status %s before it was ready" % (command[0], process.wait()))
    return process, seconds


def resident_mb(pid):
    status = pathlib.Path("/proc/%d/status" % pid).read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def main():
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    java = subprocess.check_output([HOME / "script/find-java"], text=True).strip() + "/bin/java"
    ours, bare, memory = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        hello = pathlib.Path(folder, "Hello.java")
        hello.write_text(HELLO)
        subprocess.run([java + "c", "-d", folder, hello], check=True)
        serve = [HOME / "carpool", "serve", HOME / "examples/guestbook", "--runtime-dir", folder]
        for _ in range(starts):
            process, seconds = start([java, "-XX:+UseSerialGC", "-cp", folder, "Hello"])
            bare.append(seconds)
            process.wait()
            process, seconds = start(serve + ["--port", str(free_port())])
            ours.append(seconds)
            memory.append(resident_mb(process.pid))
            os.kill(process.pid, signal.SIGTERM)
            process.wait()
    print("%d starts                min  median     max" % starts)
    print("bare JVM, seconds     %.3f   %.3f   %.3f" % spread(bare))
    print("carpool serve         %.3f   %.3f   %.3f   goal %.1f" % (*spread(ours), GOAL_SECONDS))
    print("resident, MB          %5.1f   %5.1f   %5.1f   goal %d" % (*spread(memory), GOAL_MB))
    print("ratio of medians      %.1f" % (statistics.median(ours) / statistics.median(bare)))


def spread(values):
    return min(values), statistics.median(values), max(values)


main()
