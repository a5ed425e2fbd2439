"""The response: what the application answers, and what goes out on the connection."""

import os
import socket
import tempfile
import time
import unittest

from helper_process import Serving, scgi


class Response(Serving):
    def test_pieces_arrive_one_by_one(self):
        with self.helper.open(scgi("/slow")) as connection:
            first = connection.recv(1000)
            begin = time.monotonic()
            self.assertEqual(b"one", first.partition(b"\r\n\r\n")[2])
            self.assertEqual(b"two", connection.recv(1000))
            self.assertGreater(time.monotonic() - begin, 0.2)
            self.assertEqual(("", b"", True), self.helper.answer(connection))

    def test_the_connection_is_marked_before_the_first_byte_and_not_before_the_request(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.helper.hand_over(theirs.dup())
            time.sleep(0.05)
            self.assertEqual(0, theirs.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY))
            ours.sendall(scgi("/slow"))
            self.assertTrue(ours.recv(1))
            self.assertEqual(1, theirs.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY))
            theirs.close()
            self.helper.answer(ours)

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


if __name__ == "__main__":
    unittest.main()
