"""What all comparisons have in common: options, contenders that are started, warmed and ended, and rounds in which each has its turn."""

import argparse
import os
import signal
import sys
import tempfile

import processes
import rounds


def require(command, needed):
    """Ends with a message unless all is there.

    needed: files, and the package of Debian that brings each.
    """
    missing = sorted({package for file, package in needed.items() if not os.path.exists(file)})
    if missing:
        words = " ".join(missing)
        sys.exit(f"script/bench {command}: not installed: {words} (Debian: apt-get install --no-install-recommends {words})")


class Campaign:
    """The readings of one run: `rounds_of` takes them, of every contender in turn."""

    def __init__(self, field, wish, cpu):
        self.field = field
        self.seconds = wish.seconds
        self.rounds = wish.rounds
        self.cpu = cpu

    def rounds_of(self, path, connections, at_least_seconds=0):
        return rounds.rounds_of(self.field, self.rounds, path, connections, max(self.seconds, at_least_seconds), self.cpu)


def run(command, description, kinds, needed, crowd, warm, tell, seconds, turns):
    """Runs one comparison.

    crowd: how many of what each contender has; warm: called with each contender; tell: called with the campaign, prints.
    seconds, turns: of each reading, and how many rounds, if nobody says otherwise.
    """
    parser = argparse.ArgumentParser(prog=f"script/bench {command}", description=description)
    parser.add_argument("seconds", nargs="?", type=int, default=seconds, help=f"of each reading ({seconds})")
    parser.add_argument("rounds", nargs="?", type=int, default=turns, help=f"in which every contender has its turn ({turns})")
    parser.add_argument("--pin", action="store_true", help="client and contender on one CPU: the steadiest figures on a small machine")
    wish = parser.parse_args()
    if wish.seconds < 1 or wish.rounds < 1:
        parser.error("SECONDS and ROUNDS are at least 1")
    require(command, needed)
    for number in rounds.ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, rounds.end)
    cpu = max(os.sched_getaffinity(0)) if wish.pin else None
    print(f"{crowd}, {os.cpu_count()} CPUs" + (f", client and contender on CPU {cpu}" if wish.pin else "")
          + f", {wish.rounds} rounds of {wish.seconds} s, medians; load average before: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix=f"carpool-{command}-") as folder:
        field = [kind(folder) for kind in kinds]
        try:
            for contender in field:
                contender.start()
                warm(contender)
                if wish.pin:
                    processes.pin(contender.pids, cpu)
            tell(Campaign(field, wish, cpu))
        finally:
            for contender in field:
                contender.stop()
