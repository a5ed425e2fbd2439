'use strict';

// One connection that the server has asked this process to serve, from its first byte to its end.

const { ScgiConnection, listenTo } = require('./carpool_connection');

const isDigit = (byte) => byte >= 0x30 && byte <= 0x39;

/** A connection, and the request that is being served on it. */
class Session {
  constructor(home, id, socket) {
    this._home = home;
    this._id = id;
    this._begin = this._since = performance.now();
    this._idleSince = Infinity;
    this._slot = home.board.take();
    this._response = undefined; // of the request that is being served
    this.what = 'nothing has come yet';
    socket.allowHalfOpen = true;
    this._first = (piece) => this._began(socket, piece);
    this._ended = () => {
      this.over(true);
      socket.destroy();
    };
    this._failed = () => {};
    socket.once('data', this._first).on('error', this._failed).once('close', this._ended);
    socket.once('end', this._ended);
  }

  // Its first byte says what is spoken: a netstring begins with a digit, a method with a letter.
  _began(socket, piece) {
    socket.off('close', this._ended).off('end', this._ended).off('error', this._failed);
    if (isDigit(piece[0])) {
      const connection = new ScgiConnection(socket, this);
      connection._came(piece);
      return;
    }
    socket.pause();
    socket.unshift(piece);
    listenTo(socket, this);
    this.http(socket);
    socket.resume();
  }

  /** Have the application serve a connection on which HTTP is spoken. */
  http(connection) {
    this.connection = connection;
    this._home.inject(connection, this);
  }

  begins(method, path) {
    this._since = performance.now();
    this.what = `${method} ${path}`;
    this._home.board.write(this._slot, this._id, method, path);
  }

  /** A request has come, and this will be its response. */
  requested(request, response) {
    this._response = response;
    if (!(this.connection instanceof ScgiConnection)) {
      this.begins(request.method, request.url.split('?')[0]);
    }
    this._idleSince = Infinity;
    if (this._home.isLong(performance.now() - this._begin)) {
      this.isLast();
    }
    response.once('close', () => {
      if (this._response === response) {
        this._response = undefined;
        this._idleSince = performance.now();
        this._home.idle();
      }
    });
  }

  /** The connection is the application's own from now on, and never idle. */
  upgraded(request) {
    this.begins(request.method, request.url.split('?')[0]);
    this._idleSince = Infinity;
  }

  /** Whether a response is not whole. */
  isBusy() {
    return this._response !== undefined && !this._response.writableFinished;
  }

  /** Have no other request come on this connection. */
  isLast() {
    if (this._response !== undefined && !this._response.headersSent) {
      this._response.setHeader('Connection', 'close');
    }
  }

  /** Close a connection that has been idle for so long. */
  closeIfIdle(millis) {
    if (performance.now() - this._idleSince >= millis) {
      this.connection.destroy();
    }
  }

  answering() {
    this._home.line.answering(this._id);
  }

  complains(text) {
    console.error(`carpool: ${text}`);
  }

  over(complete) {
    if (this._home.over(this._id, complete)) {
      this._home.board.release(this._slot);
    }
  }

  /** What it is about, for people. */
  toString() {
    const millis = Math.round(performance.now() - this._since);
    return `${this.isBusy() ? this.what : `${this.what}, answered`}, for ${millis} ms`;
  }
}

module.exports = { Session };
