"""A helper that says FAILED, with its reason and a detail."""

import os
import sys

STEP = b"open the safe"
REASON = "the safe is locked\ncombination 1-2-3 was tried".encode()
os.write(0, b"P" + len(STEP).to_bytes(3, "big") + bytes(4) + STEP)
print("turning the wheel", flush=True)
os.write(0, b"F" + len(REASON).to_bytes(3, "big") + bytes(4) + REASON)
sys.exit(1)
