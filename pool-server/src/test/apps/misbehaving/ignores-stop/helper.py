"""A helper that is READY, never reads its line, and exits on SIGTERM with words."""

import os
import signal
import sys
import time


def leave(number, frame):
    print("I leave on SIGTERM", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, leave)
os.write(0, b"R\0\0\0\0\0\0\1")
while True:
    time.sleep(600)
