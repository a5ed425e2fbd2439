'use strict';

const assert = require('node:assert');
const { after, before, describe, it } = require('node:test');
const { Helper, scgi, text } = require('./helper_process');

describe('a request in SCGI', () => {
  let helper;

  before(async () => {
    helper = new Helper('show.js');
    await helper.says('ready');
  });

  after(() => {
    helper.process.kill('SIGKILL');
    helper._listener.close();
  });

  it('is whole with the least that is sent', async () => {
    const seen = await helper.seen({});
    assert.deepStrictEqual(seen, {
      method: 'GET', url: '/', headers: { host: 'localhost', connection: 'close' }, encrypted: false, remote: [null, null, null], local: [null, null],
    });
  });

  it('has its headers, without those of the connection', async () => {
    const { headers } = await helper.seen({
      HTTP_HOST: 'example.com', HTTP_X_TWO_WORDS: 'caf\u00e9', HTTP_CONNECTION: 'keep-alive', HTTP_TRANSFER_ENCODING: 'chunked',
      HTTP_UPGRADE: 'h2c', HTTP_EXPECT: '100-continue', HTTP_X_FORWARDED_PREFIX: '//elsewhere', HTTP_X_FORWARDED_FOR: '192.0.2.1', CONTENT_TYPE: 'text/x',
    });
    assert.deepStrictEqual(headers, {
      host: 'example.com', 'x-two-words': 'caf\u00e9', 'x-forwarded-for': '192.0.2.1', 'content-type': 'text/x', connection: 'close',
    });
  });

  it('says who the visitor is', async () => {
    const seen = await helper.seen({ REMOTE_ADDR: '2001:db8::1', REMOTE_PORT: 1234, SERVER_ADDR: '::1', SERVER_PORT: 443, HTTPS: 'on' });
    assert.deepStrictEqual([seen.remote, seen.local, seen.encrypted], [['2001:db8::1', 1234, 'IPv6'], ['::1', 443], true]);
  });

  const paths = [
    ['as it was sent', { REQUEST_URI: '/caf%C3%A9/a%20b%2Fc?x=%26' }, '/caf%C3%A9/a%20b%2Fc?x=%26', undefined],
    ['with what cannot be in it escaped', { REQUEST_URI: '/a b\u00e9' }, '/a%20b%E9', undefined],
    ['without a host', { REQUEST_URI: 'http://example.com/x?y' }, '/x?y', undefined],
    ['of PATH_INFO where there is no other', { PATH_INFO: '/a b%', QUERY_STRING: 'x=1' }, '/a%20b%25?x=1', undefined],
    ['below a sub-path of nginx', { REQUEST_URI: '/blog/a?b', DOCUMENT_URI: '/blog/a', SCRIPT_NAME: '/blog' }, '/a?b', '/blog'],
    ['of the sub-path itself', { REQUEST_URI: '/blog?b', DOCUMENT_URI: '/blog', SCRIPT_NAME: '/blog', PATH_INFO: '' }, '/?b', '/blog'],
    ['beside a sub-path', { REQUEST_URI: '/blogger', DOCUMENT_URI: '/blogger', SCRIPT_NAME: '/blog' }, '/blogger', '/blog'],
    ['below an encoded sub-path', { REQUEST_URI: '/my%20blog/a', SCRIPT_NAME: '/my blog', PATH_INFO: '/a' }, '/a', '/my%20blog'],
    ['resolved by nginx', { REQUEST_URI: '/blog/admin/%2e%2e/x?a', QUERY_STRING: 'a', DOCUMENT_URI: '/blog/x', SCRIPT_NAME: '/blog' }, '/x?a', '/blog'],
    ['resolved by Apache', { REQUEST_URI: '/admin/..//a%20b', SCRIPT_NAME: '/a b', SCRIPT_FILENAME: 'proxy:scgi://blog/a%20b' }, '/a%20b', undefined],
    ["of Apache's root", { REQUEST_URI: '/a/b', SCRIPT_NAME: '/a/b', SCRIPT_FILENAME: 'proxy:scgi://blog/a/b' }, '/a/b', undefined],
    ["below Apache's sub-path", { REQUEST_URI: '/blog/a%20b', SCRIPT_NAME: '/blog/a b', SCRIPT_FILENAME: 'proxy:scgi://blog/a%20b' }, '/a%20b', '/blog'],
    ["of Apache's sub-path itself", { REQUEST_URI: '/blog', SCRIPT_NAME: '/blog', SCRIPT_FILENAME: 'proxy:scgi://blog/' }, '/', '/blog'],
  ];
  for (const [name, fields, url, prefix] of paths) {
    it(`has its path ${name}`, async () => {
      const seen = await helper.seen(fields);
      assert.deepStrictEqual([seen.url, seen.headers['x-forwarded-prefix']], [url, prefix]);
    });
  }

  const bad = {
    'a control character in a header': { HTTP_X: 'a\r\nSet-Cookie: b' },
    'a method that is none': { REQUEST_METHOD: 'GET /x HTTP/1.1\r\nA:' },
    'a length that is none': { CONTENT_LENGTH: '-1' },
    'a header without a name': { 'HTTP_A:B': 'x' },
  };
  for (const [name, fields] of Object.entries(bad)) {
    it(`is refused for ${name}`, async () => {
      assert.strictEqual((await helper.get(fields)).status, 400);
    });
  }

  it('may come in pieces of any size', async () => {
    const bytes = scgi({ REQUEST_URI: '/pieces' });
    for (const size of [1, 2, 5, 6, 7]) {
      const connection = await helper.connect();
      for (let at = 0; at < bytes.length; at += size) {
        connection.write(bytes.slice(at, at + size), 'latin1');
        await new Promise(setImmediate);
      }
      assert.match(await text(connection), /^Status: 200/);
      await helper.says('done');
    }
  });

  it('costs nobody else anything if it is no more than a digit', async () => {
    const connection = await helper.connect();
    connection.end('1', 'latin1');
    await text(connection);
    await helper.says('done');
    assert.strictEqual((await helper.seen({})).url, '/');
  });

  it('cannot become a WebSocket', async () => {
    assert.strictEqual((await helper.get({ HTTP_UPGRADE: 'websocket' })).status, 501);
  });
});
