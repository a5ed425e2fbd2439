'use strict';

// Run a Node application, one that listens with an ordinary http.Server, in a process of the Carpool pool server.
//
// Carpool starts this file as `node carpool_node.js`, in the application's root and with the line to
// the server as Node's own channel; ../CONTRACT.md says the rest. CARPOOL_ENTRY names the
// application's file and is taken out of the environment once it is read; CARPOOL_APP, the
// application's name, stays. CARPOOL_CONCURRENCY says how many connections are served at once.

const http = require('node:http');
const { Module } = require('node:module');
const net = require('node:net');
const path = require('node:path');
const { Board } = require('./carpool_board');
const { Line } = require('./carpool_line');
const { Home, describe } = require('./carpool_server');

const LAST_MILLIS = 600; // of the one second that is left when the server is gone
const TRACE = 'SIGSTKFLT'; // which nobody else uses
const TRACE_NUMBER = 16;

const { listen } = net.Server.prototype;
const line = new Line();
const places = Math.max(1, Number(process.env.CARPOOL_CONCURRENCY) || 1);
const home = new Home(line, new Board(places), places);

let finished = false; // with the start

function main() {
  const entry = process.env.CARPOOL_ENTRY || 'app.js';
  for (const name of ['ENTRY', 'CONCURRENCY', 'PRELOAD']) {
    delete process.env[`CARPOOL_${name}`];
  }
  process.env.NODE_ENV ??= 'production';
  process.on('SIGINT', () => {});
  line.listen({
    serve: (session, connection) => home.serve(session, connection),
    drain: () => home.drain(),
    stop: () => home.stop(),
    end: leave,
  });
  line.keepsAlive(false); // an application that waits for nothing will never listen
  process.on('uncaughtException', unloadable);
  process.once('beforeExit', neverListened);
  process.once('exit', exited);
  net.Server.prototype.listen = listenInstead;
  line.step(`load ${entry}`);
  process.argv[1] = path.resolve(entry);
  Module.runMain();
}

// In the place of net.Server.prototype.listen: the first HTTP server is the one that serves.
function listenInstead(...words) {
  if (home.server !== undefined) {
    return listen.apply(this, words); // another port, a real one
  }
  if (!(this instanceof http.Server)) {
    if (typeof this.setSecureContext === 'function') {
      fail('it listens with https: let it listen with http, the web server in front speaks https');
    }
    return listen.apply(this, words);
  }
  home.adopt(this, address(words));
  const callback = words.findLast((word) => typeof word === 'function');
  if (callback) {
    this.once('listening', callback);
  }
  process.nextTick(() => {
    this.emit('listening');
    ready();
  });
  return this;
}

// What the application would have listened on.
function address([first, second]) {
  const asked = typeof first === 'object' && first !== null ? first : { port: first, host: second };
  const host = typeof asked.host === 'string' ? asked.host : '::';
  const port = Number(asked.port);
  return { address: host, family: net.isIPv4(host) ? 'IPv4' : 'IPv6', port: port >= 0 ? port : 0 };
}

function ready() {
  started();
  line.keepsAlive(true);
  process.on(TRACE, trace);
  line.ready(places, TRACE_NUMBER);
  if (home.stopping) {
    home.stop();
  }
}

function started() {
  finished = true;
  process.off('uncaughtException', unloadable).off('beforeExit', neverListened).off('exit', exited);
}

// --- a start that fails ---

function fail(reason) {
  started();
  line.failed(reason);
  process.exit(1);
}

function unloadable(error) {
  if (process.listenerCount('uncaughtException') > 1) {
    return; // the application sees to it
  }
  fail(`${summary(error)}\n${describe(error)}`);
}

function summary(error) {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : `it threw ${error}`;
}

function neverListened() {
  fail('it has nothing more to do, and has not listened: call listen() of an http.Server');
}

function exited(status) {
  if (!finished) {
    started();
    line.failed(`the application called process.exit(${status}) while it was loaded`);
    process.exitCode = 1;
  }
}

// --- the end ---

// The server is gone.
function leave() {
  setTimeout(() => process.exit(0), LAST_MILLIS);
  home.stop();
  if (home.server === undefined) {
    process.exit(0);
  }
}

function trace() {
  const lines = [...home.describe()].map((session) => `  ${session}\n`);
  process.stderr.write(`carpool: requests of this process, ${lines.length}:\n${lines.join('')}`);
}

main();
