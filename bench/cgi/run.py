"""CGI programs by Carpool, beside fcgiwrap, mod_cgid and a bare fork+exec: the same two programs, 4 at once.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round every contender has its turn. --pin keeps client and contender on one CPU.
"""

import runners  # which finds the next two
import campaign
from rounds import load, median, ratio, span

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


def warm(contender):
    seconds = JVM_WARM_SECONDS if isinstance(contender, runners.Carpool) else WARM_SECONDS
    load(contender, "/none", CONNECTIONS, seconds, None)


def tell(measured):
    for program, path in PROGRAMS:
        print_table(measured.rounds_of(path, CONNECTIONS), program)


campaign.run(
    "cgi", "CGI programs by Carpool, fcgiwrap, mod_cgid and a bare fork+exec.", runners.ALL, runners.NEEDED, "4 programs at once each",
    warm=warm, tell=tell, seconds=3, turns=5)
