"""An application that shows which process loaded it and which one serves."""

import os
import socket
import threading
import time

from carpool import after_fork

LOADED_BY = os.getpid()
WITH = os.environ.get("WITH", "")
ready_in = []

if WITH == "thread":
    threading.Thread(target=time.sleep, args=(1000,), name="ticker", daemon=True).start()
if WITH == "connection":
    listener = socket.create_server(("127.0.0.1", 0))
    kept = socket.create_connection(listener.getsockname())


@after_fork
def prepare():
    if WITH == "failure":
        raise RuntimeError("no database at all")
    ready_in.append(os.getpid())


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/die":
        os._exit(3)
    if path == "/sleep":
        time.sleep(0.3)
    start_response("200 OK", [])
    threads = environ["wsgi.multithread"], threading.current_thread().name
    facts = (LOADED_BY, os.getpid(), os.getsid(0), ready_in, *threads)
    return [repr(facts).encode()]
