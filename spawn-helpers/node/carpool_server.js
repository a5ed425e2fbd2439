'use strict';

// The application's HTTP server, whose connections come from Carpool instead of from a port.

const http = require('node:http');
const net = require('node:net');
const { ScgiConnection, listenTo } = require('./carpool_connection');

// How old a connection may be to take another request, so that processes can be replaced, those that
// are added get their share, and those who wait get theirs.
const MAX_AGE = 10_000;
const MAX_AGE_IF_FULL = 1000;

// How long a connection may be idle while all places are taken.
const MAX_IDLE_IF_FULL = 100;

const isDigit = (byte) => byte >= 0x30 && byte <= 0x39;

/** One connection that the server has asked this process to serve. */
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
    this._ended = () => this.over(true);
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
    this._home.board.release(this._slot);
    this._home.over(this._id, complete);
  }

  /** What it is about, for people. */
  toString() {
    const millis = Math.round(performance.now() - this._since);
    return `${this.isBusy() ? this.what : `${this.what}, answered`}, for ${millis} ms`;
  }
}

/** Gives connections to the HTTP server that the application listens with. */
class Home {
  constructor(line, board, places) {
    this.line = line;
    this.board = board;
    this.places = places;
    this.draining = false;
    this.stopping = false;
    this.server = undefined;
    this._sessions = new Map();
    this._sessionOf = new WeakMap(); // by connection
  }

  /** Take the place of the port of a server. */
  adopt(server, address) {
    this.server = server;
    server._handle = new Place(address);
    const { emit } = server;
    const home = this;
    server.emit = function (event, ...words) {
      return event === 'request' ? home._request(this, emit, words) : emit.call(this, event, ...words);
    };
  }

  serve(id, socket) {
    this._sessions.set(id, new Session(this, id, socket));
    this._lookForIdle();
  }

  inject(connection, session) {
    const { server } = this;
    this._sessionOf.set(connection, session);
    server._connections++;
    if (connection instanceof net.Socket) {
      connection.server = connection._server = server; // counted down by itself
    } else {
      connection.once('close', () => {
        server._connections--;
        server._emitCloseIfDrained();
      });
    }
    server.emit('connection', connection);
  }

  // A listener that throws, or whose promise is rejected, has failed for this request alone.
  _request(server, emit, [request, response]) {
    this._sessionOf.get(request.socket)?.requested(request, response);
    const listeners = server.rawListeners('request');
    for (const listener of listeners) {
      try {
        const promise = listener.call(server, request, response);
        if (typeof promise?.then === 'function') {
          promise.then(undefined, (error) => failed(error, request, response));
        }
      } catch (error) {
        failed(error, request, response);
      }
    }
    return listeners.length > 0;
  }

  over(id, complete) {
    if (this._sessions.delete(id)) {
      this.line.done(id, complete);
      if (this.stopping) {
        setImmediate(() => this._exitIfDone());
      }
    }
  }

  /** Whether a connection of this age is to take no other request. */
  isLong(age) {
    return this.draining || age > (this._isFull() ? MAX_AGE_IF_FULL : MAX_AGE);
  }

  _isFull() {
    return this._sessions.size >= this.places;
  }

  /** A connection has nothing to do. */
  idle() {
    if (this.draining) {
      setImmediate(() => this.server.closeIdleConnections());
    } else {
      this._lookForIdle();
    }
  }

  // Close connections without a request while their places are wanted.
  _lookForIdle() {
    if (this._looking === undefined && this._isFull()) {
      this._looking = setTimeout(() => {
        this._looking = undefined;
        if (this._isFull()) {
          this._sessions.forEach((session) => session.closeIfIdle(MAX_IDLE_IF_FULL));
          this._lookForIdle();
        }
      }, MAX_IDLE_IF_FULL);
    }
  }

  /** Keep no connection open for another request. */
  drain() {
    this.draining = true;
    this._sessions.forEach((session) => session.isLast());
    this.server?.closeIdleConnections();
  }

  /** Finish what there is, and exit. */
  stop() {
    this.stopping = true;
    if (this.server === undefined) {
      return; // it is heeded once the application is loaded
    }
    if (this.server.listening) {
      this.server.close();
    }
    this.drain();
    this._exitIfDone();
  }

  _exitIfDone() {
    if (this._sessions.size === 0) {
      process.exit(0);
    }
  }

  /** What is being served, a line each. */
  *describe() {
    yield* this._sessions.values();
  }
}

function failed(error, request, response) {
  console.error(`carpool: ${request.method} ${request.url.split('?')[0]} failed\n${describe(error)}`);
  if (response.headersSent || response.writableEnded) {
    setImmediate(() => response.destroy()); // behind what was written
    return;
  }
  response.getHeaderNames().forEach((name) => response.removeHeader(name));
  response.statusCode = 500;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`500 ${http.STATUS_CODES[500]}\n\nThe application failed; its log says why.\n`);
}

/** What there is to say about an error, without the frames of this helper. */
function describe(error) {
  const lines = String(error?.stack ?? error).split('\n');
  return lines.filter((line, number) => number === 0 || !line.includes(`(${__dirname}/`)).join('\n');
}

/** What a server listens on, in the place of a handle of Node's. */
class Place {
  constructor(address) {
    this._address = address;
  }

  getsockname(out) {
    Object.assign(out, this._address);
    return 0;
  }

  close(callback) {
    if (callback) {
      setImmediate(callback);
    }
  }

  ref() {}

  unref() {}
}

module.exports = { Home, describe };
