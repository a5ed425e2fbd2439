"""Carpool beside uWSGI and gunicorn, each behind an nginx of its own, on the same application and interpreter.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round every contender has its turn. --pin keeps client and contender on one CPU.
"""

import campaign
import contenders
from rounds import load, median, ratio, span

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


def tell(measured):
    for connections in (16, 64):
        print_hello(measured.rounds_of("/hello", connections), connections)
    print_sleep(measured.rounds_of("/sleep", SLEEP_CONNECTIONS, at_least_seconds=SLEEP_AT_LEAST_SECONDS))


campaign.run(
    "peers", "Carpool beside uWSGI and gunicorn, each behind nginx.", contenders.ALL, contenders.NEEDED,
    f"{contenders.PROCESSES} processes each",
    warm=lambda contender: load(contender, "/hello", 16, WARM_SECONDS, None), tell=tell, seconds=5, turns=3)
