'use strict';

// The connections that an HTTP server serves: one on which a web server speaks SCGI, dressed as one
// on which a browser speaks HTTP; and one on which HTTP is spoken indeed.

const net = require('node:net');
const { CgiResponse } = require('./carpool_cgi');
const { Dressed } = require('./carpool_dressed');
const { BadRequest, Header, requestHead } = require('./carpool_scgi');

const HEADER_MILLIS = 10_000;
const DRAIN_MILLIS = 333;
const MAX_DRAIN = 1024 * 1024;
const AT_ONCE = 16 * 1024; // bytes that any connection takes

/** A request in SCGI and its response in CGI form, on a socket of which an HTTP server sees HTTP. */
class ScgiConnection extends Dressed {
  /**
   * @param {net.Socket} socket of the web server; taken over
   * @param {{begins: function(string, string), answering: function(), over: function(boolean)}} session hears, in
   *     this order: that a request has come; that its response is about to be written; that it is over, and whether it is whole
   */
  constructor(socket, session) {
    super(socket);
    this._session = session;
    this._header = new Header();
    this._left = 0; // of the request's body
    this._response = undefined;
    this._over = false; // said to be
    this._closed = false;
    this._timer = undefined;
    this.once('finish', () => this._responded());
    socket.on('data', (piece) => this._came(piece));
    socket.on('end', () => this._peerEnded());
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
    socket.on('timeout', () => this.emit('timeout'));
  }

  // --- the request ---

  _came(piece) {
    if (this._header !== undefined) {
      this._headerCame(piece);
    } else if (this._left > 0) {
      this._bodyCame(piece);
    } else if (this._draining !== undefined) {
      this._drained(piece.length);
    }
  }

  _headerCame(piece) {
    try {
      const came = this._header.take(piece);
      if (came === undefined) {
        this._timer ??= setTimeout(() => this._refuse('its header was not complete in time'), HEADER_MILLIS);
        return;
      }
      const head = requestHead(came.fields);
      this._begin(came.fields, head, came.rest);
    } catch (error) {
      // Nobody's bytes may end the process, whatever is wrong with them or with this code.
      this._refuse(error instanceof BadRequest ? error.message : String(error.stack));
    }
  }

  _begin(fields, head, rest) {
    clearTimeout(this._timer);
    this._header = undefined;
    const method = fields.get('REQUEST_METHOD') || 'GET';
    this._response = new CgiResponse(method === 'HEAD');
    this._left = Number(fields.get('CONTENT_LENGTH'));
    this._fields = fields;
    this._session.begins(method, head.slice(method.length + 1, head.indexOf(' HTTP/')).split('?')[0]);
    if ((fields.get('HTTP_UPGRADE') ?? '').toLowerCase() === 'websocket') {
      this._answer('501 Not Implemented', 'A WebSocket cannot come by SCGI: listen = ["http:..."] takes it.');
      return;
    }
    this._session.http(this);
    this.push(Buffer.from(head, 'latin1'));
    if (rest.length > 0 && this._left > 0) {
      this._bodyCame(rest);
    }
  }

  _bodyCame(piece) {
    const body = piece.length > this._left ? piece.subarray(0, this._left) : piece;
    this._left -= body.length;
    if (!this.push(body) && this._left > 0) {
      this._socket.pause();
    }
  }

  _read() {
    if (this._draining === undefined) {
      this._socket.resume();
    }
  }

  _peerEnded() {
    if (this._draining !== undefined) {
      this._finish();
    } else if (this._header !== undefined) {
      this._refuse('it ends in the middle of its header');
    } else if (this._left > 0 || this._socket.localPort !== undefined) {
      this.destroy(); // half a request; or nobody, by TCP
    } else {
      this._socket.write(''); // fails if the peer has closed, and not only ended its request
    }
  }

  _refuse(why) {
    clearTimeout(this._timer);
    this._header = undefined;
    this._left = 0;
    this._answer('400 Bad Request', `This is no SCGI request: ${why}.`);
  }

  // Answer in place of the application.
  _answer(status, text) {
    const body = `${status}\n\n${text}\n`;
    this._session.answering();
    this._socket.write(
      `Status: ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      () => this._drain(true),
    );
  }

  // --- the response ---

  _write(piece, encoding, callback) {
    this._writeAll([piece], callback);
  }

  _writev(chunks, callback) {
    this._writeAll(chunks.map((each) => each.chunk), callback);
  }

  _writeAll(pieces, callback) {
    const response = this._response;
    const out = [];
    const { begun } = response;
    try {
      for (const piece of pieces) {
        response.take(piece, out);
      }
    } catch (error) {
      callback(error);
      return;
    }
    if (out.length === 0) {
      callback();
      return;
    }
    // What is written at once needs no announcement: nothing happens between it and its DONE.
    const atOnce = !begun && response.complete && this._left === 0 && size(out) <= AT_ONCE;
    if (!begun && !atOnce) {
      this._session.answering();
    }
    this._send(out, callback);
    if (atOnce) {
      if (this._socket.writableLength > 0) {
        this._session.answering();
      } else {
        this._isOver(true);
      }
    }
  }

  _send(out, callback) {
    const last = out.pop();
    if (out.length > 0) {
      this._socket.cork();
      out.forEach((each) => this._socket.write(each));
      this._socket.write(last, callback);
      this._socket.uncork();
    } else {
      this._socket.write(last, callback);
    }
  }

  // The HTTP server has said all that it has to say.
  _responded() {
    const response = this._response;
    if (response.tooLong) {
      this._session.complains('the response is longer than its Content-Length, and was cut');
    } else if (response.begun && response.missing > 0) {
      this._session.complains(`the response is ${response.missing} bytes shorter than its Content-Length`);
    }
    this._drain(response.whole);
  }

  // Read what nobody read, so that closing does not take the response away from the peer.
  _drain(whole) {
    this._complete = whole;
    if (this._left === 0 || this._socket.readableEnded) {
      this._finish();
      return;
    }
    this._draining = Math.min(this._left, MAX_DRAIN);
    this._left = 0;
    this._timer = setTimeout(() => this._finish(), DRAIN_MILLIS);
    this._socket.resume();
  }

  _drained(size) {
    this._draining -= size;
    if (this._draining <= 0) {
      this._finish();
    }
  }

  _finish() {
    this._draining = 0;
    this._close(this._complete);
    this.destroy();
  }

  // Whoever destroys it before its end has cut it short.
  _destroy(error, callback) {
    if (this._draining === undefined) {
      this._close(false);
    }
    callback(error);
  }

  _isOver(complete) {
    if (!this._over) {
      this._over = true;
      this._session.over(complete);
    }
  }

  _close(complete) {
    clearTimeout(this._timer);
    if (this._closed) {
      return;
    }
    this._closed = true;
    this._isOver(complete);
    const socket = this._socket;
    if (socket.writableLength > 0) {
      setTimeout(() => socket.destroy(), DRAIN_MILLIS); // a peer that reads nothing
    }
    socket.end(() => socket.destroy());
  }
}

function size(pieces) {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Have a socket on which HTTP is spoken tell its session what an ScgiConnection tells. */
function listenTo(socket, session) {
  let over = false;
  const isOver = () => {
    if (!over) {
      over = true;
      session.over(!session.isBusy());
    }
  };
  socket.write = function (...words) {
    delete socket.write;
    session.answering();
    return socket.write(...words);
  };
  const { _final: final, _destroy: destroy } = net.Socket.prototype;
  socket._final = function (callback) {
    isOver();
    return final.call(this, callback);
  };
  socket._destroy = function (error, callback) {
    isOver();
    return destroy.call(this, error, callback);
  };
}

module.exports = { ScgiConnection, listenTo };
