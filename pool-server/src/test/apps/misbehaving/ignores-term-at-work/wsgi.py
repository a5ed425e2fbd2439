"""Does not heed SIGTERM, and a request keeps it too busy to read STOP."""

import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)


def application(environ, start_response):
    print("at work", flush=True)
    time.sleep(600)
