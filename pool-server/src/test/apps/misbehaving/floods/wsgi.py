import sys

for number in range(60000):  # 6 MB
    sys.stdout.write("%08d %s\n" % (number, "x" * 91))
sys.stdout.flush()
raise RuntimeError("drowned")
