"""What runs PHP behind an nginx each: Carpool with php-cgi, and php-fpm. 4 processes each."""

import getpass
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "peers"))

import contenders as peers

FPM = next(iter(sorted(pathlib.Path("/usr/sbin").glob("php-fpm*"))), pathlib.Path("/usr/sbin/php-fpm"))
NEEDED = {
    "/usr/sbin/nginx": "nginx",
    "/usr/bin/php-cgi": "php-cgi",
    str(FPM): "php-fpm",
    "/usr/bin/wrk": "wrk",
    "/usr/bin/taskset": "util-linux",
}


class Contender(peers.Contender):
    here = HERE
    probe = "/hello.php"

    def __init__(self, folder):
        super().__init__(folder)
        script = f"{self.run}/app$fastcgi_script_name"
        self.pass_words = f"include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {script}; fastcgi_pass unix:{{}};"


class Carpool(Contender):
    name = "nginx + Carpool"

    def command(self):
        return [peers.HOME / "carpool", "serve", "-c", self.filled("carpool.toml"), "--runtime-dir", self.run / "carpool"]


class Fpm(Contender):
    name = "nginx + php-fpm"

    def command(self):
        root = os.geteuid() == 0
        config = self.filled("php-fpm.conf")
        config.write_text(config.read_text().replace("@FPM_USER@", f"user = {getpass.getuser()}" if root else ""))
        return [FPM, "--nodaemonize", "--fpm-config", config] + (["--allow-to-run-as-root"] if root else [])


ALL = [Carpool, Fpm]
