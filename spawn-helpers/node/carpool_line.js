'use strict';

// The line to the server: lines of JSON on Node's own channel, as ../CONTRACT.md has them.

const MAX_TEXT = 16_000; // characters of a reason, so that the line stays below its limit
const MAX_STEP = 200;

/** Speaks to the server, and hears it. */
class Line {
  /** Take the channel away from the application, which is no child of another Node's. */
  constructor() {
    if (!process.send) {
      process.stderr.write('carpool_node.js is started by Carpool: there is no line to a server\n');
      process.exit(1);
    }
    this._send = process.send.bind(process);
    this._channel = process.channel;
    delete process.send; // disconnect is called by Node itself
  }

  /**
   * Hear the server.
   *
   * @param {{serve: function(number, net.Socket), drain: function(), stop: function(), end: function()}} listener
   */
  listen(listener) {
    process.on('message', (message, connection) => {
      if (typeof message.serve === 'number') {
        listener.serve(message.serve, connection);
      } else if (message.drain) {
        listener.drain();
      } else if (message.stop) {
        listener.stop();
      } else {
        console.error(`carpool: the server sent an unknown frame: ${JSON.stringify(message)}`);
        process.exit(70);
      }
    });
    process.on('disconnect', () => listener.end());
  }

  /** Let the process end although the server may still say something, or not. */
  keepsAlive(yes) {
    if (yes) {
      this._channel.ref();
    } else {
      this._channel.unref();
    }
  }

  step(name) {
    this._say({ step: name.slice(0, MAX_STEP) });
  }

  ready(connections, trace) {
    this._say({ ready: connections, trace });
  }

  failed(reason) {
    this._say({ failed: reason.slice(0, MAX_TEXT) });
  }

  /** The first byte of a response is about to be written. */
  answering(session) {
    this._say({ answering: session });
  }

  /** A place is free. The peer has not seen the end of the connection yet. */
  done(session, complete) {
    this._say({ done: session, complete });
  }

  _say(message) {
    this._send(message, gone);
  }
}

// The server is gone, which 'disconnect' tells.
function gone() {}

module.exports = { Line };
