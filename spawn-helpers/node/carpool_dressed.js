'use strict';

// What an application may ask of a connection as of any socket, answered by what the web server says
// of the visitor.

const net = require('node:net');
const { Duplex } = require('node:stream');

/** A stream that looks like the socket of the visitor. */
class Dressed extends Duplex {
  /** @param {net.Socket} socket of the web server */
  constructor(socket) {
    super({ allowHalfOpen: true });
    this._socket = socket;
    this._fields = new Map(); // the names and values of the request
  }

  get encrypted() {
    return this._fields.get('REQUEST_SCHEME') === 'https' || /^(on|1)$/.test(this._fields.get('HTTPS') ?? '');
  }

  get remoteAddress() {
    return this._fields.get('REMOTE_ADDR');
  }

  get remotePort() {
    const port = this._fields.get('REMOTE_PORT');
    return port === undefined ? undefined : Number(port);
  }

  get remoteFamily() {
    const version = net.isIP(this.remoteAddress ?? '');
    return version === 0 ? undefined : `IPv${version}`;
  }

  get localAddress() {
    return this._fields.get('SERVER_ADDR');
  }

  get localPort() {
    const port = this._fields.get('SERVER_PORT');
    return port === undefined ? undefined : Number(port);
  }

  get bytesRead() {
    return this._socket.bytesRead;
  }

  get bytesWritten() {
    return this._socket.bytesWritten;
  }

  address() {
    return { address: this.localAddress, family: this.remoteFamily, port: this.localPort };
  }

  setTimeout(millis, callback) {
    this._socket.setTimeout(millis);
    if (callback) {
      this.once('timeout', callback);
    }
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }

  destroySoon() {
    if (this.writable) {
      this.end();
    }
  }
}

module.exports = { Dressed };
