'use strict';

const assert = require('node:assert');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const APPS = path.join(__dirname, 'apps');
const PROGRAM = path.join(__dirname, '..', 'carpool_node.js');

/** The server's part, played by the tests: a helper process and what is said to it. */
class Helper {
  constructor(entry, { concurrency = 4, cwd = APPS, env = {} } = {}) {
    this._said = [];
    this._wake = undefined;
    this._served = 0;
    this.log = '';
    this.process = fork(PROGRAM, [], {
      cwd,
      env: { PATH: process.env.PATH, CARPOOL_APP: 'test', CARPOOL_ENTRY: entry, CARPOOL_CONCURRENCY: concurrency, ...env },
      execArgv: [],
      silent: true,
    });
    for (const output of [this.process.stdout, this.process.stderr]) {
      output.setEncoding('utf8').on('data', (text) => (this.log += text));
    }
    this.ended = once(this.process, 'exit').then(([status]) => status);
    this.process.on('message', (message) => {
      this._said.push(message);
      this._wake?.();
    });
    this.process.on('disconnect', () => this._wake?.());
  }

  /** Run a function with a helper that is ready, and end it. */
  static async ready(entry, run, settings) {
    const helper = new Helper(entry, settings);
    try {
      await helper.says('ready');
      await run(helper);
    } finally {
      helper.process.kill('SIGKILL');
      await helper.ended;
      helper._listener?.close();
    }
  }

  /** Return the next words with this key; others before them are thrown away. */
  async says(key) {
    for (;;) {
      while (this._said.length > 0) {
        const words = this._said.shift();
        if (key in words) {
          return words;
        }
      }
      assert.ok(this.process.connected, `it says no '${key}', but printed ${this.log}`);
      await new Promise((resolve) => (this._wake = resolve));
    }
  }

  tell(words) {
    this.process.send(words);
  }

  /** Return our end of a connection that the helper serves. */
  async connect() {
    if (this._listener === undefined) {
      const place = path.join(os.tmpdir(), `carpool-test-${process.pid}-${Math.random()}.sock`);
      this._listener = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(place);
      await once(this._listener, 'listening');
    }
    const ours = net.connect({ path: this._listener.address(), allowHalfOpen: true });
    const [theirs] = await once(this._listener, 'connection');
    this.process.send({ serve: ++this._served }, theirs);
    return ours;
  }

  /** Return what is answered to these bytes. */
  async ask(bytes) {
    const connection = await this.connect();
    connection.write(bytes, 'latin1');
    return text(connection);
  }

  /** Return the response to a request in SCGI, and what DONE says. */
  async get(fields, body = '') {
    const response = await this.ask(scgi(fields, body));
    const { complete } = await this.says('done');
    const [, status, head, content] = /^Status: (\d+)[^\r]*\r\n(.*?)\r\n\r\n(.*)$/s.exec(`${response}`) ?? assert.fail(response);
    return { status: Number(status), head, body: content, complete };
  }

  /** Return what the application show.js was told. */
  async seen(fields) {
    return JSON.parse(Buffer.from((await this.get(fields)).body, 'latin1'));
  }
}

/** A request in SCGI. */
function scgi(fields, body = '') {
  const all = { CONTENT_LENGTH: Buffer.byteLength(body), SCGI: 1, REQUEST_METHOD: body === '' ? 'GET' : 'POST', ...fields };
  const text = Object.entries(all).map(([name, value]) => `${name}\0${value}\0`).join('');
  return `${Buffer.byteLength(text, 'latin1')}:${text},${body}`;
}

/** All that comes on a connection. */
async function text(connection) {
  let all = '';
  for await (const piece of connection.setEncoding('latin1')) {
    all += piece;
  }
  return all;
}

module.exports = { APPS, Helper, scgi, text };
