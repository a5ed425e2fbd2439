"""PHP by Carpool beside php-fpm, each behind an nginx of its own: the same scripts, 4 processes each.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round both have their turn. --pin keeps client and contender on one CPU.
"""

import runners  # which finds the next two
import campaign
from rounds import load, median, ratio, span

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


def tell(measured):
    for what, path in SCRIPTS:
        print_table(measured.rounds_of(path, CONNECTIONS), what)


campaign.run(
    "php", "PHP by Carpool, beside php-fpm.", runners.ALL, runners.NEEDED, "4 processes each",
    warm=lambda contender: load(contender, "/hello.php", CONNECTIONS, WARM_SECONDS, None), tell=tell, seconds=3, turns=5)
