"""The one tiny application that every contender serves, with the same interpreter."""

import time

SLEEP_SECONDS = 0.05


def application(environ, start_response):
    if environ["PATH_INFO"] == "/sleep":
        time.sleep(SLEEP_SECONDS)
    body = b"hello world\n"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
