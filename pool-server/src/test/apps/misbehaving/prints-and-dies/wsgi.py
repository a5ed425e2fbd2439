import os
import signal

print("the last thing I say", flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
