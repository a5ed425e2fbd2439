"""Fails with an error of its own."""


def connect():
    raise RuntimeError("no database\nat all")


connect()
