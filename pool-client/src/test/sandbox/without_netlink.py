"""Becomes a program that may not open netlink sockets: without_netlink.py PROGRAM ARGUMENT ..."""

import ctypes
import os
import platform
import struct
import sys

number = {"x86_64": 41, "aarch64": 198}[platform.machine()]


def op(code, yes, no, value):
    return struct.pack("HBBI", code, yes, no, value)


program = b"".join([
    op(0x20, 0, 0, 0),            # the system call's number
    op(0x15, 0, 3, number),       # is it socket?
    op(0x20, 0, 0, 16),           # its first argument
    op(0x15, 0, 1, 16),           # is it AF_NETLINK?
    op(0x06, 0, 0, 0x50000 + 97), # EAFNOSUPPORT
    op(0x06, 0, 0, 0x7FFF0000),   # allowed
])
buffer = ctypes.create_string_buffer(program, len(program))
rules = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
library = ctypes.CDLL(None, use_errno=True)
assert library.prctl(38, 1, 0, 0, 0) == 0
assert library.prctl(22, 2, rules, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
