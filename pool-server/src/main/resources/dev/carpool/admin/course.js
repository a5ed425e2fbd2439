// ---- wait times ----

const samples = []; // { at (seconds), counts, served, refused }, the oldest first

function remember(status) {
  const at = performance.now() / 1000;
  const last = samples[samples.length - 1];
  const sample = { at, counts: status.activity.waits.counts, served: status.activity.served, refused: refused(status) };
  if (last && (sample.served < last.served || status.server_pid !== remember.pid)) samples.length = 0; // another server
  remember.pid = status.server_pid;
  samples.push(sample);
  while (samples.length > 2 && samples[1].at < at - COURSE * 1.1) samples.shift();
}

/** The last sample that is as old, or the oldest there is. */
function ago(seconds) {
  const at = samples[samples.length - 1].at - seconds;
  for (let i = samples.length - 1; i >= 0; i--) if (samples[i].at <= at) return samples[i];
  return samples[0];
}

const since = (now, before) => now.counts.map((count, i) => count - before.counts[i]);

/** What part of them took at most, taken evenly within a bucket; null if there were none. */
function quantile(counts, bounds, part) {
  let left = sum(counts) * part;
  if (left === 0) return null;
  for (let i = 0; i < bounds.length; i++) {
    if (left <= counts[i]) {
      const low = i ? bounds[i - 1] : 0;
      return low + (bounds[i] - low) * left / counts[i];
    }
    left -= counts[i];
  }
  return bounds[bounds.length - 1];
}

function showWaits(status) {
  const bounds = status.activity.waits.bounds_seconds;
  const now = samples[samples.length - 1], before = ago(COURSE);
  const seen = since(now, before);
  const live = sum(seen) > 0;
  const counts = live ? seen : now.counts;
  const most = Math.max(1, ...counts);
  const bars = children($('waits'), counts.length, () => {
    const bar = make('div');
    bar.append(make('i'), make('span'));
    return bar;
  });
  counts.forEach((count, i) => {
    bars[i].firstChild.style.height = (count ? 3 + 82 * count / most : 0) + '%';
    const label = i < bounds.length ? '≤ ' + time(bounds[i]) : 'longer';
    put(bars[i].lastChild, i < bounds.length ? short(bounds[i]) : '>');
    bars[i].title = label + ': ' + plural(count, 'request');
  });
  const half = quantile(counts, bounds, 0.5), most95 = quantile(counts, bounds, 0.95);
  const words = half === null ? 'No request yet.'
    : plural(sum(counts), 'request') + (live ? ' in the last ' + time(Math.min(COURSE, now.at - before.at)) : ' since the start')
      + ': half of them waited at most ' + time(half) + ', 95 of 100 ' + time(most95) + '.';
  put($('waits-words'), words);
  $('waits').setAttribute('aria-label', words);
}

const short = (seconds) => seconds < 1 ? +(seconds * 1000).toFixed(1) + 'ms' : seconds + 's';

// ---- the last minutes ----

const SVG = 'http://www.w3.org/2000/svg';

/** Lines over time; values from 0 to 1 upwards, null where there is nothing. */
function chart(element, length, marks, lines, words) {
  if (!element.firstChild) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 100');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    element.append(svg);
    for (const [text, left] of [['', '0'], ['now', '100%']]) {
      const label = make('span', 'x', text);
      label.style.left = left;
      if (left !== '0') label.style.transform = 'translateX(-100%)';
      element.append(label);
    }
  }
  const svg = element.firstChild;
  put(element.querySelector('.x'), time(length) + ' ago');
  svg.replaceChildren();
  element.querySelectorAll('.y').forEach((label) => label.remove());
  for (const [value, text] of marks) {
    const line = document.createElementNS(SVG, 'line');
    line.setAttribute('x2', '100');
    for (const end of ['y1', 'y2']) line.setAttribute(end, 100 - value * 100);
    svg.append(line);
    const label = make('span', 'y', text);
    label.style.top = 100 - value * 100 + '%';
    element.append(label);
  }
  for (const [className, points] of lines) {
    let drawn = '', pen = false;
    points.forEach((value, i) => {
      if (value === null) { pen = false; return; }
      const at = (100 * (i + 1) / points.length).toFixed(2) + ' ' + (100 - 100 * Math.min(1, Math.max(0, value))).toFixed(2);
      drawn += (pen ? 'L' : 'M') + at + (pen ? '' : 'h.01');
      pen = true;
    });
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', className);
    path.setAttribute('d', drawn);
    svg.append(path);
  }
  element.setAttribute('aria-label', words);
}

function showCourse(status) {
  const bounds = status.activity.waits.bounds_seconds;
  const end = samples[samples.length - 1].at;
  // As much as this page has seen, so that the curves have something to show from the start.
  const length = [60, 120, COURSE].find((seconds) => end - samples[0].at < seconds) || COURSE;
  put($('h-course'), length === 60 ? 'The last minute' : 'The last ' + { 120: 'two', 300: 'five' }[length] + ' minutes');
  const half = [], most = [], served = [], unserved = [];
  let j = 0;
  const sampleAt = (at) => {
    while (j + 1 < samples.length && samples[j + 1].at <= at) j++;
    return samples[j];
  };
  let before = null;
  for (let step = POINTS; step >= 0; step--) {
    const at = end - step * length / POINTS;
    const now = samples[0].at <= at ? sampleAt(at) : null;
    if (step < POINTS) {
      const known = now && before && now.at > before.at;
      const counts = known ? since(now, before) : null;
      half.push(known ? quantile(counts, bounds, 0.5) : null);
      most.push(known ? quantile(counts, bounds, 0.95) : null);
      served.push(known ? (now.served - before.served) / (now.at - before.at) : null);
      unserved.push(known ? (now.refused - before.refused) / (now.at - before.at) : null);
    }
    before = now;
  }
  const low = Math.log(0.001), high = Math.log(30);
  const scale = (value) => value === null ? null : (Math.log(Math.max(0.001, value)) - low) / (high - low);
  const last = most.filter((value) => value !== null).pop();
  chart($('c-waits'), length, [[0, '1 ms'], [scale(0.01), '10 ms'], [scale(0.1), '100 ms'], [scale(1), '1 s'], [scale(10), '10 s']],
    [['k1', half.map(scale)], ['k2', most.map(scale)]],
    last === undefined ? 'No request yet' : '95 of 100 requests waited at most ' + time(last) + ' lately');
  const top = nice(Math.max(1, ...served.filter((v) => v !== null), ...unserved.filter((v) => v !== null)));
  const part = (value) => value === null ? null : value / top;
  chart($('c-traffic'), length, [[0, '0'], [0.5, number(top / 2)], [1, number(top)]], [['k3', served.map(part)], ['k4', unserved.map(part)]],
    'At most ' + number(Math.round(Math.max(0, ...served))) + ' requests served a second, ' + number(Math.round(Math.max(0, ...unserved))) + ' refused');
}

function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((n) => n * power).find((n) => n >= value);
}
