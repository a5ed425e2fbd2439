import sys

print("no database, no service")
sys.exit(3)
