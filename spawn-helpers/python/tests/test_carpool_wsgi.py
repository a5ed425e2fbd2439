"""The Python helper, started as the server starts it and spoken to over its line.

    python3 -m unittest discover -s spawn-helpers/python/tests
"""

import ast
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
HELPER = os.path.join(os.path.dirname(HERE), "carpool_wsgi.py")
APPS = os.path.join(HERE, "apps")
GUESTBOOK = os.path.join(HERE, "..", "..", "..", "examples", "guestbook")
SECONDS = 10  # nothing here takes so long; a test that waits for it has failed


class Helper:
    """A helper process and the server's end of its line."""

    def __init__(self, entry, root=APPS, **settings):
        self.line, line = socket.socketpair()
        self.line.settimeout(SECONDS)
        self.errors = tempfile.TemporaryFile("w+")
        self.output = tempfile.TemporaryFile("w+")
        environment = {"PATH": os.environ["PATH"], "CARPOOL_APP": "test", "CARPOOL_ENTRY": entry}
        environment.update(settings)
        self.process = subprocess.Popen(
            [sys.executable, HELPER],
            stdin=line,
            stdout=self.output,
            stderr=self.errors,
            cwd=os.path.join(APPS, root),
            env=environment,
            start_new_session=True,
        )
        line.close()
        self.served = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.line.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()
        self.output.close()

    def frame(self):
        """Receive a frame: its type, its number, its payload."""
        head = self.line.recv(8, socket.MSG_WAITALL)
        if len(head) < 8:
            raise EOFError("the helper closed its line; it printed " + self.log())
        size = int.from_bytes(head[1:4], "big")
        payload = self.line.recv(size, socket.MSG_WAITALL) if size else b""
        return head[:1], int.from_bytes(head[4:], "big"), payload

    def start(self):
        """Receive frames until the start has succeeded or failed: the steps, the last frame."""
        steps = []
        while True:
            kind, number, payload = self.frame()
            if kind != b"P":
                return steps, (kind, number, payload.decode())
            steps.append(payload.decode())

    def ready(self):
        steps, last = self.start()
        if last[0] != b"R":
            raise AssertionError(last)
        return self

    def hand_over(self, connection):
        """Send SERVE with one end of a pair, and return the session's number."""
        self.served += 1
        frame = b"S\0\0\0" + self.served.to_bytes(4, "big")
        socket.send_fds(self.line, [frame], [connection.fileno()])
        connection.close()
        return self.served

    def open(self, request=b""):
        """Begin a session: our end of its connection, on which the request was sent."""
        ours, theirs = socket.socketpair()
        ours.settimeout(SECONDS)
        self.hand_over(theirs)
        ours.sendall(request)
        return ours

    def done(self):
        """Receive DONE for the last session; return whether the response is whole."""
        kind, number, payload = self.frame()
        if (kind, number) != (b"D", self.served):
            raise AssertionError((kind, number, payload))
        return payload == b"\0"

    def get(self, path="/", method="GET", body=b"", **headers):
        """Serve one whole request: the response's header, its body, whether it is whole."""
        with self.open(scgi(path, method, body, **headers)) as connection:
            return self.answer(connection)

    def answer(self, connection):
        response = read_all(connection)
        if not select.select([self.line], [], [], 0)[0]:
            raise AssertionError("the connection ended before DONE was said")
        head, _, body = response.partition(b"\r\n\r\n")
        return head.decode("latin-1"), body, self.done()

    def forget(self):
        """Receive what a test that failed has left."""
        while select.select([self.line], [], [], 0)[0]:
            self.frame()

    def log(self):
        self.errors.seek(0)
        return self.errors.read()

    def descriptors(self):
        """Its open descriptors; a last connection is given a moment to be closed."""
        deadline = time.monotonic() + 2
        while True:
            numbers = sorted(os.listdir("/proc/%d/fd" % self.process.pid), key=int)
            if len(numbers) == 4 or time.monotonic() > deadline:
                return numbers
            time.sleep(0.01)


def scgi(path="/", method="GET", body=b"", **headers):
    """An SCGI request as nginx sends it, but with PATH_INFO."""
    fields = {
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": method,
        "REQUEST_URI": path,
        "QUERY_STRING": "",
        "PATH_INFO": path,
        "SCGI": "1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
    }
    fields.update(headers)
    pairs = ("%s\0%s\0" % pair for pair in fields.items() if pair[1] is not None)
    header = "".join(pairs).encode("utf-8", "surrogateescape")
    return b"%d:%s," % (len(header), header) + body


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


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
            self.assertEqual((b"R", 1, ""), last)

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


class Serving(unittest.TestCase):
    """Everything that one process survives: all of it is asked of the same one."""

    @classmethod
    def setUpClass(cls):
        cls.helper = Helper("misbehave:application")
        cls.addClassCleanup(cls.helper.__exit__)
        cls.helper.ready()
        cls.addClassCleanup(cls.check_descriptors)

    @classmethod
    def check_descriptors(cls):
        numbers = cls.helper.descriptors()
        if numbers != ["0", "1", "2", "3"]:
            raise AssertionError("open are %s" % numbers)

    def setUp(self):
        self.helper.forget()
        self.log_begin = len(self.helper.log())

    def get(self, path, **kwargs):
        return self.helper.get(path, **kwargs)

    def log(self):
        return self.helper.log()[self.log_begin :]

    def closings(self):
        """How many pieces were taken of each result that was closed."""
        return ast.literal_eval(self.get("/were-closed")[1].decode())

    # the request

    def test_the_environ_has_what_pep_3333_names(self):
        names = {"QUERY_STRING": "q=1", "HTTP_CONTENT_TYPE": "x", "HTTPS": "on"}
        head, body, whole = self.get("/a%20b", **names)
        environ = json.loads(body)
        self.assertEqual("Status: 200 OK", head.split("\r\n")[0])
        self.assertTrue(whole)
        for name, value in {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/a%20b",
            "QUERY_STRING": "q=1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "wsgi.version": [1, 0],
            "wsgi.url_scheme": "https",
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }.items():
            self.assertEqual(value, environ[name], name)
        self.assertNotIn("HTTP_CONTENT_TYPE", environ)

    def test_a_peer_cannot_set_what_is_ours(self):
        environ = json.loads(self.get("/", **{"wsgi.multithread": "yes"})[1])
        self.assertIs(False, environ["wsgi.multithread"])

    def test_names_that_may_not_be_empty_are_filled_in(self):
        nothing = dict.fromkeys(["SERVER_PORT", "SERVER_PROTOCOL", "QUERY_STRING"])
        environ = json.loads(self.get("/", SERVER_NAME="", **nothing)[1])
        self.assertEqual("localhost", environ["SERVER_NAME"])
        self.assertEqual("80", environ["SERVER_PORT"])
        self.assertEqual("HTTP/1.0", environ["SERVER_PROTOCOL"])
        self.assertEqual("", environ["QUERY_STRING"])

    def path(self, **names):
        environ = json.loads(self.get("/show", **names)[1])
        return environ["SCRIPT_NAME"], environ["PATH_INFO"]

    def test_the_path_is_found_for_servers_that_send_none(self):
        def path(**names):
            return self.path(PATH_INFO=None, **names)

        self.assertEqual(("", "/x%20y"), path(DOCUMENT_URI="/x%20y", REQUEST_URI="/other"))
        self.assertEqual(("", "/\xc3\xa9 y"), path(REQUEST_URI="/%C3%A9%20y?q=/z"))
        self.assertEqual(("", "/x"), path(REQUEST_URI="http://host:80/x"))
        self.assertEqual(("/blog", "/x"), path(SCRIPT_NAME="/blog", DOCUMENT_URI="/blog/x"))
        self.assertEqual(("/blog", ""), path(SCRIPT_NAME="/blog", DOCUMENT_URI="/blog"))
        self.assertEqual(("/b", "/blog/x"), path(SCRIPT_NAME="/b", DOCUMENT_URI="/blog/x"))
        self.assertEqual(("", "/blog/x"), path(SCRIPT_NAME="/blog/x", REQUEST_URI="/blog/x"))

    def test_the_path_that_is_sent_is_bytes_in_latin_1(self):
        self.assertEqual(("", "/\xc3\xa9"), self.path(PATH_INFO="/\xe9"))
        self.assertEqual(("", "/\xff"), self.path(PATH_INFO="/\udcff"))
        self.assertEqual(("", "/"), self.path(PATH_INFO="", SCRIPT_NAME=""))
        self.assertEqual(("", "/x"), self.path(PATH_INFO="/x", SCRIPT_NAME="/"))
        self.assertEqual(("/a", ""), self.path(PATH_INFO="", SCRIPT_NAME="/a"))

    def test_a_request_may_come_in_pieces(self):
        request = scgi("/echo", "POST", b"body")
        with self.helper.open() as connection:
            for i in range(len(request)):
                connection.send(request[i : i + 1])
                if i % 40 == 0:
                    time.sleep(0.002)
            self.assertEqual(b"body", self.helper.answer(connection)[1])

    def test_a_large_body_comes_back(self):
        data = os.urandom(1000000) * 10
        ours, theirs = socket.socketpair()
        self.helper.hand_over(theirs)
        child = os.fork()
        if child == 0:
            ours.sendall(scgi("/echo", "POST", data))
            os._exit(0)
        with ours:
            head, body, whole = self.helper.answer(ours)
        os.waitpid(child, 0)
        self.assertTrue(whole)
        self.assertEqual(len(data), len(body))
        self.assertTrue(data == body)

    def test_a_body_is_read_by_lines(self):
        expected = b"a\n/bcd/ef\n/|/gh\n/i/"
        request = scgi("/lines", "POST", b"a\nbcdef\ngh\ni")
        with self.helper.open(request + b"not of the body") as connection:
            self.assertEqual(expected, self.helper.answer(connection)[1])
        with self.helper.open(request[:-9]) as connection:
            time.sleep(0.05)
            connection.send(request[-9:] + b"not of the body")
            self.assertEqual(expected, connection.recv(1000).partition(b"\r\n\r\n")[2])
        self.assertTrue(self.helper.done())

    def test_a_connection_in_non_blocking_mode_is_served(self):
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.helper.hand_over(theirs)
        time.sleep(0.05)
        with ours:
            ours.sendall(scgi("/big"))
            time.sleep(0.05)
            self.assertEqual(3000000, len(self.helper.answer(ours)[1]))

    def test_the_response_ends_though_somebody_holds_a_copy_of_the_connection(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.helper.hand_over(theirs.dup())
            ours.settimeout(2)
            ours.sendall(scgi("/told"))
            self.assertIn("200 OK", self.helper.answer(ours)[0])

    def test_a_tcp_connection_is_served(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            ours = socket.create_connection(server.getsockname(), SECONDS)
            theirs = server.accept()[0]
        self.helper.hand_over(theirs)
        with ours:
            ours.sendall(scgi("/big"))
            self.assertEqual(3000000, len(self.helper.answer(ours)[1]))

    def test_what_is_not_scgi_is_a_bad_request(self):
        header = b"CONTENT_LENGTH\0000\0SCGI\0001\0"
        for garbage in (
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"x",
            b":,",
            b"0:,",
            b"99999999:",
            b"262145:" + b"x" * 262146,
            b"%d:%s;" % (len(header), header),
            b"13:SCGI\0001\0X\0Y\0Z,",
            b"19:CONTENT_LENGTH\0000\0X\0,",
            b"24:CONTENT_LENGTH\0abc\0SCGI\0," + b"1",
            b"17:CONTENT_LENGTH\0\xb2\0,",
            b"16:CONTENT_LENGTH\0\0,",
            b"14:CONTENT_LENGTH,",
            b"x" * 500000,
        ):
            with self.subTest(garbage[:30]), self.helper.open() as connection:
                pid = os.fork()
                if pid == 0:
                    connection.sendall(garbage)
                    connection.shutdown(socket.SHUT_WR)
                    os._exit(0)
                head, body, whole = self.helper.answer(connection)
                os.waitpid(pid, 0)
                self.assertEqual("Status: 400 Bad Request", head.split("\r\n")[0])
                self.assertTrue(whole)

    def test_a_header_of_256_kib_is_served(self):
        request = scgi(HTTP_COOKIE="")
        request = scgi(HTTP_COOKIE="x" * (262144 - int(request.split(b":")[0])))
        self.assertTrue(request.startswith(b"262144:"))
        with self.helper.open(request) as connection:
            self.assertIn("200 OK", self.helper.answer(connection)[0])

    def test_half_a_request_is_a_bad_request(self):
        with self.helper.open(scgi()[:50]) as connection:
            connection.shutdown(socket.SHUT_WR)
            self.assertIn("400 Bad Request", self.helper.answer(connection)[0])
        self.helper.open(scgi()[:50]).close()
        self.assertFalse(self.helper.done())

    def test_half_a_body_is_no_error_of_the_application(self):
        with self.helper.open(scgi("/echo", "POST", b"x" * 100)[:-50]) as connection:
            connection.shutdown(socket.SHUT_WR)
            self.assertFalse(self.helper.answer(connection)[2])
        self.assertEqual("", self.log())

    def test_no_request_is_no_response(self):
        self.helper.open().close()
        self.assertTrue(self.helper.done())

    def test_a_body_that_nobody_read_does_not_take_the_response_away(self):
        for size in 10, 500000:
            with self.helper.open() as connection:
                pid = os.fork()
                if pid == 0:
                    connection.sendall(scgi("/unread", "POST", b"x" * size))
                    os._exit(0)
                self.assertEqual(b"too large", self.helper.answer(connection)[1])
                self.assertEqual(0, os.waitpid(pid, 0)[1])

    def test_a_body_that_never_comes_holds_the_process_for_a_moment_only(self):
        begin = time.monotonic()
        with self.helper.open(scgi("/unread", "POST", b"x" * 100)[:-50]) as connection:
            self.assertEqual(b"too large", self.helper.answer(connection)[1])
        self.assertLess(time.monotonic() - begin, 1)

    # the response

    def test_pieces_arrive_one_by_one(self):
        with self.helper.open(scgi("/slow")) as connection:
            first = connection.recv(1000)
            begin = time.monotonic()
            self.assertEqual(b"one", first.partition(b"\r\n\r\n")[2])
            self.assertEqual(b"two", connection.recv(1000))
            self.assertGreater(time.monotonic() - begin, 0.2)
            self.assertEqual(("", b"", True), self.helper.answer(connection))

    def test_a_small_response_comes_in_one_piece_with_its_length(self):
        with self.helper.open(scgi("/were-closed")) as connection:
            response = connection.recv(100000)
            self.assertRegex(response, rb"\r\nContent-Length: \d+\r\n\r\n\[")
            self.assertEqual(("", b"", True), self.helper.answer(connection))

    def test_write_and_return_are_both_sent(self):
        before = len(self.closings())
        self.assertEqual(b"written, returned", self.get("/written")[1])
        self.assertEqual(before + 1, len(self.closings()))

    def test_a_failure_is_answered_with_500_and_logged(self):
        head, body, whole = self.get("/boom", QUERY_STRING="x")
        self.assertEqual("Status: 500 Internal Server Error", head.split("\r\n")[0])
        self.assertIn(b"The application failed", body)
        self.assertTrue(whole)
        self.assertIn("GET /boom failed\nTraceback", self.log())
        self.assertIn("ValueError: boom at once", self.log())
        self.assertNotIn("carpool_", self.log())

    def test_a_failure_in_the_middle_cuts_the_response_short(self):
        before = len(self.closings())
        head, body, whole = self.get("/boom-late")
        self.assertEqual(b"begun", body)
        self.assertFalse(whole)
        self.assertIn("boom in the middle", self.log())
        self.assertEqual(before + 1, len(self.closings()))

    def test_start_response_may_be_called_again_with_exc_info(self):
        head, body, whole = self.get("/boom-rescued")
        self.assertIn("418", head)
        self.assertNotIn("200", head)
        self.assertEqual((b"rescued", True), (body, whole))

    def test_start_response_raises_exc_info_when_the_header_is_out(self):
        head, body, whole = self.get("/boom-too-late")
        self.assertIn("200 OK", head)
        self.assertEqual((b"begun", False), (body, whole))
        self.assertIn("ValueError: caught, but the header is out", self.log())

    def test_mistakes_of_the_application_are_500(self):
        for path, text in {
            "/twice": "called twice",
            "/silent": "did not call start_response",
            "/splitting": "control character",
            "/words": "is str, not bytes",
            "/leave": "SystemExit: 3",
        }.items():
            with self.subTest(path):
                self.assertIn("Status: 500", self.get(path)[0])
                self.assertIn(text, self.log())

    def test_head_has_no_body_but_its_length(self):
        for path, length in ("/length", "12345"), ("/big", "3000000"):
            head, body, whole = self.get(path, method="HEAD")
            self.assertIn("Content-Length: %s" % length, head)
            self.assertEqual((b"", True), (body, whole))
        self.assertEqual((b"", True), self.get("/boom", method="HEAD")[1:])
        self.assertNotIn("Content-Length", self.get("/told", method="HEAD")[0])
        self.assertEqual((b"", True), self.get("/endless", method="HEAD")[1:])
        self.assertEqual(1, self.closings()[-1])

    def test_no_content_has_no_length(self):
        self.assertEqual(("Status: 204 No Content", b"", True), self.get("/empty"))
        self.assertEqual(("Status: 204 No Content", b"", True), self.get("/not-empty"))

    def test_the_length_that_the_application_gave_is_kept(self):
        head, body, whole = self.get("/length")
        self.assertEqual(1, head.count("Content-Length: 12345"))
        self.assertEqual((12345, True), (len(body), whole))

    def test_what_is_more_than_the_length_is_cut(self):
        self.assertEqual((b"12345", True), self.get("/too-long")[1:])
        self.assertEqual(1, self.log().count("longer than its Content-Length"))

    def test_what_is_less_than_the_length_is_cut_short(self):
        self.assertEqual((b"123", False), self.get("/too-short")[1:])
        self.assertIn("2 bytes shorter than its Content-Length", self.log())

    def test_a_peer_that_hangs_up_is_no_error_and_the_result_is_closed(self):
        before = len(self.closings())
        with self.helper.open(scgi("/endless")) as connection:
            connection.recv(1000)
        self.assertFalse(self.helper.done())
        self.assertEqual("", self.log())
        self.assertEqual(before + 1, len(self.closings()))

    def test_a_file_is_sent_from_where_it_stands(self):
        with tempfile.TemporaryDirectory() as directory:
            data = os.urandom(2000000)
            with open(os.path.join(directory, "file"), "wb") as file:
                file.write(data)

            def get(start, method="GET", **headers):
                headers.update(HTTP_DIRECTORY=directory, HTTP_START=str(start))
                return self.get("/a-file", method=method, **headers)

            head, body, whole = get(1000)
            self.assertIn("Content-Length: 1999000", head)
            self.assertTrue(body == data[1000:] and whole)
            head, body, whole = get(5, HTTP_SIZE="7")
            self.assertEqual((data[5:12], True), (body, whole))
            head, body, whole = get(0, "HEAD")
            self.assertIn("Content-Length: 2000000", head)
            self.assertEqual((b"", True), (body, whole))
            head, body, whole = get(1999990, HTTP_SIZE="20")
            self.assertEqual((data[-10:], False), (body, whole))
            head, body, whole = get(2000000)
            self.assertEqual((b"", True), (body, whole))
            ours, theirs = socket.socketpair()
            theirs.setblocking(False)
            self.helper.hand_over(theirs)
            with ours:
                ours.sendall(scgi("/a-file", HTTP_DIRECTORY=directory, HTTP_START="0"))
                time.sleep(0.05)
                self.assertTrue(data == self.helper.answer(ours)[1])
            for kind in {}, {"HTTP_BUFFERED": "yes"}:
                body = self.get("/a-compressed-file", HTTP_DIRECTORY=directory, **kind)[1]
                self.assertTrue(b"plain" * 10000 == body)
        self.assertEqual(b"mporary", self.get("/a-spooled-file")[1])
        self.assertIn(b"CLASS SHOUTING", self.get("/a-file-with-a-read-of-its-own")[1])

    # the process

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
        self.assertEqual(["0", "1", "2", "3"], self.helper.descriptors())


class Children(unittest.TestCase):
    def test_a_child_that_multiprocessing_starts_afresh_works(self):
        with Helper("misbehave").ready() as helper:
            self.assertEqual(b"6", helper.get("/spawned")[1])


class Validated(unittest.TestCase):
    def test_the_validator_of_the_standard_library_finds_nothing(self):
        with Helper("validated").ready() as helper:
            for method in "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS":
                with self.subTest(method):
                    body = b"a body" if method in ("POST", "PUT") else b""
                    head, answer, whole = helper.get("/", method, body, CONTENT_TYPE="")
                    self.assertIn("200 OK", head)
                    expected = b"" if method == "HEAD" else method.encode() + b" " + body
                    self.assertEqual((expected, True), (answer, whole))
            nothing = dict.fromkeys(["PATH_INFO", "SERVER_NAME", "QUERY_STRING", "SERVER_PORT"])
            self.assertIn("200 OK", helper.get("/", HTTP_CONTENT_LENGTH="0", **nothing)[0])
            request = scgi("/", "POST", b"in two pieces")
            with helper.open(request[:-5]) as connection:
                time.sleep(0.05)
                connection.send(request[-5:])
                self.assertEqual(b"POST in two pieces", helper.answer(connection)[1])
            self.assertEqual("", helper.log())


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
