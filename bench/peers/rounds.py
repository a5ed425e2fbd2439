"""Readings of wrk, in rounds in which every contender has its turn, and what is said of them."""

import json
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import processes

HERE = pathlib.Path(__file__).resolve().parent
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def load(contender, path, connections, seconds, cpu):
    """One reading: what wrk measured, what the contender used meanwhile, and its memory in the middle of it."""
    words = ["taskset", "-c", str(cpu)] if cpu is not None else []
    words += ["/usr/bin/wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", HERE / "report.lua", contender.url(path)]
    before, server_before = processes.cpu_seconds(contender.pids), processes.own_cpu_seconds(contender.server)
    client = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        time.sleep(seconds / 2)
        resident = processes.resident_mb(contender.server)
        said = client.communicate(timeout=seconds + 60)[0]
    finally:
        client.kill()
    used = processes.cpu_seconds(contender.pids) - before
    server_used = processes.own_cpu_seconds(contender.server) - server_before
    if "JSON " not in said:
        sys.exit(f"wrk against {contender.name}:\n{said}")
    reading = json.loads(said.split("JSON ")[1].splitlines()[0])
    requests = max(1, reading["requests"])
    return reading | {"rate": reading["requests"] / reading["seconds"], "cpu_ms": 1e6 * used / requests,
                      "server_us": 1e6 * server_used / requests, "resident_mb": resident}


def rounds_of(field, rounds, path, connections, seconds, cpu):
    readings = {contender: [] for contender in field}
    for _ in range(rounds):
        for contender in field:
            readings[contender].append(load(contender, path, connections, seconds, cpu))
    return readings


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def span(rows, key, digits):
    return f"{min(row[key] for row in rows):.{digits}f}-{max(row[key] for row in rows):.{digits}f}"


def ratio(rows, beside, key):
    """The median of the ratios round by round, so that a slow minute of the machine counts in both."""
    return statistics.median(a[key] / max(b[key], 1e-9) for a, b in zip(rows, beside))


def end(number, frame):
    """Leaves through the `finally` that ends what was started, and is not disturbed there."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)
