import sys

sys.stdout.write("begin" + "x" * (5 << 20) + "end\n")
sys.stdout.write("\x1b[2J\x1b[31m a terminal's trap \xff\n")
sys.stdout.buffer.write(b"no UTF-8: \xff\xfe\n")
sys.stdout.write("no newline at the end")
sys.stdout.flush()
raise RuntimeError("said too much")
