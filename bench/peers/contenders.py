"""The contenders: an application server with 4 processes, and an nginx in front of it."""

import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import processes

HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[1]
PYTHON = "/usr/bin/python3"
PROCESSES = 4
START_SECONDS = 30

# What has to be there, and the package of Debian that brings it.
NEEDED = {
    "/usr/sbin/nginx": "nginx",
    "/usr/bin/uwsgi-core": "uwsgi-core",
    "/usr/lib/uwsgi/plugins/python3_plugin.so": "uwsgi-plugin-python3",
    "/usr/bin/gunicorn": "gunicorn",
    "/usr/bin/wrk": "wrk",
    "/usr/bin/taskset": "util-linux",
    PYTHON: "python3",
}


class Contender:
    """Started by `start`; `pids` are its root processes, and `server` the one behind nginx."""

    pass_words = None  # what the location of nginx says
    here = HERE  # the folder with the application and the configurations
    probe = "/hello"  # what is asked to see that it answers

    def __init__(self, folder):
        self.run = pathlib.Path(folder, type(self).__name__)
        self.socket = self.run / "app.sock"
        self.roots = []
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]

    @property
    def pids(self):
        return [root.pid for root in self.roots]

    @property
    def server(self):
        return self.roots[0].pid

    def start(self):
        shutil.copytree(self.here / "app", self.run / "app", ignore=shutil.ignore_patterns("__pycache__"))
        self.launch("server", self.command())
        self.await_that(self.socket.exists, "its socket")
        config = self.filled("nginx.conf")
        self.launch("nginx", ["/usr/sbin/nginx", "-p", self.run, "-c", config, "-e", self.run / "nginx-error.log"])
        self.await_that(self.answers, "an answer")

    def stop(self):
        processes.end(self.roots)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def launch(self, label, words):
        with open(self.run / f"{label}.out", "w") as out:
            self.roots.append(
                subprocess.Popen(words, cwd=self.run, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True))

    def filled(self, name):
        own = self.here / name
        text = (own if own.exists() else HERE / name).read_text()
        # As root, nginx's workers would else become somebody who may not connect.
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        words = {"RUN": self.run, "SOCKET": self.socket, "PORT": self.port, "PASS": self.pass_words and self.pass_words.format(self.socket),
                 "PROCESSES": PROCESSES, "PYTHON": PYTHON, "USER": user}
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        path = self.run / name
        path.write_text(text)
        return path

    def await_that(self, it_is_there, what):
        deadline = time.monotonic() + START_SECONDS
        while not it_is_there():
            ended = any(root.poll() is not None for root in self.roots)
            if ended or time.monotonic() > deadline:
                said = "".join(file.read_text(errors="replace")[-2000:] for file in self.run.glob("*.out"))
                sys.exit(f"{self.name}: no sign of {what}\n{said}")
            time.sleep(0.02)

    def answers(self):
        try:
            with urllib.request.urlopen(self.url(self.probe), timeout=START_SECONDS) as answer:
                return answer.status == 200
        except (urllib.error.HTTPError, OSError):
            return False


class Carpool(Contender):
    name = "nginx + Carpool"
    pass_words = "include /etc/nginx/scgi_params; scgi_pass unix:{};"

    def command(self):
        return [HOME / "carpool", "serve", "-c", self.filled("carpool.toml"), "--runtime-dir", self.run / "carpool"]


class Uwsgi(Contender):
    name = "nginx + uWSGI"
    pass_words = "include /etc/nginx/uwsgi_params; uwsgi_pass unix:{};"

    def command(self):
        return ["/usr/bin/uwsgi-core", "--plugin", "python3", "--master", "--workers", str(PROCESSES), "--socket", self.socket,
                "--chdir", self.run / "app", "--module", "wsgi:application", "--need-app", "--disable-logging", "--die-on-term"]


class Gunicorn(Contender):
    name = "nginx + gunicorn"
    pass_words = "proxy_pass http://unix:{}:; proxy_set_header Host $host;"

    def command(self):
        return [PYTHON, "/usr/bin/gunicorn", "--workers", str(PROCESSES), "--worker-class", "sync", "--bind", f"unix:{self.socket}",
                "--chdir", self.run / "app", "wsgi:application"]


ALL = [Carpool, Uwsgi, Gunicorn]
