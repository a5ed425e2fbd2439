'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { APPS, Helper, scgi, text } = require('./helper_process');

describe('the start', () => {
  it('leaves the program as it would be alone', () => Helper.ready('show.js', async (helper) => {
    await helper.get({});
    assert.deepStrictEqual(JSON.parse(helper.log.split('\n')[0]), [
      { address: '127.0.0.1', family: 'IPv4', port: 4711 }, true, true, `${APPS}/show.js`, true,
    ]);
  }));

  it('takes an ES module that waits', () => Helper.ready('module.mjs', async (helper) => {
    assert.match((await helper.get({})).body, /^file:.*module\.mjs$/);
  }));

  const failures = {
    'silent.js': /has not listened/,
    'https.js': /listens with https/,
    'exits.js': /called process\.exit\(0\)/,
    'text.js': /it threw a text/,
    'broken.mjs': /from a module[^]*broken\.mjs:3/,
    'missing.js': /Cannot find module/,
  };
  for (const [entry, reason] of Object.entries(failures)) {
    it(`says why ${entry} fails`, async () => {
      const helper = new Helper(entry);
      assert.match((await helper.says('failed')).failed, reason);
      assert.strictEqual(await helper.ended, 1);
    });
  }
});

describe('a response in CGI form', () => {
  it('has all headers but those of the connection', () => Helper.ready('show.js', async (helper) => {
    const { head, complete } = await helper.get({});
    assert.match(head, /^Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nDate: [^\r]*\r\nContent-Length: \d+$/);
    assert.ok(complete);
  }));

  it('is not chunked, whoever asked for that', () => Helper.ready('show.js', async (helper) => {
    const { head, body, complete } = await helper.get({ REQUEST_URI: '/chunked' });
    assert.doesNotMatch(head, /chunked|Connection/i);
    assert.deepStrictEqual([body, complete], ['one,two,three', true]);
  }));

  it('comes without what announces it', () => Helper.ready('show.js', async (helper) => {
    assert.strictEqual((await helper.get({ REQUEST_URI: '/hints' })).body, 'after a hint');
  }));

  it('is cut short if it is destroyed', () => Helper.ready('show.js', async (helper) => {
    const { body, complete } = await helper.get({ REQUEST_URI: '/destroyed' });
    assert.deepStrictEqual([body, complete], ['half', false]);
  }));
});

describe('a failure', () => {
  it('of a promise is a 500, and the process lives', () => Helper.ready('show.js', async (helper) => {
    assert.strictEqual((await helper.get({ REQUEST_URI: '/rejected' })).status, 500);
    assert.match(helper.log, /carpool: GET \/rejected failed\nError: rejected on purpose/);
    assert.strictEqual((await helper.get({})).status, 200);
  }));

  it('at another time ends the process, as Node has it', () => Helper.ready('show.js', async (helper) => {
    const connection = await helper.connect();
    connection.on('error', () => {}).write(scgi({ REQUEST_URI: '/later' }));
    assert.strictEqual(await helper.ended, 1);
    assert.match(helper.log, /later on purpose/);
  }));

  it('of half a body is one of its reader', () => Helper.ready('show.js', async (helper) => {
    const connection = await helper.connect();
    connection.end(scgi({ REQUEST_URI: '/body', CONTENT_LENGTH: 100 }, 'half'));
    assert.strictEqual(await text(connection), '');
    assert.strictEqual((await helper.says('done')).complete, false);
    assert.match(helper.log, /the body failed: aborted/);
  }));
});

describe('a connection', () => {
  it('may end its request and still be answered', () => Helper.ready('show.js', async (helper) => {
    const connection = await helper.connect();
    connection.end(scgi({ REQUEST_URI: '/slow' }));
    assert.match(await text(connection), /slow$/);
  }));

  it('that is closed is the end of its request', () => Helper.ready('show.js', async (helper) => {
    const connection = await helper.connect();
    connection.write(scgi({ REQUEST_URI: '/slow' }));
    await sleep(50);
    connection.destroy();
    assert.strictEqual((await helper.says('done')).complete, false);
  }));

  it('takes one request after the other in HTTP', () => Helper.ready('show.js', async (helper) => {
    const connection = (await helper.connect()).setEncoding('latin1');
    for (let i = 0; i < 3; i++) {
      connection.write('GET /body HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.match((await once(connection, 'data'))[0], /^HTTP\/1\.1 200 [^]*keep-alive/i);
    }
    connection.end();
    assert.deepStrictEqual(await helper.says('done'), { done: 1, complete: true });
  }));

  it('that idles makes room where all places are taken', () => Helper.ready('show.js', async (helper) => {
    const idle = await helper.connect();
    idle.write('GET /body HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    await sleep(200);
    assert.strictEqual(helper.process.connected && idle.readableEnded, false);
    const other = helper.ask(scgi({ REQUEST_URI: '/slow' }));
    await once(idle.resume(), 'end');
    await other;
  }, { concurrency: 2 }));

  it('may be upgraded', () => Helper.ready('show.js', async (helper) => {
    const connection = (await helper.connect()).setEncoding('latin1');
    connection.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    assert.match((await once(connection, 'data'))[0], /^HTTP\/1\.1 101 /);
    connection.write('hello');
    assert.strictEqual((await once(connection, 'data'))[0], 'hello');
  }));
});

describe('the end', () => {
  it('lets what runs finish, and closes what idles', () => Helper.ready('show.js', async (helper) => {
    const idle = await helper.connect();
    idle.write('GET /body HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    const running = await helper.connect();
    running.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await sleep(50);
    helper.tell({ stop: true });
    await once(idle.resume(), 'end');
    assert.match(await text(running), /Connection: close[^]*slow/);
    assert.strictEqual(await helper.ended, 0);
    assert.match(helper.log, /closed/);
  }));

  it('of keeping connections comes before that of the process', () => Helper.ready('show.js', async (helper) => {
    helper.tell({ drain: true });
    assert.match(await helper.ask('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'), /Connection: close/);
    assert.strictEqual((await helper.get({})).status, 200);
  }));
});
