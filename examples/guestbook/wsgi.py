"""A guestbook: one page with a form, the same entries as JSON, and nothing to install.

Carpool may run several processes of it at once. They share the entries through one SQLite file:
GUESTBOOK_DB, or data/guestbook.db beside this file, or a folder among the temporary ones if whoever
runs this may not write here.
"""

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime, timezone
from html import escape
from urllib.parse import parse_qs, quote

HERE = os.path.dirname(os.path.abspath(__file__))
DATABASE = os.environ.get("GUESTBOOK_DB")
SHOWN = 100
LARGEST_FORM = 64 * 1024
LONGEST_NAME = 60
LONGEST_MESSAGE = 2000

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{root}/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}/style.css">
<style>
body {{ font: 1.05rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto;
  padding: 0 1rem }}
input, textarea, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit }}
article {{ margin: 1.5rem 0 }}
footer {{ margin-top: 3rem; font-size: .85rem }}
</style>
</head>
<body>
{body}
<footer>Served by process {pid}. The entries as <a href="{root}/api/entries">JSON</a>.</footer>
</body>
</html>
"""

FORM = """<h1>Guestbook</h1>
<form method="post" action="{root}/">
<input name="name" placeholder="Your name" maxlength="{name}" required>
<textarea name="message" rows="3" placeholder="Say something kind" maxlength="{message}" required>
</textarea>
<button>Sign</button>
</form>
"""

ENTRY = """<article>
<p>{message}</p>
<small>{name}, <time>{written}</time></small>
</article>
"""


class Refused(Exception):
    """The visitor's mistake: a status, and what to say about it."""


def application(environ, start_response):
    """The WSGI application: find the answer for a path and a method, and send it."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    try:
        route = ROUTES.get((path, "GET" if method == "HEAD" else method), refuse)
        status, headers, body = route(environ)
    except Refused as refused:
        status, text = refused.args
        if path.startswith("/api/"):
            headers, body = as_json({"error": text})
        else:
            html = "<h1>%s</h1><p>%s</p>" % (status[4:], escape(text))
            html += '<p><a href="%s/">To the guestbook</a></p>' % root_of(environ)
            headers, body = as_page(environ, status[4:], html)
    body = body.encode("utf-8")
    start_response(status, headers + [("Content-Length", str(len(body)))])
    return [body]


def show_page(environ):
    """The form, and below it the entries."""
    form = FORM.format(root=root_of(environ), name=LONGEST_NAME, message=LONGEST_MESSAGE)
    entries = [
        ENTRY.format(
            name=escape(entry["name"]),
            message=escape(entry["message"]).replace("\n", "<br>"),
            written=escape(entry["written"]),
        )
        for entry in read_entries()
    ]
    nobody = "<p>Nobody has signed yet. Be the first.</p>"
    return ("200 OK", *as_page(environ, "Guestbook", form + ("".join(entries) or nobody)))


def sign_by_form(environ):
    """Add what the form sends, and show the page anew, so that a reload does not sign twice."""
    form = parse_qs(read_body(environ).decode("utf-8", "replace"))
    add_entry(form.get("name", [""])[0], form.get("message", [""])[0])
    headers, page = as_page(environ, "Thank you", "<p>Thank you.</p>")
    return "303 See Other", [("Location", root_of(environ) + "/"), *headers], page


def list_entries(environ):
    """The entries as JSON."""
    return ("200 OK", *as_json({"entries": read_entries()}))


def sign_by_json(environ):
    """Add an entry from a JSON object with a name and a message, and answer with it."""
    try:
        sent = json.loads(read_body(environ))
        name, message = sent["name"], sent["message"]
    except (ValueError, KeyError, TypeError):
        raise Refused("400 Bad Request", "Send a JSON object with name and message.") from None
    return ("201 Created", *as_json(add_entry(name, message)))


def refuse(environ):
    """Whatever else is asked for."""
    raise Refused("404 Not Found", "There is no such page here.")


ROUTES = {
    ("/", "GET"): show_page,
    ("/", "POST"): sign_by_form,
    ("/api/entries", "GET"): list_entries,
    ("/api/entries", "POST"): sign_by_json,
}


def root_of(environ):
    """Where the guestbook is mounted, for links; fit for HTML and for headers."""
    return quote(environ["SCRIPT_NAME"].encode("latin-1"))


def as_page(environ, title, body):
    """The header and the text of a page."""
    page = PAGE.format(title=title, body=body, root=root_of(environ), pid=os.getpid())
    return [("Content-Type", "text/html; charset=utf-8")], page


def as_json(value):
    """The header and the text of an answer in JSON."""
    return [("Content-Type", "application/json")], json.dumps(value, indent=2) + "\n"


def read_body(environ):
    """The body of the request, if it is not larger than an entry can be."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if size > LARGEST_FORM:
        raise Refused("413 Content Too Large", "That is more than a guestbook can take.")
    return environ["wsgi.input"].read(size)


def add_entry(name, message):
    """Write one entry, and return it as it will be read."""
    if not isinstance(name, str) or not isinstance(message, str):
        raise Refused("400 Bad Request", "Name and message are texts.")
    name = " ".join(storable(name).split())[:LONGEST_NAME]
    message = storable(message).replace("\r\n", "\n").strip()[:LONGEST_MESSAGE]
    if not name or not message:
        raise Refused("400 Bad Request", "Please give a name and a message.")
    written = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    with closing(open_database()) as database, database:
        database.execute("INSERT INTO entry VALUES (?, ?, ?)", (name, message, written))
    return {"name": name, "message": message, "written": written}


def storable(text):
    """A text without the half characters that JSON may hold and a database may not."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read_entries():
    """The newest entries, newest first."""
    query = "SELECT name, message, written FROM entry ORDER BY rowid DESC LIMIT ?"
    with closing(open_database()) as database:
        rows = database.execute(query, (SHOWN,))
        return [dict(zip(("name", "message", "written"), row)) for row in rows]


def database_file():
    """The file that all processes share, in a folder that is there."""
    if DATABASE:
        folder, name = os.path.split(os.path.abspath(DATABASE))
    else:
        folder, name = os.path.join(HERE, "data"), "guestbook.db"
        if not os.access(folder if os.path.isdir(folder) else HERE, os.W_OK):
            folder = os.path.join(tempfile.gettempdir(), "guestbook-%d" % os.getuid())
            os.makedirs(folder, 0o700, exist_ok=True)
            if os.lstat(folder).st_uid != os.getuid():
                raise PermissionError(folder + " is somebody else's")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def open_database():
    """Open it. Each transaction is short; others wait for it."""
    database = sqlite3.connect(database_file(), timeout=10)
    with database:
        database.execute("CREATE TABLE IF NOT EXISTS entry (name TEXT, message TEXT, written TEXT)")
    return database
