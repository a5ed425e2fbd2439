'use strict';

// What this process is serving, where the server can read it while the process is stuck: a file in
// memory with a slot for each connection, which the server finds below /proc by its name.

const fs = require('node:fs');

const SLOT = 512; // bytes: the session's number, then "METHOD path", then a NUL
const PREFIX = '/dev/shm/carpool-board-';

/** A board with a slot for each connection at once. */
class Board {
  constructor(slots) {
    this._free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
    this._text = Buffer.alloc(SLOT);
    try {
      const name = `${PREFIX}${process.pid}-${process.hrtime.bigint()}`;
      this._file = fs.openSync(name, 'wx+', 0o600);
      fs.unlinkSync(name);
      fs.ftruncateSync(this._file, slots * SLOT);
    } catch {
      this._file = undefined; // the server then names no request
    }
  }

  /** A slot for a connection. */
  take() {
    return this._free.pop();
  }

  release(slot) {
    if (slot !== undefined) {
      this._free.push(slot);
    }
  }

  /** Say what a connection is serving. Half a text, if the server reads just now, is no harm. */
  write(slot, session, method, path) {
    if (this._file === undefined || slot === undefined) {
      return;
    }
    this._text.writeUInt32BE(session, 0);
    const size = this._text.latin1Write(`${method} ${path}`, 4, SLOT - 5);
    this._text[4 + size] = 0;
    try {
      fs.writeSync(this._file, this._text, 0, size + 5, slot * SLOT);
    } catch {
      this._file = undefined; // the application closed it
    }
  }
}

module.exports = { Board };
