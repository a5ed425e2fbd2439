"""A helper that is READY, and then heeds neither STOP nor SIGTERM."""

import os
import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(0, b"R\0\0\0\0\0\0\1")
while True:
    time.sleep(600)
