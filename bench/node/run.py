"""One process of Node's by itself, behind Carpool in three ways, and behind an nginx: the same hello world.

    run.py [--pin] [SECONDS] [ROUNDS]

In each round every contender has its turn. --pin keeps client and contender on one CPU.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "peers"))

import campaign
import contenders as peers
from rounds import load, median, ratio, span

NODE = "/usr/bin/node"
WARM_SECONDS = 15  # a JVM compiles for so long
CONNECTIONS = 16


class Contender(peers.Contender):
    here = HERE
    keys = ""

    def filled(self, name):
        path = super().filled(name)
        path.write_text(path.read_text().replace("@KEYS@", self.keys.format(port=self.port, socket=self.socket)))
        return path

    def launch(self, label, words):
        if label != "nginx" or self.pass_words:
            super().launch(label, words)


class Alone(Contender):
    name = "node app.js"

    def command(self):
        self.socket = self.run / "app"
        return ["/usr/bin/env", f"PORT={self.port}", NODE, self.run / "app" / "app.js"]


class Straight(Contender):
    name = "Carpool, straight"
    keys = 'listen = ["http:127.0.0.1:{port}"]'

    def command(self):
        self.socket = self.run / "carpool" / "admin.sock"
        return [peers.HOME / "carpool", "serve", "-c", self.filled("carpool.toml"), "--runtime-dir", self.run / "carpool"]


class Gateway(Straight):
    name = "Carpool, gateway"
    keys = Straight.keys + '\nslow_request_time = "20s"'


class BehindNginx(Contender):
    name = "nginx + node"
    pass_words = "proxy_pass http://unix:{}:;"

    def command(self):
        return ["/usr/bin/env", f"PORT={self.socket}", NODE, self.run / "app" / "app.js"]


class Scgi(Contender):
    name = "nginx + Carpool"
    pass_words = peers.Carpool.pass_words
    keys = 'listen = ["scgi:unix:{socket}"]'
    command = peers.Carpool.command


ALL = [Alone, Straight, Gateway, BehindNginx, Scgi]


NEEDED = {"/usr/sbin/nginx": "nginx", "/usr/bin/wrk": "wrk", "/usr/bin/taskset": "util-linux", NODE: "nodejs"}


def tell(measured):
    readings = measured.rounds_of("/hello", CONNECTIONS)
    print(f"\nhello world, {CONNECTIONS} connections")
    print(f"{'':<18} {'req/s':>6} {'min-max':>13} {'of alone':>8} {'p99 ms':>7} {'CPU us':>6} {'failed':>6}")
    alone = readings[measured.field[0]]
    for contender, rows in readings.items():
        print(f"{contender.name:<18} {median(rows, 'rate'):>6.0f} {span(rows, 'rate', 0):>13} {ratio(rows, alone, 'rate'):>8.2f}"
              f" {median(rows, 'p99'):>7.1f} {median(rows, 'cpu_ms'):>6.0f} {sum(row['failed'] for row in rows):>6}")


campaign.run(
    "node", "One process of Node's, alone and behind Carpool and nginx.", ALL, NEEDED, "one process of Node's each",
    warm=lambda contender: load(contender, "/hello", CONNECTIONS, WARM_SECONDS, None), tell=tell, seconds=4, turns=3)
