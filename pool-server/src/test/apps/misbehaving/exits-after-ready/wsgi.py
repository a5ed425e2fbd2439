"""Is ready, and then exits before it has served anybody."""

import os
import threading

from carpool import after_fork


def leave():
    print("I have seen enough", flush=True)
    os._exit(4)


@after_fork
def begin():
    threading.Timer(0.3, leave).start()


def application(environ, start_response):
    start_response("200 OK", [])
    return []
