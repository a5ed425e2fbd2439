'use strict';

// The application's HTTP server, whose connections come from Carpool instead of from a port.

const http = require('node:http');
const net = require('node:net');
const { Session } = require('./carpool_session');

// How old a connection may be to take another request, so that processes can be replaced, those that
// are added get their share, and those who wait get theirs.
const MAX_AGE = 10_000;
const MAX_AGE_IF_FULL = 1000;

// How long a connection may be idle while all places are taken.
const MAX_IDLE_IF_FULL = 100;

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
      if (event === 'upgrade' || event === 'connect') {
        home._sessionOf.get(words[1])?.upgraded(words[0]);
      }
      return event === 'request' ? home._request(this, emit, words) : emit.call(this, event, ...words);
    };
    // Node's own takes a connection for idle whose response has ended, but is not written.
    server.closeIdleConnections = () => this._sessions.forEach((session) => session.closeIfIdle(0));
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

  /** Return whether that is news. */
  over(id, complete) {
    if (!this._sessions.delete(id)) {
      return false;
    }
    this.line.done(id, complete);
    if (this.stopping) {
      setImmediate(() => this._exitIfDone());
    }
    return true;
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
  if (response.writableEnded) {
    return; // it was whole before
  }
  if (response.headersSent) {
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
