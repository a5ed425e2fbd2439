#!/usr/bin/python3
import json, os, sys
print("Content-Type: application/json\n")
print(json.dumps({"environ": dict(os.environ), "arguments": sys.argv[1:], "directory": os.getcwd(), "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))}))
