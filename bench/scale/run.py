"""How fast one process becomes eight: script/bench scale [ROUNDS]

A burst of 32 connections comes to a pool with one process and room for eight. Measured is when the
first, the fourth and the eighth process has answered, beside the same machine's bare fork of a Python
process that has loaded the same application.
"""

import os
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
APP = os.path.join(HOME, "bench", "scale", "app")
HELPER = os.path.join(HOME, "spawn-helpers", "python", "carpool_wsgi.py")
MOST = 8
CLIENTS = 32
CONFIG = """
[pool]
max = %d

[app.scale]
root = "%s"
python = "/usr/bin/python3"
min = 1
listen = ["scgi:unix:%s"]
"""


def request():
    fields = ["CONTENT_LENGTH", "0", "SCGI", "1", "REQUEST_METHOD", "GET", "PATH_INFO", "/", ""]
    header = "\0".join(fields).encode()
    return b"%d:%s," % (len(header), header)


def burst(path):
    """Milliseconds after which the first, fourth and eighth process had answered."""
    begin = time.monotonic()
    clients = []
    for _ in range(CLIENTS):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(path)
        client.sendall(request())
        clients.append(client)
    times = {}
    waiting = set(clients)
    while waiting and len(times) < MOST:
        for client in select.select(list(waiting), [], [], 20)[0]:
            body = client.recv(4096).partition(b"\r\n\r\n")[2].split()
            if body:
                times.setdefault(body[0], (time.monotonic() - begin) * 1000)
            waiting.discard(client)
    for client in clients:  # who still waits leaves the waiting room
        client.close()
    ordered = sorted(times.values())
    return [ordered[0], ordered[3], ordered[7]]


def carpool(*words):
    return subprocess.run(
        [os.path.join(HOME, "carpool"), *words], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def processes(directory):
    with open(os.path.join(directory, "status.fifo")) as fifo:
        text = fifo.read()
    return sum(" idle" in line for line in text.splitlines() if line.strip()[:1].isdigit())


def forks(rounds):
    """Milliseconds from asking a preloader for a process until that is ready."""
    ours, theirs = socket.socketpair()
    environment = {"PATH": "/usr/bin:/bin", "CARPOOL_APP": "scale", "CARPOOL_PRELOAD": "1"}
    preloader = subprocess.Popen(
        ["/usr/bin/python3", HELPER], stdin=theirs, cwd=APP, env=environment
    )
    theirs.close()
    times = []
    receive(ours, b"L")
    for number in range(rounds):
        line, other = socket.socketpair()
        begin = time.monotonic()
        frame = b"K\0\0\0" + number.to_bytes(4, "big")
        socket.send_fds(ours, [frame], [other.fileno(), 2])
        other.close()
        receive(line, b"R")
        times.append((time.monotonic() - begin) * 1000)
        receive(ours, b"K")
        line.close()
        receive(ours, b"X")
    ours.close()
    preloader.wait()
    return times


def receive(line, wanted):
    while True:
        head = line.recv(8, socket.MSG_WAITALL)
        size = int.from_bytes(head[1:4], "big")
        if size:
            line.recv(size, socket.MSG_WAITALL)
        if head[:1] == wanted:
            return


def bare_forks(rounds):
    """Milliseconds of a fork and one byte from the child, of a process that has loaded the app."""
    sys.path.insert(0, APP)
    import wsgi  # noqa: F401

    times = []
    for _ in range(rounds):
        read, write = os.pipe()
        begin = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.write(write, b"x")
            os._exit(0)
        os.read(read, 1)
        times.append((time.monotonic() - begin) * 1000)
        os.waitpid(pid, 0)
        os.close(read)
        os.close(write)
    return times


def row(name, times):
    print("    %-34s %8.1f %8.1f %8.1f" % (name, min(times), statistics.median(times), max(times)))


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = os.path.join(directory, "front.sock")
        config = os.path.join(directory, "carpool.toml")
        with open(config, "w") as file:
            file.write(CONFIG % (MOST, APP, path))
        os.environ["CARPOOL_RUNTIME_DIR"] = runtime = os.path.join(directory, "run")
        with open(os.path.join(directory, "log"), "w") as log:
            server = subprocess.Popen(
                [os.path.join(HOME, "carpool"), "serve", "-c", config], stdout=log, stderr=log
            )
        try:
            results = []
            deadline = time.monotonic() + 60
            while not os.path.exists(path):
                assert time.monotonic() < deadline, "the server does not listen"
                time.sleep(0.05)
            for turn in range(rounds + 1):
                carpool("set", "max", "1")
                while processes(runtime) != 1:
                    time.sleep(0.05)
                carpool("set", "max", str(MOST))
                result = burst(path)
                if turn:  # the first one warms the server up
                    results.append(result)
                time.sleep(1)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    print("%d bursts of %d connections, 1 process to %d" % (rounds, CLIENTS, MOST))
    print("    milliseconds                            min   median      max")
    for place, name in enumerate(("first", "fourth", "eighth")):
        row("the %s process has answered" % name, [result[place] for result in results])
    row("a forked helper is ready", forks(rounds * 5))
    row("a bare fork has written a byte", bare_forks(rounds * 5))


main()
