'use strict';

// An Express application with what a browser does to it.

const crypto = require('crypto');
const express = require('express');

const app = express();

app.set('trust proxy', 'loopback');
app.use(express.static(`${__dirname}/public`));
app.use(express.urlencoded({ extended: false }));
app.use(express.json());
app.use((request, response, next) => {
  const session = /(?:^|; )session=([0-9a-f]+)/.exec(request.headers.cookie ?? '');
  request.visitor = session ? Buffer.from(session[1], 'hex').toString() : 'stranger';
  next();
});

app.get('/', (request, response) => {
  const name = request.visitor.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  response.send(`<!doctype html><title>Shop</title><link rel="stylesheet" href="/site.css"><h1>Hello ${name}</h1>`);
});

app.post('/login', (request, response) => {
  response.cookie('session', Buffer.from(request.body.name).toString('hex'), { httpOnly: true });
  response.redirect(303, '/');
});

app.post('/upload', (request, response) => {
  const sum = crypto.createHash('sha256');
  let size = 0;
  request.on('data', (piece) => {
    sum.update(piece);
    size += piece.length;
  });
  request.on('end', () => response.json({ size, sha: sum.digest('hex') }));
});

app.get('/ticks', (request, response) => {
  response.type('text/plain');
  let tick = 0;
  const timer = setInterval(() => {
    response.write(`tick ${tick++}\n`);
    if (tick === 3) {
      clearInterval(timer);
      response.end();
    }
  }, 300);
});

app.all('/seen/(.*)', (request, response) => {
  response.json({
    method: request.method,
    rest: request.params[0],
    query: request.query,
    body: request.body,
    url: `${request.protocol}://${request.headers.host}${request.originalUrl}`,
    remote: request.ip,
  });
});

app.get('/broken', () => {
  throw new Error('broken on purpose');
});

app.use((request, response) => {
  response.status(404).send('Nothing is sold here.');
});

module.exports = app;
