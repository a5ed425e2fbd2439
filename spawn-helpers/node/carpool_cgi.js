'use strict';

// Node's HTTP response in CGI form: a Status line, without what belongs to an HTTP connection, and
// the body as it is.

const MAX_HEAD = 1024 * 1024;
const BODILESS = new Set([204, 304]);
const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'status', 'trailer', 'upgrade']);
const END = '\r\n\r\n';

/** Turns what an HTTP server writes into what a CGI program would. */
class CgiResponse {
  /** @param {boolean} headOnly the request is HEAD */
  constructor(headOnly) {
    this._headOnly = headOnly;
    this._head = undefined; // as much of it as has come
    this._begun = false;
    this._left = -1; // of the Content-Length; -1: none
    this._chunks = undefined;
    this.tooLong = false;
  }

  /** Whether the head is out. */
  get begun() {
    return this._begun;
  }

  /** What is missing of the Content-Length. */
  get missing() {
    return this._mute ? 0 : Math.max(0, this._left);
  }

  /** Whether it says that all of it has come. */
  get complete() {
    return this._begun && (this._mute || (this._chunks ? this._chunks.ended : this._left === 0));
  }

  /** Whether nothing is missing, as far as the response itself says. */
  get whole() {
    return this._begun && this.missing === 0 && (this._mute || !this._chunks || this._chunks.ended);
  }

  /** Return the bytes to write, in pieces, for a piece of the HTTP response. */
  take(piece, out) {
    if (this._begun) {
      this._body(piece, out);
      return;
    }
    this._head = this._head === undefined ? piece : Buffer.concat([this._head, piece]);
    for (;;) {
      const end = this._head.indexOf(END);
      if (end < 0) {
        if (this._head.length > MAX_HEAD) {
          throw new Error('the head of the response is too large');
        }
        return;
      }
      const head = this._head.latin1Slice(0, end);
      const rest = this._head.subarray(end + END.length);
      const status = Number(head.slice(9, 12));
      if (status >= 200) {
        this._head = undefined;
        out.push(Buffer.from(this._begin(status, head), 'latin1'));
        if (rest.length > 0) {
          this._body(rest, out);
        }
        return;
      }
      this._head = rest; // behind one that says only that another will come
    }
  }

  _begin(status, head) {
    this._begun = true;
    const lines = head.split('\r\n');
    let text = `Status: ${lines[0].slice(9)}\r\n`;
    for (let i = 1; i < lines.length; i++) {
      const colon = lines[i].indexOf(':');
      const name = lines[i].slice(0, colon).toLowerCase();
      if (name === 'content-length') {
        this._left = Number(lines[i].slice(colon + 1));
      } else if (name === 'transfer-encoding') {
        this._chunks = new Chunks();
      }
      if (!DROPPED.has(name)) {
        text += `${lines[i]}\r\n`;
      }
    }
    if (!(this._left >= 0)) {
      this._left = -1;
    }
    this._mute = this._headOnly || BODILESS.has(status);
    return `${text}\r\n`;
  }

  _body(piece, out) {
    if (this._mute) {
      return;
    }
    if (this._chunks) {
      this._chunks.take(piece, out);
      return;
    }
    if (this._left < 0) {
      out.push(piece);
      return;
    }
    if (piece.length > this._left) {
      this.tooLong = true;
      piece = piece.subarray(0, this._left);
    }
    this._left -= piece.length;
    if (piece.length > 0) {
      out.push(piece);
    }
  }
}

const LF = 0x0a;

/** The chunked form of a body, taken apart. */
class Chunks {
  constructor() {
    this._line = '';
    this._left = 0; // of the chunk
    this._inside = false; // a chunk, whose end of line is still to come
    this.ended = false;
  }

  take(piece, out) {
    let at = 0;
    while (at < piece.length && !this.ended) {
      if (this._left > 0) {
        const data = piece.subarray(at, at + this._left);
        out.push(data);
        this._left -= data.length;
        at += data.length;
        continue;
      }
      const end = piece.indexOf(LF, at);
      this._line += piece.latin1Slice(at, end < 0 ? piece.length : end);
      if (end < 0) {
        return;
      }
      at = end + 1;
      this._lineEnds();
    }
  }

  _lineEnds() {
    const line = this._line.trimEnd();
    this._line = '';
    if (this._inside) {
      this._inside = false; // the empty line behind a chunk
      return;
    }
    this._left = parseInt(line, 16);
    if (!(this._left >= 0)) {
      throw new Error('the response says that it is chunked, and is not');
    }
    this._inside = this._left > 0;
    this.ended = this._left === 0; // trailers have no place in CGI
  }
}

module.exports = { CgiResponse };
