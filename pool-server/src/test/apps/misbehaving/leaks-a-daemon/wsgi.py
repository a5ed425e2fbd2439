"""Starts two programs in each process: one stays in its group, one makes a session of its own."""

import subprocess

from carpool import after_fork


@after_fork
def leak():
    for kind in ("child", "daemon"):
        program = subprocess.Popen(["sleep", "600"], start_new_session=kind == "daemon")
        print("%s %d" % (kind, program.pid), flush=True)


def application(environ, start_response):
    start_response("200 OK", [])
    return []
