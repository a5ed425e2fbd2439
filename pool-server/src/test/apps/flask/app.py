"""A Flask application as its tutorial teaches it."""

import hashlib
import time

from flask import Flask, Response, abort, flash, redirect, request, session, url_for
from flask import get_flashed_messages, render_template

app = Flask(__name__)
app.secret_key = "only a test"


@app.get("/")
def index():
    return render_template(
        "index.html", name=session.get("name"), messages=get_flashed_messages()
    )


@app.post("/login")
def login():
    session["name"] = request.form["name"]
    flash("Welcome, " + request.form["name"])
    return redirect(url_for("index"))


@app.get("/logout")
def logout():
    session.clear()
    return redirect(url_for("index", bye="yes", _external=True))


@app.post("/upload")
def upload():
    file = request.files["file"]
    data = file.read()
    return {
        "name": file.filename,
        "type": file.mimetype,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "note": request.form["note"],
    }


@app.get("/count")
def count():
    def numbers():
        for number in range(5):
            yield "%d\n" % number
            time.sleep(0.2)

    return Response(numbers(), mimetype="text/plain")


@app.route("/seen/<path:rest>", methods=["GET", "PUT", "DELETE"])
def seen(rest):
    return {
        "method": request.method,
        "path": request.path,
        "rest": rest,
        "arguments": request.args.to_dict(flat=False),
        "url": request.url,
        "remote": request.remote_addr,
        "body": request.get_data(as_text=True),
    }


@app.get("/missing")
def missing():
    abort(404)


@app.get("/broken")
def broken():
    raise RuntimeError("broken on purpose")
