"""The process: how it starts, serves one session after another, and ends.

    python3 -m unittest discover -s spawn-helpers/python/tests
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from helper_process import APPS, GUESTBOOK, HELPER, SECONDS, USUAL, Helper, Serving, read_all, scgi


class Start(unittest.TestCase):
    def fails(self, entry, root, *texts):
        with Helper(entry, root) as helper:
            kind, number, payload = helper.start()[1]
            self.assertEqual((b"F", 0), (kind, number))
            self.assertEqual(1, helper.process.wait(SECONDS))
            self.assertEqual("", helper.log())
        reason, _, details = payload.partition("\n")
        for text in texts:
            self.assertIn(text, reason)
        self.assertNotIn("carpool_", details)
        return details

    def test_the_steps_are_named_and_ready_says_one_connection_at_a_time(self):
        with Helper("misbehave:application") as helper:
            steps, last = helper.start()
            self.assertEqual(["import misbehave", "find application"], steps)
            self.assertEqual((b"R", 1), last[:2])

    def test_the_module_and_the_callable_are_found_by_their_usual_names(self):
        with Helper("", "found") as helper:
            steps, _ = helper.start()
            self.assertEqual("import passenger_wsgi", steps[0])
            self.assertEqual(b"passenger_wsgi", helper.get()[1])

    def test_a_callable_may_be_an_attribute_of_something(self):
        with Helper("misbehave:Pieces.close") as helper:
            helper.ready()

    def test_a_syntax_error_is_told_with_file_line_and_text(self):
        self.fails("syntax", "broken", "SyntaxError", "syntax.py:4", "def application(environ")

    def test_an_exit_while_importing_is_told(self):
        reason = "the application called exit(3) while it was imported"
        self.fails("leaves", "broken", reason)

    def test_an_import_that_fails_is_told_with_a_traceback_of_the_application_alone(self):
        details = self.fails("needs", "broken", "No module named 'a_module_that_nobody_has'")
        self.assertIn('needs.py", line 3', details)
        self.assertNotIn("importlib", details)

    def test_a_missing_module_may_have_no_name(self):
        self.fails("unnamed", "broken", "ModuleNotFoundError: by hand")

    def test_an_error_of_several_lines_is_told_in_one(self):
        details = self.fails("fails", "broken", "RuntimeError: no database at all")
        self.assertIn("in connect", details)

    def test_a_missing_module_is_told(self):
        self.fails("nothing:application", "broken", "there is no module nothing in", "broken")
        self.fails("no.thing:application", "broken", "there is no module no.thing in")

    def test_a_root_without_an_entry_file_is_told(self):
        self.fails("", "broken", "none of wsgi.py, passenger_wsgi.py, app.py is in", "broken")

    def test_a_missing_callable_is_told(self):
        self.fails("wrong:main", "broken", "no callable named main in", "wrong.py")
        self.fails("fails2", "broken", "there is no module")
        self.fails("tempfile", "broken", "no callable named application or app in")

    def test_a_callable_that_is_none_is_told(self):
        self.fails("wrong", "broken", "wrong:application is not callable: it is a str")

    def test_without_a_line_it_says_who_starts_it(self):
        run = subprocess.run(
            [sys.executable, HELPER], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self.assertEqual(1, run.returncode)
        self.assertIn(b"is started by Carpool", run.stderr)


class End(unittest.TestCase):
    def ends(self, helper, seconds):
        begin = time.monotonic()
        status = helper.process.wait(SECONDS)
        self.assertLess(time.monotonic() - begin, seconds)
        return status

    def test_stop_is_heeded_when_idle(self):
        with Helper("misbehave").ready() as helper:
            helper.line.send(b"Q" + bytes(7))
            self.assertEqual(0, self.ends(helper, 1))

    def test_stop_lets_a_session_finish(self):
        with Helper("misbehave").ready() as helper:
            with helper.open(scgi("/slow")) as connection:
                helper.line.send(b"Q" + bytes(7))
                self.assertEqual(b"onetwo", helper.answer(connection)[1])
                self.assertEqual(0, self.ends(helper, 1))

    def test_the_end_of_the_line_ends_an_idle_process_at_once(self):
        with Helper("misbehave").ready() as helper:
            helper.line.close()
            self.assertEqual(0, self.ends(helper, 0.5))

    def test_the_end_of_the_line_lets_a_short_session_finish(self):
        with Helper("misbehave").ready() as helper:
            with helper.open(scgi("/slow")) as connection:
                self.assertIn(b"one", connection.recv(1000))
                helper.line.close()
                self.assertEqual(b"two", read_all(connection))
                self.assertEqual(0, self.ends(helper, 1))

    def test_the_end_of_the_line_ends_a_busy_process_within_a_second(self):
        for path in "/sleeping", "/spinning":
            with self.subTest(path), Helper("misbehave").ready() as helper:
                with helper.open(scgi(path)):
                    time.sleep(0.1)
                    helper.line.close()
                    self.assertEqual(0, self.ends(helper, 1))

    def test_the_end_of_the_line_ends_a_start_within_a_second(self):
        with Helper("never", "broken") as helper:
            helper.frame()
            helper.line.close()
            self.assertEqual(0, self.ends(helper, 1))

    def test_sigterm_ends_it_and_sigint_does_not(self):
        with Helper("misbehave").ready() as helper:
            helper.process.send_signal(signal.SIGINT)
            self.assertIn("200 OK", helper.get()[0])
            helper.process.send_signal(signal.SIGTERM)
            self.assertEqual(-signal.SIGTERM, self.ends(helper, 1))

    def test_an_unknown_frame_ends_it_with_70(self):
        with Helper("misbehave").ready() as helper:
            helper.line.send(b"?" + bytes(7))
            self.assertEqual(70, self.ends(helper, 1))
            self.assertIn("unknown frame", helper.log())


class Process(Serving):
    def test_children_inherit_nothing(self):
        listing = self.get("/children")[1].decode()
        self.assertNotIn("socket:", listing)
        self.assertRegex(listing, "0 -> /dev/null")

    def test_the_process_looks_as_if_python_had_been_started_in_the_root(self):
        expected = repr((["CARPOOL_APP"], [], APPS, ""))
        self.assertEqual(expected, self.get("/environment")[1].decode())

    def test_lines_are_printed_at_once(self):
        self.get("/told")
        self.helper.output.seek(0)
        self.assertIn("a line on stdout\n", self.helper.output.read())
        self.assertIn("a line on stderr\n", self.log())

    def test_a_frame_may_come_in_pieces_and_several_at_once(self):
        ours, theirs = socket.socketpair()
        ours.sendall(scgi("/empty"))
        socket.send_fds(self.helper.line, [b"S\0\0"], [theirs.fileno()])
        theirs.close()
        time.sleep(0.05)
        self.helper.served += 1
        self.helper.line.send(b"\0" + self.helper.served.to_bytes(4, "big"))
        with ours:
            self.assertIn("204", self.helper.answer(ours)[0])
        with self.helper.open(scgi("/empty")) as first, self.helper.open(scgi("/slow")) as second:
            self.assertIn(b"204", read_all(first))
            self.assertIn(b"onetwo", read_all(second))
        numbers = [self.helper.frame()[1], self.helper.frame()[1]]
        self.assertEqual([self.helper.served - 1, self.helper.served], numbers)

    def test_a_session_without_its_descriptor_is_done_and_cut_short(self):
        self.helper.line.send(b"S\0\0\0\0\0\0\7" + b"S\0\0\0\0\0\0\x08")
        self.assertEqual((b"D", 7, b"\1"), self.helper.frame())
        self.assertEqual((b"D", 8, b"\1"), self.helper.frame())

    def test_two_thousand_requests_leave_nothing_behind(self):
        for _ in range(2000):
            self.assertTrue(self.get("/empty")[2])
        self.assertEqual(len(USUAL), len(self.helper.descriptors()))


class Children(unittest.TestCase):
    def test_a_child_that_multiprocessing_starts_afresh_works(self):
        with Helper("misbehave").ready() as helper:
            self.assertEqual(b"6", helper.get("/spawned")[1])


class Guestbook(unittest.TestCase):
    def test_an_entry_made_in_one_process_is_seen_in_another(self):
        with tempfile.TemporaryDirectory() as directory:
            database = os.path.join(directory, "new", "guestbook.db")
            one = Helper("", GUESTBOOK, GUESTBOOK_DB=database)
            other = Helper("", GUESTBOOK, GUESTBOOK_DB=database)
            with one, other:
                one.ready()
                other.ready()
                form = b"name=%3CAda%3E&message=Hello"
                head, _, _ = one.get("/", "POST", form, SCRIPT_NAME="/g")
                self.assertIn("303 See Other\r\nLocation: /g/\r\n", head)
                self.assertIn(b"<small>&lt;Ada&gt;,", other.get("/")[1])
                entry = b'{"name": "Bob", "message": "Hi"}'
                self.assertIn("201 Created", other.get("/api/entries", "POST", entry)[0])
                entries = json.loads(one.get("/api/entries")[1])["entries"]
                self.assertEqual(["Bob", "<Ada>"], [entry["name"] for entry in entries])
                self.assertIn("404 Not Found", one.get("/other")[0])
                self.assertEqual("", one.log() + other.log())


if __name__ == "__main__":
    unittest.main()
