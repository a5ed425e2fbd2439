"""An application that wsgiref.validate watches: what breaks PEP 3333 is an AssertionError."""

import warnings
from wsgiref.validate import validator

warnings.simplefilter("error")


@validator
def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["REQUEST_METHOD"].encode() + b" " + body]
