"""Found by its name; its callable has the second of the usual names."""


def app(environ, start_response):
    start_response("200 OK", [])
    return [__name__.encode()]
