"""PHP by Carpool beside php-fpm, each behind an nginx of its own: the same scripts, 4 processes each.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round both have their turn. --pin keeps client and contender on one CPU.
"""

import argparse
import os
import signal
import tempfile

import runners  # which finds the next two
import processes
from rounds import ENDING, end, load, median, ratio, rounds_of, span

WARM_SECONDS = 15  # a JVM compiles for so long
CONNECTIONS = 16
SCRIPTS = (("hello world", "/hello.php"), ("a script that works for some hundreds of us", "/work.php"), ("1 MiB", "/big.php"))


def print_table(readings, what):
    print(f"\n{what}, {CONNECTIONS} connections")
    print(f"{'':<16} {'req/s':>6} {'min-max':>12} {'of php-fpm':>10} {'p99 ms':>7} {'CPU us':>6} {'of php-fpm':>10} {'failed':>6}")
    fpm = next(rows for contender, rows in readings.items() if isinstance(contender, runners.Fpm))
    for contender, rows in readings.items():
        print(f"{contender.name:<16} {median(rows, 'rate'):>6.0f} {span(rows, 'rate', 0):>12} {ratio(rows, fpm, 'rate'):>10.2f}"
              f" {median(rows, 'p99'):>7.2f} {median(rows, 'cpu_ms'):>6.0f} {ratio(rows, fpm, 'cpu_ms'):>10.2f}"
              f" {sum(row['failed'] for row in rows):>6}", flush=True)
    for contender, rows in readings.items():
        if isinstance(contender, runners.Carpool):
            print(f"Carpool's JVM alone: {median(rows, 'server_us'):.0f} us of CPU a request")


def main():
    parser = argparse.ArgumentParser(prog="script/bench php", description="PHP by Carpool, beside php-fpm.")
    parser.add_argument("seconds", nargs="?", type=int, default=3, help="of each reading (3)")
    parser.add_argument("rounds", nargs="?", type=int, default=5, help="in which both have their turn (5)")
    parser.add_argument("--pin", action="store_true", help="client and contender on one CPU: the steadiest figures on a small machine")
    wish = parser.parse_args()
    if wish.seconds < 1 or wish.rounds < 1:
        parser.error("SECONDS and ROUNDS are at least 1")
    runners.require_packages()
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
    cpu = max(os.sched_getaffinity(0)) if wish.pin else None
    print(f"4 processes each, {os.cpu_count()} CPUs" + (f", client and contender on CPU {cpu}" if wish.pin else "")
          + f", {wish.rounds} rounds of {wish.seconds} s, medians; load average before: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="carpool-php-") as folder:
        field = [kind(folder) for kind in runners.ALL]
        try:
            for contender in field:
                contender.start()
                load(contender, "/hello.php", CONNECTIONS, WARM_SECONDS, None)
                if wish.pin:
                    processes.pin(contender.pids, cpu)
            for what, path in SCRIPTS:
                print_table(rounds_of(field, wish.rounds, path, CONNECTIONS, wish.seconds, cpu), what)
        finally:
            for contender in field:
                contender.stop()


main()
