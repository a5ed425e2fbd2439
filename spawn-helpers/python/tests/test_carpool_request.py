"""The request: what comes on the connection, and what the application sees of it."""

import json
import os
import socket
import sys
import time
import unittest
from unittest import mock

from helper_process import HELPER, SECONDS, Helper, Serving, scgi

sys.path.append(os.path.dirname(HELPER))
import carpool_request  # noqa: E402  found by the line above


class Request(Serving):
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

    def test_the_path_is_found_for_apache_by_what_its_proxy_passes_on(self):
        def path(whole, target, uri="/other"):
            target = "proxy:scgi://blog" + target
            return self.path(
                PATH_INFO=None, SCRIPT_NAME=whole, SCRIPT_FILENAME=target, REQUEST_URI=uri
            )

        self.assertEqual(("", "/"), path("/", "/"))
        self.assertEqual(("", "/x"), path("/x", "/x"))
        self.assertEqual(("/blog", "/x"), path("/blog/x", "/x"))
        self.assertEqual(("/blog", "/"), path("/blog/", "/"))
        self.assertEqual(("/blog", ""), path("/blog", "/"))
        self.assertEqual(("/blog", "/a b/\xc3\xa9"), path("/blog/a b/\xe9", "/a%20b/%C3%A9"))
        self.assertEqual(("/blog", "/a%2fb"), path("/blog/a%2fb", "/a%2fb"))
        self.assertEqual(("", "/blog/x"), path("/blog/x", "/blog/x"))
        self.assertEqual(("", "/blog/x"), path("/blog/x", "/else"))
        self.assertEqual(("", "/y"), path("/y", "/y", "/x/%2e%2e//y"))

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

    def test_a_response_without_length_ends_though_somebody_holds_a_copy(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.helper.hand_over(theirs.dup())
            ours.settimeout(2)
            ours.sendall(scgi("/slow"))
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

    def test_a_header_that_stops_is_a_bad_request_and_does_not_occupy_the_process(self):
        ours, theirs = socket.socketpair()
        with ours, theirs, mock.patch.object(carpool_request, "HEADER_SECONDS", 0.05):
            ours.sendall(scgi()[:50])
            with self.assertRaisesRegex(carpool_request.BadRequest, "not complete"):
                carpool_request.read_request(theirs.fileno())

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


if __name__ == "__main__":
    unittest.main()
