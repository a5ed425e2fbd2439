"""CGI programs by Carpool, beside fcgiwrap, mod_cgid and a bare fork+exec: the same two programs, 4 at once.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round every contender has its turn. --pin keeps client and contender on one CPU.
"""

import argparse
import os
import signal
import tempfile

import runners  # which finds the next two
import processes
from rounds import ENDING, end, load, median, ratio, rounds_of, span

WARM_SECONDS = 2
JVM_WARM_SECONDS = 15  # it compiles for so long; with requests for nothing, which are more in a second
CONNECTIONS = 16
PROGRAMS = (("a program in C", "/hello"), ("a shell script", "/hello.sh"), ("a Perl script", "/hello.pl"))


def print_table(readings, program):
    print(f"\n{program}, {CONNECTIONS} connections")
    print(f"{'':<19} {'req/s':>6} {'min-max':>11} {'of bare':>7} {'of fcgiwrap':>11} {'of mod_cgid':>11} {'p99 ms':>7} {'CPU us':>6} {'failed':>6}")
    bare, fcgiwrap, cgid = (next(rows for contender, rows in readings.items() if isinstance(contender, kind))
                            for kind in (runners.Bare, runners.Fcgiwrap, runners.Cgid))
    for contender, rows in readings.items():
        print(f"{contender.name:<19} {median(rows, 'rate'):>6.0f} {span(rows, 'rate', 0):>11} {ratio(rows, bare, 'rate'):>7.2f}"
              f" {ratio(rows, fcgiwrap, 'rate'):>11.2f} {ratio(rows, cgid, 'rate'):>11.2f}"
              f" {median(rows, 'p99'):>7.1f} {median(rows, 'cpu_ms'):>6.0f}"
              f" {sum(row['failed'] for row in rows):>6}", flush=True)
    for contender, rows in readings.items():
        if isinstance(contender, runners.Carpool):
            print(f"Carpool's JVM alone: {median(rows, 'server_us'):.0f} us of CPU a request")


def main():
    parser = argparse.ArgumentParser(prog="script/bench cgi", description="CGI programs by Carpool, fcgiwrap, mod_cgid and a bare fork+exec.")
    parser.add_argument("seconds", nargs="?", type=int, default=3, help="of each reading (3)")
    parser.add_argument("rounds", nargs="?", type=int, default=5, help="in which every contender has its turn (5)")
    parser.add_argument("--pin", action="store_true", help="client and contender on one CPU: the steadiest figures on a small machine")
    wish = parser.parse_args()
    if wish.seconds < 1 or wish.rounds < 1:
        parser.error("SECONDS and ROUNDS are at least 1")
    runners.require_packages()
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
    cpu = max(os.sched_getaffinity(0)) if wish.pin else None
    print(f"4 programs at once each, {os.cpu_count()} CPUs" + (f", client and contender on CPU {cpu}" if wish.pin else "")
          + f", {wish.rounds} rounds of {wish.seconds} s, medians; load average before: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="carpool-cgi-") as folder:
        field = [kind(folder) for kind in runners.ALL]
        try:
            for contender in field:
                contender.start()
                warm_seconds = JVM_WARM_SECONDS if isinstance(contender, runners.Carpool) else WARM_SECONDS
                load(contender, "/none", CONNECTIONS, warm_seconds, None)
                if wish.pin:
                    processes.pin(contender.pids, cpu)
            for program, path in PROGRAMS:
                print_table(rounds_of(field, wish.rounds, path, CONNECTIONS, wish.seconds, cpu), program)
        finally:
            for contender in field:
                contender.stop()


main()
