"""Plays a web server with worker processes: the pool server's client in a language of its own.

    web_server.py --app DIR [--workers 8] [--gets 10000] -- carpool server --server-socket-fd 3 ...

It starts the pool server with a socket as its descriptor 3, forks the workers, which all ask on
that one socket, and counts: every get is answered, every response is the right one, and when all is
done the server has as many descriptors, threads and processes as before. Then it lets go of the
socket, which ends the server.
"""

import argparse
import os
import sys
import time

import carpool_client

JVM_THREADS = ("C1 Compiler", "C2 Compiler", "ForkJoinPool", "process reaper")


def main():
    options = arguments()
    server, server_socket = carpool_client.start_server(options.command)
    overseer = carpool_client.connect(server_socket, "web server")

    serve(overseer, options.app, "GET", "warm-up")
    before = census_when_empty(server, overseer)
    print_census("before", before)

    started = time.monotonic()
    share, rest = divmod(options.gets, options.workers)
    for number in range(options.workers):
        fork_worker(number, share + (number < rest), server_socket, options.app)
    failed = sum(os.wait()[1] != 0 for _ in range(options.workers))
    seconds = time.monotonic() - started
    print(f"{options.gets} gets by {options.workers} workers in {seconds:.1f} s, {failed} workers failed")

    after = census_when_empty(server, overseer)
    print_census("after", after)

    overseer.close()
    server_socket.close()
    status = os.waitstatus_to_exitcode(os.waitpid(server, 0)[1])
    left = [pid for pid in before["seen"] | after["seen"] if os.path.exists(f"/proc/{pid}")]
    print(f"the server ended with status {status}, {len(left)} processes left")

    lost = [what for what in ("descriptors", "threads", "processes") if before[what] != after[what]]
    sys.exit(1 if failed or status or left or lost else 0)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--app", required=True)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--gets", type=int, default=10_000)
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def fork_worker(number, gets, server_socket, app):
    sys.stdout.flush()
    if os.fork():
        return
    try:
        conversation = carpool_client.connect(server_socket, f"worker {number}")
        for get in range(gets):
            serve(conversation, app, "POST" if get % 10 == 0 else "GET", f"{number}-{get}")
    except BaseException as e:
        print(f"worker {number}: {e!r}", flush=True)
        os._exit(1)
    os._exit(0)


def serve(conversation, app, method, token):
    """What a web server does for one of its clients."""
    session, pid, stream = conversation.get(app)
    with stream:
        variables = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": "/" + token,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
        }
        body = token.encode() * 100 if method == "POST" else b""
        status, content = carpool_client.request(stream, variables, body)
    conversation.close_session(session)
    expected = f"{pid} {method} /{token} {len(body)}\n".encode()
    if status != "Status: 200 OK" or content != expected:
        raise AssertionError(f"{status!r} {content!r}, not {expected!r}")


def census_when_empty(server, overseer):
    """What the server has, once it has stopped all its processes and its other clients are gone."""
    seen = set(children(server))
    overseer.call(carpool_client.CLEAR, {})
    deadline = time.monotonic() + 15
    previous = None
    while True:
        census = {
            "descriptors": descriptors(server),
            "threads": threads(server),
            "processes": overseer.status().get(4, 0),
        }
        if census["processes"] == 0 and not children(server) and census == previous:
            return census | {"seen": seen}
        if time.monotonic() > deadline:
            raise AssertionError(f"the server does not come to rest: {census}")
        previous = census
        time.sleep(0.2)


def descriptors(pid):
    """How many sockets, pipes and their like; a JVM opens files when it likes."""
    count = 0
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += not os.readlink(f"/proc/{pid}/fd/{number}").startswith("/")
        except FileNotFoundError:
            pass  # closed in this instant
    return count


def threads(pid):
    """How many, without those that a JVM keeps for a minute in case that they are needed again."""
    count = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm") as name:
                count += not name.read().startswith(JVM_THREADS)
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended in this instant
    return count


def children(pid):
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/children") as listed:
                found += map(int, listed.read().split())
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended in this instant
    return found


def print_census(when, census):
    print(
        f"{when}: {census['descriptors']} descriptors, {census['threads']} threads,"
        f" {census['processes']} processes",
        flush=True,
    )


if __name__ == "__main__":
    main()
