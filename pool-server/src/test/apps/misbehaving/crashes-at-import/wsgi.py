"""Is brought down while it is loaded, as by a module in C."""

import os
import signal

print("about to crash", flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
