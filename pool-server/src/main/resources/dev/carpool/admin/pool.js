'use strict';
// What comes from the server is shown by textContent alone: names of applications, paths and
// failures are other people's words.

const $ = (id) => document.getElementById(id);
const STATES = { idle: '○', busy: '●', starting: '◌', draining: '◐', stopping: '×', empty: '' };
const MOST_TILES = 400;
const MANY_TILES = 48;
const MOST_DOTS = 200;
const COURSE = 300, POINTS = 60; // seconds, and points of a curve

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function put(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

/** As many children as wanted, the existing ones kept. */
function children(parent, count, create) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(create(parent.children.length));
  return parent.children;
}

function time(seconds) {
  if (seconds < 0.001) return '0 s';
  if (seconds < 1) return Math.round(seconds * 1000) + ' ms';
  if (seconds < 10) return seconds.toFixed(1) + ' s';
  if (seconds < 60) return Math.floor(seconds) + ' s';
  const m = Math.floor(seconds / 60);
  if (m < 60) return seconds % 60 < 1 ? m + ' m' : m + ' m ' + String(Math.floor(seconds % 60)).padStart(2, '0') + ' s';
  const h = Math.floor(m / 60);
  return h < 24 ? h + ' h ' + String(m % 60).padStart(2, '0') + ' m' : Math.floor(h / 24) + ' d ' + (h % 24) + ' h';
}

/** A time as one types it: 90 is 1m30s. */
function typed(seconds) {
  if (seconds === 0) return '0';
  if (seconds < 1) return Math.round(seconds * 1000) + 'ms';
  const parts = [];
  for (const [unit, length] of [['d', 86400], ['h', 3600], ['m', 60]]) {
    if (seconds >= length) { parts.push(Math.floor(seconds / length) + unit); seconds %= length; }
  }
  if (seconds > 0) parts.push(seconds + 's');
  return parts.join('');
}

const number = (n) => n.toLocaleString('en').replace(/,/g, ' ');
const sum = (list) => list.reduce((a, b) => a + b, 0);
const plural = (n, word) => n === 1 ? '1 ' + word : number(n) + ' ' + word + (word.endsWith('s') ? 'es' : 's');
const refused = (of) => sum(Object.values(of.refused));

// ---- the pool ----

const slots = []; // key of the process in each place of the picture, so that none moves while it lives

function processes(status) {
  const all = [];
  for (const app of status.apps) {
    let unknown = 0;
    for (const process of app.processes) {
      all.push({ ...process, app, key: app.name + '\n' + (process.pid || 'new' + unknown++) });
    }
  }
  return all;
}

function showPool(status) {
  const all = processes(status);
  const byKey = new Map(all.map((process) => [process.key, process]));
  for (let i = 0; i < slots.length; i++) if (!byKey.has(slots[i])) slots[i] = null;
  const placed = new Set(slots);
  for (const process of all) {
    if (placed.has(process.key)) continue;
    const free = slots.indexOf(null);
    slots[free < 0 ? slots.length : free] = process.key;
  }
  while (slots.length && slots[slots.length - 1] === null) slots.pop();
  const wanted = Math.max(status.limits.max, slots.length);
  const shown = Math.min(wanted, MOST_TILES);
  const tiles = $('tiles');
  tiles.classList.toggle('many', wanted > MANY_TILES);
  [...children(tiles, shown, newTile)].forEach((tile, i) => fillTile(tile, byKey.get(slots[i])));
  $('tiles-more').hidden = shown === wanted;
  put($('tiles-more'), 'and ' + plural(wanted - shown, 'more place') + ' for processes');

  const counts = Object.fromEntries(Object.keys(STATES).map((state) => [state, 0]));
  all.forEach((process) => counts[process.state]++);
  counts.empty = Math.max(0, status.limits.max - all.length);
  const legend = children($('legend'), Object.keys(STATES).length, () => {
    const item = make('li');
    item.append(make('i'), make('span'));
    return item;
  });
  Object.keys(STATES).forEach((state, i) => {
    legend[i].firstChild.className = state;
    put(legend[i].lastChild, counts[state] + ' ' + state);
  });
  const over = status.count > status.limits.max ? ', draining to it' : '';
  put($('pool-words'), plural(status.count, 'process') + ' of ' + status.limits.max + over
    + ', ' + status.active + ' serving' + (status.shutting_down ? '. The server is shutting down: new requests are refused.' : ''));
  return all;
}

function newTile() {
  const tile = make('li', 'tile empty');
  tile.append(make('b'), make('span', 'state'), make('span', 'time'), make('div', 'seats'));
  return tile;
}

function fillTile(tile, process) {
  const [name, state, since, seats] = tile.children;
  const word = process ? process.state : 'empty';
  tile.dataset.state = word;
  const outdated = process && (word === 'idle' || word === 'busy') && process.generation !== process.app.generation;
  tile.className = 'tile ' + (Object.hasOwn(STATES, word) ? word : 'empty') + (outdated ? ' outdated' : '');
  state.dataset.glyph = STATES[word] || '';
  if (!process) {
    [name, since].forEach((part) => put(part, ''));
    put(state, 'empty');
    seats.replaceChildren();
    tile.title = 'room for a process';
    tile.setAttribute('aria-label', 'empty: room for a process');
    return;
  }
  const length = { idle: process.idle_for_seconds, busy: process.oldest_session_seconds, draining: process.oldest_session_seconds }[word];
  put(name, process.app.name);
  put(state, word + (outdated ? ', outdated' : ''));
  put(since, (process.pid ? process.pid + ' · ' : '') + time(length === undefined ? process.age_seconds : length));
  const shown = Math.min(process.concurrency, 24);
  [...children(seats, shown, () => make('i'))].forEach((seat, i) =>
    seat.classList.toggle('taken', i < process.sessions * shown / process.concurrency));
  const words = process.app.name + ', pid ' + (process.pid || 'not known yet') + ', ' + word
    + (process.why ? ' (' + process.why + ')' : '') + (outdated ? ' (outdated)' : '')
    + ', ' + process.sessions + ' of ' + plural(process.concurrency, 'place') + ' taken, ' + plural(process.served, 'request') + ' served';
  tile.title = words + ', ' + time(process.age_seconds) + ' old';
  tile.setAttribute('aria-label', words);
}

// ---- the waiting room ----

function showRoom(status) {
  const { waiting, expecting, limits } = status;
  const capacity = Math.max(limits.queue_max, waiting);
  const each = Math.max(1, Math.ceil((capacity + expecting) / MOST_DOTS)); // requests a dot
  const dots = Math.ceil(capacity / each), soon = Math.ceil(expecting / each), here = Math.ceil(waiting / each);
  [...children($('room'), dots + soon, () => make('i'))].forEach((dot, i) => {
    dot.className = i < soon ? 'soon' : i - soon < here ? (i === soon ? 'here first' : 'here') : '';
  });
  $('room').classList.toggle('large', dots + soon <= 60);
  const words = waiting + expecting === 0
    ? 'Nobody waits. There is room for ' + number(limits.queue_max) + '.'
    : number(waiting) + ' of ' + number(limits.queue_max) + ' wait'
      + (expecting ? ', ' + number(expecting) + ' more expect a process' : '')
      + '; the oldest for ' + time(status.oldest_wait_seconds) + '.';
  put($('room-words'), words + (each > 1 ? ' A dot stands for ' + each + '.' : ''));
  $('room').setAttribute('aria-label', words);
}
