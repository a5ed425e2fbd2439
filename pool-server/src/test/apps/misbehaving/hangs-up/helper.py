"""A helper that is READY, then closes its line, and lives on."""

import os
import time

os.write(0, b"R\0\0\0\0\0\0\1")
os.close(0)
time.sleep(600)
