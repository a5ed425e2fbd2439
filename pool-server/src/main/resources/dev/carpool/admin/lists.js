// ---- tables and lists ----

/** Rows with one text a column; what is not a text is a function of the cell. */
function table(id, rows, columns, nothing) {
  const body = $(id).tBodies[0];
  if (rows.length === 0) {
    const row = make('tr'), cell = make('td', 'quiet', nothing);
    cell.colSpan = columns.length;
    row.append(cell);
    body.replaceChildren(row);
    return;
  }
  if (body.rows.length && body.rows[0].cells.length !== columns.length) body.replaceChildren();
  [...children(body, rows.length, () => {
    const row = make('tr');
    columns.forEach((className) => row.append(make('td', className)));
    return row;
  })].forEach((row, i) => rows[i].forEach((value, k) => typeof value === 'function' ? value(row.cells[k]) : put(row.cells[k], value)));
}

function showApps(status) {
  table('apps', status.apps.map((app) => {
    const states = Object.keys(STATES).map((state) => [app.processes.filter((p) => p.state === state).length, state]).filter(([n]) => n);
    const notes = [];
    if (app.outdated) notes.push(plural(app.outdated, 'process') + ' of an earlier generation');
    if (app.retry_in_seconds) notes.push('next start in ' + time(app.retry_in_seconds));
    return [
      (cell) => two(cell, app.name, app.root === app.name ? '' : app.root),
      (cell) => two(cell, states.map(([n, state]) => n + ' ' + state).join(', ') || 'none', notes.join(', ')),
      number(app.waiting), number(app.activity.served), number(refused(app)), number(app.lost), app.generation,
      (cell) => {
        const button = cell.firstChild || cell.appendChild(make('button', '', 'Restart'));
        button.type = 'button';
        button.dataset.app = app.name;
        button.setAttribute('aria-label', 'Restart ' + app.name);
      }];
  }), ['', '', 'n', 'n', 'n', 'n', 'n', ''], 'No application is known yet.');
}

function two(cell, first, second) {
  if (cell.childNodes.length !== 2) cell.replaceChildren(make('span'), make('small'));
  put(cell.firstChild, first);
  put(cell.lastChild, second);
}

function showFailures(status) {
  const failed = status.apps.filter((app) => app.last_failure);
  $('failures-card').hidden = failed.length === 0;
  [...children($('failures'), failed.length, () => {
    const item = make('li');
    item.append(make('b'), make('div'), make('p', 'quiet'));
    return item;
  })].forEach((item, i) => {
    const app = failed[i], failure = app.last_failure;
    put(item.children[0], app.name);
    put(item.children[1], failure.summary);
    put(item.children[2], 'report ' + failure.id + ' in the log, ' + failure.at.replace('T', ' ').replace(/\.\d+/, '')
      + (failure.failures > 1 ? ', ' + failure.failures + ' times in a row' : '')
      + (app.retry_in_seconds ? ', next start in ' + time(app.retry_in_seconds) : ''));
  });
}

/** Rows of a name, a bar and a figure. */
function rows(id, list, nothing) {
  const element = $(id);
  if (list.length === 0) { element.replaceChildren(make('li', 'none', nothing)); return; }
  if (element.firstChild && element.firstChild.className === 'none') element.replaceChildren();
  [...children(element, list.length, () => {
    const item = make('li'), meter = make('div', 'meter');
    meter.append(make('i'), make('u'));
    item.append(make('span', 'name'), meter, make('span', 'n'));
    return item;
  })].forEach((item, i) => {
    const { name, part, mark, words, bad, title } = list[i];
    put(item.children[0], name);
    item.title = title || name;
    const [bar, peak] = item.children[1].children;
    bar.style.width = 100 * Math.min(1, part) + '%';
    bar.className = bad ? 'bad' : '';
    peak.hidden = !mark;
    peak.style.left = 100 * Math.min(1, mark || 0) + '%';
    put(item.children[2], words);
  });
}

function showRefusals(status) {
  const reasons = [
    ['waiting room full', status.refused.queue_full], ['waited too long', status.refused.queue_timeout],
    ['could not start', status.refused.spawn_failed], ['shutting down', status.refused.shutting_down],
    ['other', status.refused.other], ['went away', status.withdrawn], ['lost', status.lost]];
  const most = Math.max(1, ...reasons.map(([, count]) => count));
  rows('refusals', reasons.map(([name, count]) => ({ name, part: count / most, words: number(count), bad: true })));
}

function showQueues(status) {
  rows('queues', status.listeners.map((queue) => ({
    name: queue.address,
    title: queue.address + (queue.app ? ', ' + queue.app : '') + ', peak ' + queue.peak,
    part: queue.limit ? queue.waiting / queue.limit : 0,
    mark: queue.limit ? queue.peak / queue.limit : 0,
    bad: queue.limit > 0 && queue.waiting >= queue.limit * 0.8,
    words: number(queue.waiting) + ' of ' + number(queue.limit) + ', peak ' + number(queue.peak)
      + (queue.dropped > 0 ? ', ' + number(queue.dropped) + ' dropped' : ''),
  })), 'No listener is watched.');
}

function showRequests(requests) {
  const shown = requests.slice(0, 50);
  const list = shown.map((request) => [time(request.age_seconds), request.app, request.pid, request.what || 'not said']);
  if (requests.length > shown.length) list.push(['', 'and ' + (requests.length - shown.length) + ' more', '', '']);
  table('requests', list, ['n', '', 'n', 'path'], 'Nothing runs at this moment.');
}
