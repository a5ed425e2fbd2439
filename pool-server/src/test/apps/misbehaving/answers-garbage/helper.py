"""A program that was never told of the helper contract."""

import os
import time

os.write(0, b"HTTP/1.1 200 OK\r\n\r\n")
time.sleep(600)
