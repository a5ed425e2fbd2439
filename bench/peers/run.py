"""Carpool beside uWSGI and gunicorn, each behind an nginx of its own, on the same application and interpreter.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round every contender has its turn. --pin keeps client and contender on one CPU.
"""

import argparse
import os
import signal
import sys
import tempfile

import contenders
import processes
from rounds import ENDING, end, load, median, ratio, rounds_of, span

WARM_SECONDS = 15  # a JVM compiles for so long
SLEEP_CONNECTIONS = 64
SLEEP_AT_LEAST_SECONDS = 8  # what wrk leaves unfinished at the end is then below half a percent
IDEAL_PER_SECOND = contenders.PROCESSES / 0.05
IDEAL_MS = 1000 * SLEEP_CONNECTIONS / IDEAL_PER_SECOND


def print_hello(readings, connections):
    print(f"\nhello world, {connections} connections")
    print(f"{'':<17} {'req/s':>7} {'min-max':>13} {'of uWSGI':>8} {'p99 ms':>7} {'min-max':>13} {'CPU ms/1000':>11} {'min-max':>13}"
          f" {'of uWSGI':>8} {'failed':>6}")
    beside = next(rows for contender, rows in readings.items() if isinstance(contender, contenders.Uwsgi))
    for contender, rows in readings.items():
        print(f"{contender.name:<17} {median(rows, 'rate'):>7.0f} {span(rows, 'rate', 0):>13} {ratio(rows, beside, 'rate'):>8.2f}"
              f" {median(rows, 'p99'):>7.2f} {span(rows, 'p99', 2):>13} {median(rows, 'cpu_ms'):>11.1f} {span(rows, 'cpu_ms', 1):>13}"
              f" {ratio(rows, beside, 'cpu_ms'):>8.2f} {sum(row['failed'] for row in rows):>6}", flush=True)
    for contender, rows in readings.items():
        if isinstance(contender, contenders.Carpool):
            print(f"Carpool's JVM alone: {median(rows, 'server_us'):.1f} us of CPU a request ({span(rows, 'server_us', 1)}),"
                  f" {max(row['resident_mb'] for row in rows):.0f} MB resident under load")


def print_sleep(readings):
    print(f"\n50 ms of sleep, {SLEEP_CONNECTIONS} connections; ideal: {IDEAL_PER_SECOND:.0f} req/s, each after {IDEAL_MS:.0f} ms")
    print(f"{'':<17} {'req/s':>7} {'of ideal':>8} {'p99 ms':>7} {'of ideal':>8} {'failed':>6}")
    for contender, rows in readings.items():
        print(f"{contender.name:<17} {median(rows, 'rate'):>7.1f} {median(rows, 'rate') / IDEAL_PER_SECOND:>8.1%}"
              f" {median(rows, 'p99'):>7.0f} {median(rows, 'p99') / IDEAL_MS:>8.1%} {sum(row['failed'] for row in rows):>6}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="script/bench peers", description="Carpool beside uWSGI and gunicorn, each behind nginx.")
    parser.add_argument("seconds", nargs="?", type=int, default=5, help="of each reading (5)")
    parser.add_argument("rounds", nargs="?", type=int, default=3, help="in which every contender has its turn (3)")
    parser.add_argument("--pin", action="store_true", help="client and contender on one CPU: the steadiest figures on a small machine")
    wish = parser.parse_args()
    if wish.seconds < 1 or wish.rounds < 1:
        parser.error("SECONDS and ROUNDS are at least 1")
    contenders.require_packages()
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
    cpu = max(os.sched_getaffinity(0)) if wish.pin else None
    print(f"{contenders.PROCESSES} processes each, {os.cpu_count()} CPUs" + (f", client and contender on CPU {cpu}" if wish.pin else "")
          + f", {wish.rounds} rounds of {wish.seconds} s, medians; load average before: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="carpool-peers-") as folder:
        field = [kind(folder) for kind in contenders.ALL]
        try:
            for contender in field:
                contender.start()
                load(contender, "/hello", 16, WARM_SECONDS, None)
                if wish.pin:
                    processes.pin(contender.pids, cpu)
            for connections in (16, 64):
                print_hello(rounds_of(field, wish.rounds, "/hello", connections, wish.seconds, cpu), connections)
            print_sleep(rounds_of(field, wish.rounds, "/sleep", SLEEP_CONNECTIONS, max(wish.seconds, SLEEP_AT_LEAST_SECONDS), cpu))
        finally:
            for contender in field:
                contender.stop()


main()
