"""CGI programs, run for real.

    python3 -m unittest discover -s spawn-helpers/cgi/tests
"""

import json
import os
import resource
import socket
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "python", "tests"))

from helper_process import SECONDS, USUAL, Helper, read_all, scgi

CGI = os.path.join(HERE, "..", "carpool_cgi.py")
PROGRAMS = os.path.join(HERE, "programs")


class Programs(unittest.TestCase):
    """One helper, asked one thing after another."""

    @classmethod
    def setUpClass(cls):
        cls.helper = Helper("", PROGRAMS, CGI)
        cls.addClassCleanup(cls.helper.__exit__)
        cls.helper.ready()
        cls.addClassCleanup(cls.nothing_is_left)

    @classmethod
    def nothing_is_left(cls):
        if len(cls.helper.descriptors()) != len(USUAL):
            raise AssertionError("open are %s" % cls.helper.descriptors())
        with open("/proc/%d/task/%d/children" % ((cls.helper.process.pid,) * 2)) as children:
            if children.read():
                raise AssertionError("a program is left")

    def setUp(self):
        self.helper.forget()
        self.begin = len(self.helper.log())

    def log(self):
        return self.helper.log()[self.begin :]

    def get(self, path, **kwargs):
        return self.helper.get(path, **kwargs)


class Request(Programs):
    def test_a_shell_script_answers(self):
        head, body, whole = self.get("/hello.sh", QUERY_STRING="you")
        self.assertEqual("Status: 200 OK\r\nContent-Type: text/plain", head)
        self.assertEqual((b"hello, you\n", True), (body, whole))

    def test_the_environment_is_that_of_rfc_3875(self):
        body = self.get("/environment.py/more/of%20it", QUERY_STRING="a=b", HTTP_PROXY="evil")[1]
        told = json.loads(body)
        environ = told["environ"]
        self.assertEqual("CGI/1.1", environ["GATEWAY_INTERFACE"])
        self.assertEqual("/environment.py", environ["SCRIPT_NAME"])
        self.assertEqual("/more/of%20it", environ["PATH_INFO"])
        self.assertEqual(PROGRAMS + "/more/of%20it", environ["PATH_TRANSLATED"])
        self.assertEqual("a=b", environ["QUERY_STRING"])
        self.assertEqual("GET", environ["REQUEST_METHOD"])
        self.assertEqual("localhost", environ["SERVER_NAME"])
        self.assertEqual("HTTP/1.1", environ["SERVER_PROTOCOL"])
        self.assertTrue(environ["SERVER_SOFTWARE"])
        for name in ("HTTP_PROXY", "SCGI", "CONTENT_LENGTH", "CARPOOL_ENTRY"):
            self.assertNotIn(name, environ)
        self.assertEqual([], told["arguments"])
        self.assertEqual(PROGRAMS, told["directory"])
        self.assertEqual([0, 1, 2, 3], told["descriptors"])  # 3 is the folder that it lists

    def test_a_program_in_a_folder_below_runs_there(self):
        self.assertEqual(b"hello, \n", self.get("/deep/hello.sh")[1])
        self.assertEqual(
            "%s/deep and %s/more\n" % (PROGRAMS, PROGRAMS),
            self.get("/deep/where.sh/more")[1].decode(),
        )

    def test_bytes_are_told_as_they_came(self):
        body = self.get("/say.sh/\udcff\u00e4", QUERY_STRING="A: b\n\n\udcfe$\u00fc")[1]
        self.assertEqual(b"\xfe$\xc3\xbc", body)

    def test_a_body_of_any_size_comes_back(self):
        for size in (1, 1000, 3 << 20):
            body = os.urandom(size)
            with self.helper.open() as connection:
                connection.setblocking(True)
                sender = threading.Thread(
                    target=connection.sendall, args=(scgi("/echo.pl", "POST", body),)
                )
                sender.start()
                head, answer, whole = self.helper.answer(connection)
                sender.join()
            self.assertEqual((True, True), (whole, answer == body))

    def test_without_a_body_standard_input_is_at_its_end(self):
        self.assertEqual(b"", self.get("/echo.pl", method="POST")[1])

    def test_what_nobody_read_does_not_take_the_response_away(self):
        head, body, whole = self.get("/hello.sh", method="POST", body=b"x" * 100000)
        self.assertEqual((b"hello, \n", True), (body, whole))

    def test_it_may_come_in_pieces_and_in_non_blocking_mode(self):
        request = scgi("/hello.sh")
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        with ours:
            self.helper.hand_over(theirs)
            for byte in range(len(request)):
                ours.send(request[byte : byte + 1])
            self.assertEqual(b"hello, \n", self.helper.answer(ours)[1])

    def test_what_is_not_scgi_is_a_bad_request(self):
        for text in (b"GET / HTTP/1.1\r\n\r\n", b"5:abc", b"9999999:x", b"12:CONTENT_LENGT,", b":,"):
            with self.helper.open(text) as connection:
                connection.shutdown(socket.SHUT_WR)
                self.assertIn("400 Bad Request", self.helper.answer(connection)[0], text)

    def test_no_request_is_no_response(self):
        with self.helper.open() as connection:
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(b"", read_all(connection))
            self.assertTrue(self.helper.done())


class Choice(Programs):
    def status(self, path):
        return self.get(path)[0].split("\r\n")[0]

    def test_who_names_no_program_gets_a_404(self):
        for path in ("/", "", "/none", "/deep", "/deep/", "/../carpool_cgi.py", "/.hidden", "//x"):
            self.assertEqual("Status: 404 Not Found", self.status(path), path)

    def test_what_may_not_be_executed_is_forbidden(self):
        self.assertEqual("Status: 403 Forbidden", self.status("/plain.txt"))
        self.assertIn("/plain.txt: it may not be executed (chmod +x)", self.log())

    def test_a_program_that_cannot_be_run_is_a_500_that_says_why(self):
        self.assertEqual("Status: 500 Internal Server Error", self.status("/no-interpreter"))
        self.assertIn("the interpreter that its first line names does not exist", self.log())
        self.assertEqual("Status: 500 Internal Server Error", self.status("/no-interpreter-line"))
        self.assertIn("a script begins with a line like #!/bin/sh", self.log())


    def test_an_index_answers_for_its_folder(self):
        self.assertEqual(b"index is /indexed/index.cgi\n", self.get("/indexed/")[1])
        self.assertEqual("Status: 404 Not Found", self.status("/indexed/none"))


class Response(Programs):
    def say(self, output, **headers):
        output = output.replace("%", "%%").replace("\r", "\\r").replace("\n", "\\n")
        return self.get("/say.sh", QUERY_STRING=output, **headers)

    def test_a_status_may_stand_anywhere_and_comes_first(self):
        head, body, whole = self.say("A: b\nStatus: 404 Gone away\nC: d\n\nx")
        self.assertEqual("Status: 404 Gone away\r\nA: b\r\nC: d", head)

    def test_a_location_is_a_redirect(self):
        head = self.say("Location: /elsewhere\n\n")[0]
        self.assertEqual("Status: 302 Found\r\nLocation: /elsewhere", head)

    def test_a_program_may_write_the_whole_header_itself(self):
        head, body, _ = self.get("/nph-teapot.sh")
        self.assertEqual("Status: 418 I am a teapot\r\nContent-Type: text/plain", head)
        self.assertEqual(b"short and stout", body)

    def test_an_output_without_a_header_is_a_500_with_the_reason_in_the_log(self):
        for output, reason in (
            ("", "exited with status 3, and printed nothing"),
            ("hello", "printed no blank line after its header: 'hello'"),
            ("hello\n\n", "printed what is no header line: 'hello'"),
            ("A: b\nworld\n\nx", "printed what is no header line: 'world'"),
            ("Status: fine\n\n", "printed what is no status: 'Status: fine'"),
            ("Content-Length: -1\n\n", "printed what is no Content-Length"),
        ):
            head, body, whole = self.say(output, HTTP_X_EXIT="3")
            self.assertEqual("Status: 500 Internal Server Error", head.split("\r\n")[0], output)
            self.assertTrue(whole)
            self.assertIn(reason, self.log())

    def test_a_header_without_an_end_is_not_waited_for(self):
        head = self.get("/endless.sh")[0]
        self.assertIn("500 Internal Server Error", head)
        self.assertIn("its header is larger than 65536 bytes", self.log())

    def test_a_program_that_does_not_compile_is_a_500_and_perl_says_where(self):
        self.assertIn("500 Internal", self.get("/broken.pl")[0])
        self.assertIn("carpool: GET /broken.pl failed: /", self.log())
        self.assertIn('Global symbol "$undeclared"', self.log())
        self.assertIn("broken.pl exited with status 255, and printed nothing", self.log())

    def test_head_and_204_have_no_body(self):
        head, body, whole = self.get("/hello.sh", method="HEAD")
        self.assertEqual((b"", True), (body, whole))
        self.assertEqual((b"", True), self.say("Status: 204 Nothing\n\nbody")[1:])

    def test_a_content_length_is_kept(self):
        self.assertEqual((b"abc", True), self.say("Content-Length: 3\n\nabcdef")[1:])
        self.assertIn("printed is longer than its Content-Length", self.log())
        self.assertEqual((b"ab", False), self.say("Content-Length: 3\n\nab")[1:])
        self.assertIn("is 1 bytes shorter than its Content-Length", self.log())

    def test_who_has_the_whole_length_may_go_and_the_program_ends(self):
        with self.helper.open(scgi("/overlong.pl")) as connection:
            data = b""
            while not data.endswith(b"\r\n\r\nyyy"):
                data += connection.recv(1000)
        self.assertTrue(self.helper.done())
        self.assertIn("overlong.pl was ended by signal 13", self.log())

    def test_a_large_output_streams_through(self):
        _, body, whole = self.get("/flood.sh", QUERY_STRING="20000000")
        self.assertEqual((20000000, True), (len(body), whole))

    def test_a_piece_is_sent_when_it_is_printed(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "go on")
            with self.helper.open(scgi("/slow.sh", HTTP_X_FILE=file)) as connection:
                data = b""
                while b"begun\n" not in data:
                    data += connection.recv(1000)
                open(file, "w").close()
                self.assertEqual(b"ended\n", read_all(connection))
            self.assertTrue(self.helper.done())

    def test_a_peer_that_hangs_up_ends_the_program(self):
        connection = self.helper.open(scgi("/slow.sh", HTTP_X_FILE="/nonexistent"))
        connection.recv(1)
        connection.close()
        self.assertFalse(self.helper.done())
        self.assertIn("slow.sh was ended: the client went away", self.log())

    def test_a_program_that_goes_on_after_its_output_is_ended(self):
        began = time.monotonic()
        _, body, whole = self.get("/lingers.sh")
        self.assertTrue(whole)
        self.assertLess(time.monotonic() - began, 8)
        self.assertFalse(os.path.exists("/proc/" + body.decode()))
        self.assertIn("lingers.sh closed its output and goes on: it is ended", self.log())

    def test_what_a_program_says_on_its_errors_is_in_the_log(self):
        self.get("/say.sh", QUERY_STRING="A: b\\n\\n", HTTP_X_EXIT="no number")
        self.assertIn("say.sh", self.log())


class Process(unittest.TestCase):
    def test_one_program_may_answer_everything(self):
        with Helper("environment.py", PROGRAMS, CGI) as helper:
            steps, last = helper.start()
            self.assertEqual((["find environment.py"], (b"R", 1)), (steps, last[:2]))
            environ = json.loads(helper.get("/any/path")[1])["environ"]
            self.assertEqual(("", "/any/path"), (environ.get("SCRIPT_NAME"), environ["PATH_INFO"]))

    def test_nothing_of_the_body_is_taken_with_the_shortest_header(self):
        with Helper("echo.pl", PROGRAMS, CGI) as helper:
            helper.ready()
            with helper.open(b"24:CONTENT_LENGTH\x002\0SCGI\x001\0,ab") as connection:
                self.assertEqual(b"ab", helper.answer(connection)[1])

    def test_one_that_cannot_be_run_is_told_at_the_start(self):
        for entry, reason in (("none.cgi", "No such file"), ("plain.txt", "may not be executed")):
            with Helper(entry, PROGRAMS, CGI) as helper:
                kind, _, payload = helper.start()[1]
                self.assertEqual(b"F", kind)
                self.assertIn(reason, payload)
                self.assertEqual(1, helper.process.wait(SECONDS))

    def test_without_descriptors_it_answers_that_and_goes_on(self):
        with Helper("", PROGRAMS, CGI) as helper:
            helper.ready()
            resource.prlimit(helper.process.pid, resource.RLIMIT_NOFILE, (6, 64))
            self.assertIn("500 Internal Server Error", helper.get("/hello.sh")[0])
            self.assertIn("Too many open files", helper.log())
            resource.prlimit(helper.process.pid, resource.RLIMIT_NOFILE, (64, 64))
            self.assertEqual(b"hello, \n", helper.get("/hello.sh")[1])
            self.assertEqual(len(USUAL), len(helper.descriptors()))

    def test_sigterm_ends_it_and_stop_does(self):
        with Helper("", PROGRAMS, CGI) as helper:
            helper.ready().process.terminate()
            self.assertEqual(-15, helper.process.wait(SECONDS))
        with Helper("", PROGRAMS, CGI) as helper:
            helper.ready().line.send(b"Q\0\0\0\0\0\0\0")
            self.assertEqual(0, helper.process.wait(SECONDS))


if __name__ == "__main__":
    unittest.main()
