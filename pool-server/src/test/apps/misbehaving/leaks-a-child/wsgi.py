import subprocess

child = subprocess.Popen(["sleep", "600"])
print("child %d" % child.pid, flush=True)


def application(environ, start_response):
    start_response("200 OK", [])
    return []
