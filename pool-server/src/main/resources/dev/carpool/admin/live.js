// ---- figures ----

function figure(id, text, unit, alarm) {
  const element = $(id);
  if (!element.firstElementChild) element.replaceChildren(document.createTextNode(''), make('small'));
  if (element.firstChild.data !== String(text)) element.firstChild.data = text;
  put(element.lastElementChild, unit ? ' ' + unit : '');
  element.classList.toggle('alarm', Boolean(alarm));
}

function showFigures(status, all) {
  const taken = sum(all.map((p) => p.sessions)), places = sum(all.map((p) => p.concurrency));
  const waiting = status.waiting + status.expecting;
  const now = samples[samples.length - 1], before = ago(5);
  const rate = now.at > before.at ? (now.served - before.served) / (now.at - before.at) : 0;
  figure('f-busy', number(taken), 'of ' + number(places));
  figure('f-count', number(status.count), 'of ' + number(status.limits.max));
  figure('f-waiting', number(waiting), 'room for ' + number(status.limits.queue_max), status.waiting > 0 && status.waiting >= status.limits.queue_max);
  figure('f-oldest', waiting ? time(status.oldest_wait_seconds) : '–');
  figure('f-rate', rate >= 100 ? number(Math.round(rate)) : rate.toFixed(1));
  figure('f-refused', number(refused(status)), '', now.refused > before.refused);
  document.title = taken + ' of ' + places + ' taken' + (waiting ? ', ' + waiting + ' waiting' : '') + ' – Carpool';
}

function showLimits(status) {
  const values = { ...status.limits, max_idle_time: typed(status.limits.max_idle_time_seconds) };
  document.querySelectorAll('.limit').forEach((form) => {
    const input = form.querySelector('input');
    const value = String(values[form.dataset.limit]);
    if (input.dataset.server === value) return;
    if (input.value === (input.dataset.server || '')) input.value = value; // nobody is typing
    input.dataset.server = value;
  });
}

let drawnAt = 0;

function show(status) {
  document.body.classList.remove('waiting-for-data');
  put($('server'), status.version + ', pid ' + status.server_pid);
  remember(status);
  const all = showPool(status);
  showFigures(status, all);
  showRoom(status);
  showLimits(status);
  showApps(status);
  showFailures(status);
  showRefusals(status);
  showQueues(status);
  if (performance.now() - drawnAt > 900) {
    drawnAt = performance.now();
    showWaits(status);
    showCourse(status);
  }
}

// ---- the connection ----

let source, heard = 0, lostAt = null, again = 0;

function connected(yes, why) {
  const link = $('link');
  link.classList.toggle('off', !yes);
  document.body.classList.toggle('stale', !yes);
  if (yes) lostAt = null;
  else lostAt = lostAt || new Date();
  put(link, yes ? 'live' : (why || 'not connected') + ' since ' + lostAt.toLocaleTimeString('en-GB') + ', trying again');
}

function listen() {
  clearTimeout(again);
  if (source) source.close();
  source = new EventSource('/events');
  source.addEventListener('status', (event) => {
    heard = performance.now();
    show(JSON.parse(event.data));
    connected(true);
  });
  source.addEventListener('requests', (event) => showRequests(JSON.parse(event.data)));
  source.onerror = () => {
    connected(false);
    // A refusal (32 listen already, another server on the port) is final to the browser, but not to us.
    if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, 2000);
  };
}

// A connection can be dead without anybody saying so.
setInterval(() => {
  if (heard && performance.now() - heard > 3000 && !document.hidden) {
    heard = performance.now();
    connected(false, 'no news');
    listen();
  }
}, 1000);

// ---- changes ----

const KEY = 'carpool-token';

function takeToken() {
  const match = /^#token=([0-9A-Za-z_-]+)$/.exec(location.hash);
  if (match) {
    sessionStorage.setItem(KEY, match[1]);
    window.history.replaceState(null, '', location.pathname); // out of sight, and out of the browser's history
  }
  showRights();
}

function showRights() {
  const may = sessionStorage.getItem(KEY) !== null;
  put($('rights'), may ? 'This tab has the token and may change.' : 'Changing asks for the token.');
  $('forget').hidden = !may;
}

function ask(words) {
  const dialog = $('ask');
  put($('ask-words'), words);
  $('token').value = '';
  dialog.returnValue = 'cancel';
  dialog.showModal();
  $('token').focus();
  return new Promise((done) => dialog.addEventListener('close', () => {
    const token = $('token').value.trim();
    $('token').value = '';
    if (dialog.returnValue === 'use' && token) sessionStorage.setItem(KEY, token);
    showRights();
    done(dialog.returnValue === 'use' && token !== '');
  }, { once: true }));
}

function receipt(text, className) {
  $('receipt').className = 'receipt ' + className;
  put($('receipt'), text);
}

/** Asks the server for a change, and for the token as often as it is needed. */
async function change(path, body) {
  receipt('', '');
  let words = 'It is in the file admin.token of the server\'s runtime directory, which its own user can read.';
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    if (token === null && !await ask(words)) { receipt('Nothing was changed.', 'failed'); return; }
    let answer, text;
    try {
      answer = await fetch(path, { method: 'POST', body, headers: { Authorization: 'Bearer ' + sessionStorage.getItem(KEY) } });
      text = (await answer.text()).trim();
    } catch (e) {
      receipt('The server does not answer; nothing may have been changed.', 'failed');
      return;
    }
    if (answer.status === 401) {
      sessionStorage.removeItem(KEY);
      showRights();
      words = text + '.';
      continue;
    }
    receipt(text, answer.ok ? 'done' : 'failed');
    return;
  }
}

document.querySelectorAll('.limit').forEach((form) => {
  const input = form.querySelector('input');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await change('/limits/' + form.dataset.limit, input.value);
    input.value = input.dataset.server; // what counts comes with the next status
  });
  form.querySelectorAll('[data-step]').forEach((button) => button.addEventListener('click', () => {
    input.value = Math.max(1, (parseInt(input.value, 10) || 0) + Number(button.dataset.step));
  }));
});
$('apps').addEventListener('click', (event) => {
  const button = event.target.closest('button[data-app]');
  if (button) change('/restart', button.dataset.app);
});
$('forget').addEventListener('click', () => {
  sessionStorage.removeItem(KEY);
  showRights();
});
window.addEventListener('hashchange', takeToken);

takeToken();
listen();
