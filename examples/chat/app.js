'use strict';

// A chat: who has the page open sees at once what others say. It needs nothing but Node.
//
// Its processes share what was said through a file: each watches it, and tells those who listen to
// it. A listener takes no thread, only a place, so one process has many of them.

const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const SHOWN = 50;
const MAX_LENGTH = 500;
const FILES = { '/style.css': 'text/css', '/chat.js': 'text/javascript' };

const file = process.env.CHAT_FILE ?? path.join(folder(), 'said.txt');
const listeners = new Set();
let told = 0; // bytes of the file

// A folder beside this file, or where that cannot be written one for temporary files.
function folder() {
  const beside = path.join(__dirname, 'data');
  try {
    fs.mkdirSync(beside, { recursive: true });
    fs.accessSync(beside, fs.constants.W_OK);
    return beside;
  } catch {
    return fs.mkdtempSync(path.join(os.tmpdir(), 'chat-'));
  }
}

function escape(text) {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function page(request, response) {
  const base = escape(request.headers['x-forwarded-prefix'] ?? '');
  const said = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1).slice(-SHOWN);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<!doctype html>
<html lang="en">
<title>Chat</title>
<link rel="stylesheet" href="${base}/style.css">
<h1>Chat</h1>
<ol id="said">
${said.map((line) => `<li>${escape(line)}</li>\n`).join('')}</ol>
<form method="post" action="${base}/"><input name="line" autofocus required maxlength="${MAX_LENGTH}"> <button>Say it</button></form>
<script src="${base}/chat.js" data-events="${base}/events"></script>
</html>
`);
}

async function say(request, response) {
  let form = '';
  for await (const piece of request.setEncoding('utf8')) {
    form += piece;
    if (form.length > 8 * MAX_LENGTH) {
      break;
    }
  }
  const line = (new URLSearchParams(form).get('line') ?? '').replace(/\s+/g, ' ').trim();
  if (line === '' || line.length > MAX_LENGTH) {
    response.writeHead(400).end('That says nothing, or too much.\n');
    return;
  }
  fs.appendFileSync(file, `${line}\n`);
  tell();
  response.writeHead(303, { Location: `${request.headers['x-forwarded-prefix'] ?? ''}/` }).end();
}

// Server-sent events, which nginx is told to pass on as they come.
function events(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  response.write(': hello\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
}

// Tell everybody what was said since the last time, here or in another process.
function tell() {
  const all = fs.readFileSync(file);
  const lines = all.subarray(told).toString().split('\n').slice(0, -1);
  told = all.length;
  for (const line of lines) {
    listeners.forEach((listener) => listener.write(`data: ${line}\n\n`));
  }
}

fs.closeSync(fs.openSync(file, 'a', 0o600));
told = fs.statSync(file).size;
fs.watch(file, tell);

http
  .createServer((request, response) => {
    const place = request.url.split('?')[0];
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads && place === '/') {
      page(request, response);
    } else if (reads && place === '/events') {
      events(request, response);
    } else if (reads && FILES[place]) {
      response.setHeader('Content-Type', FILES[place]);
      response.end(fs.readFileSync(path.join(__dirname, 'public', place)));
    } else if (request.method === 'POST' && place === '/') {
      return say(request, response);
    } else {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such page here.\n');
    }
  })
  .listen(process.env.PORT ?? 3000);
