"""What runs CGI programs: Carpool, fcgiwrap and a bare fork+exec behind an nginx each, and Apache's mod_cgid. 4 programs at once each."""

import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "peers"))

import contenders as peers

NEEDED = {
    "/usr/sbin/nginx": "nginx",
    "/usr/sbin/apache2": "apache2",
    "/usr/sbin/fcgiwrap": "fcgiwrap",
    "/usr/bin/wrk": "wrk",
    "/usr/bin/taskset": "util-linux",
    peers.PYTHON: "python3",
}
BUILT = peers.HOME / "target" / "bench"


class Contender(peers.Contender):
    here = HERE
    probe = "/hello.sh"

    def command(self):
        shutil.copy(BUILT / "hello", self.run / "app" / "hello")
        # As root, web servers and their programs are somebody else.
        for path in (*self.run.parents[:1], self.run, self.run / "app"):
            path.chmod(0o755)
        return self.words()


class Carpool(Contender):
    name = "nginx + Carpool"
    pass_words = "include /etc/nginx/scgi_params; scgi_pass unix:{};"

    def words(self):
        return [peers.HOME / "carpool", "serve", "-c", self.filled("carpool.toml"), "--runtime-dir", self.run / "carpool"]


class Bare(Contender):
    name = "nginx + fork, exec"
    pass_words = Carpool.pass_words

    def words(self):
        return [BUILT / "bare", self.socket, str(peers.PROCESSES), self.run / "app"]


class Fcgiwrap(Contender):
    name = "nginx + fcgiwrap"

    def __init__(self, folder):
        super().__init__(folder)
        program = f"{self.run}/app$fastcgi_script_name"
        self.pass_words = f"include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {program}; fastcgi_pass unix:{{}};"

    def words(self):
        return ["/usr/sbin/fcgiwrap", "-c", str(peers.PROCESSES), "-s", f"unix:{self.socket}"]


class Cgid(Contender):
    name = "Apache + mod_cgid"

    def words(self):
        self.socket = self.run / "apache.pid"
        config = self.filled("apache.conf")
        if os.geteuid() == 0:
            config.write_text(config.read_text() + "User www-data\nGroup www-data\n")
        return ["/usr/sbin/apache2", "-DFOREGROUND", "-f", config]

    def launch(self, label, words):
        if label != "nginx":
            super().launch(label, words)


ALL = [Carpool, Bare, Fcgiwrap, Cgid]
