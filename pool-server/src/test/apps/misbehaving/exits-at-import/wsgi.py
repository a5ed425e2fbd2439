import sys

print("no licence, no service")
sys.exit(3)
