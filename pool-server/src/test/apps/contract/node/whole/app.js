'use strict';

// What the suite of the helper contract asks for (../../README.md).

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');

const TEXT = { 'Content-Type': 'text/plain' };
const PIECE = Buffer.alloc(64 * 1024, 'x');
const MIB = 1024 * 1024;
const LOADED = crypto.randomBytes(8).toString('hex');

const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) {
    byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  }
  return byte;
});

let closed = 0;

function text(response, words) {
  response.writeHead(200, { ...TEXT, 'Content-Length': Buffer.byteLength(String(words)) });
  response.end(String(words));
}

const pages = {
  pid(request, response) {
    text(response, process.pid);
  },

  about(request, response) {
    const [place, query] = request.url.split('?');
    text(response, [
      `loaded=${LOADED}`,
      'forked=1',
      `pid=${process.pid}`,
      'multithread=false',
      'multiprocess=true',
      `scheme=${request.socket.encrypted ? 'https' : 'http'}`,
      `path=${place}`,
      `script=${request.headers['x-forwarded-prefix'] ?? ''}`,
      `query=${query ?? ''}`,
      '',
    ].join('\n'));
  },

  async count(request, response) {
    let size = 0;
    let crc = -1;
    for await (const piece of request) {
      size += piece.length;
      for (let i = 0; i < piece.length; i++) {
        crc = CRC[(crc ^ piece[i]) & 0xff] ^ (crc >>> 8);
      }
    }
    text(response, `${size} ${(crc ^ -1) >>> 0}`);
  },

  async stream(request, response, mib) {
    response.writeHead(200, TEXT);
    for (let i = 0; i < (mib * MIB) / PIECE.length; i++) {
      if (!response.write(PIECE)) {
        await new Promise((resolve) => response.once('drain', resolve));
      }
    }
    response.end();
  },

  file(request, response, mib) {
    const name = path.join(os.tmpdir(), `contract-${process.pid}-${crypto.randomUUID()}`);
    fs.writeFileSync(name, '');
    fs.truncateSync(name, mib * MIB);
    response.writeHead(200, { ...TEXT, 'Content-Length': mib * MIB });
    const file = fs.createReadStream(name);
    file.once('open', () => fs.unlinkSync(name));
    pipeline(file, response, () => {});
  },

  length(request, response, declared, actual) {
    const half = Math.floor(actual / 2);
    response.writeHead(200, { ...TEXT, 'Content-Length': declared });
    response.write('x'.repeat(half));
    response.end('x'.repeat(actual - half));
  },

  bodiless(request, response, status) {
    response.writeHead(Number(status));
    response.end('a body all the same');
  },

  async sleep(request, response, millis) {
    await sleep(Number(millis));
    text(response, process.pid);
  },

  async drip(request, response, pieces, millis) {
    response.once('close', () => closed++);
    response.writeHead(200, TEXT);
    for (let i = 0; i < pieces && !response.destroyed; i++) {
      await sleep(Number(millis));
      response.write('drip');
    }
    response.end();
  },

  raise() {
    throw new Error('boom at once');
  },

  raiseLate(request, response) {
    response.once('close', () => closed++);
    response.writeHead(200, TEXT);
    response.write('begun');
    throw new Error('boom in the middle');
  },

  closed(request, response) {
    text(response, closed);
  },

  environment(request, response) {
    text(response, Object.entries(process.env).map(([name, value]) => `${name}=${value}\n`).join(''));
  },

  print(request, response) {
    console.log('a line on stdout');
    console.error('a line for the errors');
    text(response, 'printed');
  },
};

http
  .createServer((request, response) => {
    const [name, ...words] = request.url.split('?')[0].slice(1).split('/');
    const page = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    return pages[page](request, response, ...words);
  })
  .listen(3000);
