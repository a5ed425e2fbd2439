"""Stops in the middle."""


def application(environ start_response):
    return []
