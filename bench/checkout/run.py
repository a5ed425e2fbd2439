"""Runs both servers in turn, several rounds for each number of clients, and prints the medians and their ratio."""

import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILT = os.path.join(TOP, "target", "bench")
PROCESSES = 4


def measure(seconds, clients, server):
    words = [os.path.join(BUILT, "load"), str(seconds), str(clients)] + server
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60 + 4 * seconds)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    helper = os.path.join(BUILT, "helper")
    with tempfile.TemporaryDirectory(dir=BUILT) as home:
        config = os.path.join(home, "carpool.toml")
        with open(config, "w") as f:
            f.write(
                f'[pool]\nmax = {PROCESSES}\nqueue_max = 1000\n'
                f'[app.bench]\nroot = "{home}"\nkind = "helper"\ncommand = ["{helper}"]\nmin = {PROCESSES}\n')
        servers = {
            "C": [os.path.join(BUILT, "cserver"), helper, str(PROCESSES)],
            "Carpool": [os.path.join(TOP, "carpool"), "server", "-c", config,
                        "--runtime-dir", os.path.join(home, "run")],
        }
        print(f"{PROCESSES} processes of a helper in C, {rounds} rounds of {seconds:g} s each after as long a warm-up, medians")
        print(f"{'clients':>7} {'server':<8} {'gets/s':>8} {'min-max':>15} {'p50 us':>8} {'p99 us':>8} {'CPU us/get':>10} {'of C':>6}")
        for clients in (1, 4, 16, 64):
            readings = {name: [] for name in servers}
            for _ in range(rounds):
                for name, words in servers.items():
                    readings[name].append(measure(seconds, clients, words))
            ratios = [b["gets_s"] / a["gets_s"] for a, b in zip(readings["C"], readings["Carpool"])]
            for name, all_of in readings.items():
                def median(key):
                    return statistics.median(r[key] for r in all_of)
                gets = [r["gets_s"] for r in all_of]
                ratio = f"{statistics.median(ratios):6.2f}" if name == "Carpool" else ""
                print(f"{clients:>7} {name:<8} {median('gets_s'):>8.0f} {min(gets):>7.0f}-{max(gets):<7.0f}"
                      f" {median('p50_us'):>8.1f} {median('p99_us'):>8.1f} {median('server_cpu_us'):>10.1f} {ratio}", flush=True)


if __name__ == "__main__":
    main()
