"""The preloader and what it forks; several connections at once.

    python3 -m unittest discover -s spawn-helpers/python/tests
"""

import ast
import os
import select
import signal
import socket
import time
import unittest

from helper_process import SECONDS, USUAL, Helper, scgi


class Forked(Helper):
    """A process that was forked, and the server's end of its line."""

    def __init__(self, preloader, number=7):
        self.preloader = preloader
        self.line, line = socket.socketpair()
        self.line.settimeout(SECONDS)
        self.printed, output = os.pipe()
        frame = b"K\0\0\0" + number.to_bytes(4, "big")
        socket.send_fds(preloader.line, [frame], [line.fileno(), output])
        line.close()
        os.close(output)
        kind, answered, payload = preloader.frame()
        if (kind, answered) != (b"K", number):
            raise AssertionError((kind, answered, payload))
        self.pid = int(payload)
        self.served = 0

    def __exit__(self, *_):
        self.line.close()
        os.close(self.printed)

    def facts(self):
        return ast.literal_eval(self.get("/")[1].decode())

    def ended(self):
        """What the preloader says of its end."""
        kind, number, payload = self.preloader.frame()
        return kind, number, int(payload)


def preloader(**settings):
    return Helper("loaded", CARPOOL_PRELOAD="1", **settings)


class Preload(unittest.TestCase):
    def loaded(self, **settings):
        helper = preloader(**settings)
        self.addCleanup(helper.__exit__)
        self.assertEqual((b"L", 0, ""), helper.start()[1])
        return helper

    def test_each_fork_serves_what_was_loaded_once_and_leads_a_session_of_its_own(self):
        helper = self.loaded()
        for number in 1, 2:
            with Forked(helper, number).ready() as forked:
                pid = forked.pid
                expected = (helper.process.pid, pid, pid, [pid], False, "MainThread")
                self.assertEqual(expected, forked.facts())
                self.assertEqual(len(USUAL), len(os.listdir("/proc/%d/fd" % pid)))
                forked.line.send(b"Q" + bytes(7))
                self.assertEqual((b"X", number, 0), forked.ended())
        self.assertEqual("", helper.log())

    def test_ready_comes_within_a_few_milliseconds(self):
        helper = self.loaded()
        times = []
        for number in range(20):
            begin = time.monotonic()
            with Forked(helper, number).ready() as forked:
                times.append(time.monotonic() - begin)
                forked.line.close()
                self.assertEqual((b"X", number, 0), forked.ended())
        self.assertLess(sorted(times)[10], 0.05)

    def test_the_way_a_child_ends_is_told_at_once(self):
        helper = self.loaded()
        with Forked(helper).ready() as forked:
            os.kill(forked.pid, signal.SIGKILL)
            self.assertEqual((b"X", 7, 128 + 9), forked.ended())
        with Forked(helper).ready() as forked, forked.open(scgi("/die")):
            self.assertEqual((b"X", 7, 3), forked.ended())

    def test_children_live_on_when_the_preloader_is_gone(self):
        helper = self.loaded()
        with Forked(helper).ready() as forked:
            helper.process.kill()
            helper.process.wait()
            self.assertEqual(forked.pid, forked.facts()[1])
            self.assertEqual(b"", helper.line.recv(1))
            forked.line.close()
            wait_until_gone(self, forked.pid)

    def test_it_ends_on_stop_and_at_the_end_of_its_line(self):
        helper = self.loaded()
        helper.line.send(b"Q" + bytes(7))
        self.assertEqual(0, helper.process.wait(SECONDS))
        helper = self.loaded()
        helper.line.close()
        self.assertEqual(0, helper.process.wait(SECONDS))

    def test_a_fork_without_its_descriptors_fails_alone(self):
        helper = self.loaded()
        helper.line.send(b"K\0\0\0\0\0\0\x09")
        self.assertEqual((b"F", 9, b"the preloader has too many files open"), helper.frame())
        with Forked(helper).ready() as forked:
            self.assertEqual(forked.pid, forked.facts()[1])

    def test_an_unknown_frame_ends_it_with_70(self):
        helper = self.loaded()
        helper.line.send(b"S" + bytes(7))
        self.assertEqual(70, helper.process.wait(SECONDS))

    def test_threads_are_warned_about(self):
        log = self.loaded(WITH="thread").log()
        self.assertIn("started threads while it was loaded", log)
        self.assertIn("ticker", log)

    def test_connections_are_warned_about(self):
        log = self.loaded(WITH="connection").log()
        self.assertRegex(log, "opened a connection to 127.0.0.1 port [0-9]+ while it was loaded")
        self.assertEqual(1, log.count("carpool:"))

    def test_a_failing_after_fork_function_is_told(self):
        with Forked(self.loaded(WITH="failure")) as forked:
            kind, _, payload = forked.start()[1]
            self.assertEqual(b"F", kind)
            self.assertIn("in an after_fork function: RuntimeError: no database at all", payload)
            self.assertEqual((b"X", 7, 1), forked.ended())


class Threads(unittest.TestCase):
    def test_as_many_connections_are_served_at_once_as_there_are_threads(self):
        with Helper("loaded", CARPOOL_CONCURRENCY="4") as helper:
            self.assertEqual((b"R", 4), helper.start()[1][:2])
            begin = time.monotonic()
            connections = [helper.open(scgi("/sleep")) for _ in range(4)]
            answers = [b"".join(iter(lambda c=c: c.recv(9999), b"")) for c in connections]
            self.assertLess(time.monotonic() - begin, 0.9)
            self.assertEqual({1, 2, 3, 4}, {helper.frame()[1] for _ in connections})
            names = {ast.literal_eval(a.partition(b"\r\n\r\n")[2].decode())[5] for a in answers}
            self.assertEqual({"MainThread", "carpool-1", "carpool-2", "carpool-3"}, names)
            self.assertIn(b"True", answers[0])
            for connection in connections:
                connection.close()

    def test_one_that_cannot_go_on_ends_the_process_instead_of_losing_its_place(self):
        with Helper("misbehave", CARPOOL_CONCURRENCY="3").ready() as helper:
            with helper.open(scgi("/closes-descriptors")):
                self.assertEqual(70, helper.process.wait(SECONDS))
            self.assertIn("this process cannot go on: OSError", helper.log())

    def test_stop_waits_for_all_of_them(self):
        with Helper("loaded", CARPOOL_CONCURRENCY="3").ready() as helper:
            with helper.open(scgi("/sleep")) as one, helper.open(scgi("/sleep")) as other:
                helper.line.send(b"Q" + bytes(7))
                self.assertIn(b"200 OK", one.recv(9999))
                self.assertIn(b"200 OK", other.recv(9999))
            self.assertEqual(0, helper.process.wait(SECONDS))


class Trace(unittest.TestCase):
    def test_a_signal_shows_what_it_does_and_the_board_for_whom(self):
        with Helper("loaded").ready() as helper:
            with helper.open(scgi("/sleep")) as connection:
                wait_for(self, lambda: b"GET /sleep" in board(helper.process.pid))
                self.assertEqual(1, int.from_bytes(board(helper.process.pid)[:4], "big"))
                helper.process.send_signal(signal.SIGRTMAX - 2)
                helper.answer(connection)
            self.assertRegex(helper.log(), r'loaded.py", line [0-9]+ in application')


def board(pid):
    """Read it as the server does."""
    folder = "/proc/%d/fd/" % pid
    for name in os.listdir(folder):
        if os.readlink(folder + name).startswith("/memfd:carpool-board"):
            with open(folder + name, "rb") as file:
                return file.read()
    raise AssertionError("no board")


def wait_for(test, there):
    deadline = time.monotonic() + SECONDS
    while not there():
        test.assertLess(time.monotonic(), deadline)
        select.select([], [], [], 0.01)


def wait_until_gone(test, pid):
    wait_for(test, lambda: not running(pid))


def running(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
