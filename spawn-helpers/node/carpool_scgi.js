'use strict';

// A request in SCGI as Node's HTTP server takes it: its names and values become the head of an HTTP/1.1 request.

const MAX_HEADER = 256 * 1024;
const MAX_LENGTH_DIGITS = 6;
const COLON = 0x3a;
const COMMA = 0x2c;

/** What came is no request in SCGI. */
class BadRequest extends Error {}

// Of the connection to the web server and not of the request, or said elsewhere.
const NOT_PASSED_ON = new Set([
  'HTTP_CONNECTION', 'HTTP_KEEP_ALIVE', 'HTTP_PROXY_CONNECTION', 'HTTP_TE', 'HTTP_TRAILER',
  'HTTP_TRANSFER_ENCODING', 'HTTP_UPGRADE', 'HTTP_EXPECT', 'HTTP_CONTENT_LENGTH',
  'HTTP_CONTENT_TYPE', 'HTTP_X_FORWARDED_PREFIX', 'HTTP_HTTP2_SETTINGS',
]);

const CONTROL = /[\x00-\x1f\x7f]/;
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const NOT_IN_URL = /[^\x21-\x7e]/g;
const NOT_IN_PATH = /[^\x21\x24\x26-\x3b\x3d\x40-\x5a\x5f\x61-\x7a\x7e]/g;
// What a web server resolves before it looks at its rules.
const UNRESOLVED = /\/\/|(?:\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i;
const APACHE_TARGET = /^proxy:[a-z]+:\/\/[^/]*(.*)$/s;

const names = new Map(); // HTTP_USER_AGENT to User-Agent

/** Gathers the names and values of a request. */
class Header {
  constructor() {
    this._data = undefined;
    this._size = -1; // of the whole netstring
  }

  /**
   * Take what has come.
   *
   * @returns {{fields: Map, rest: Buffer}|undefined} the names and values, and what follows them, once they are there
   */
  take(piece) {
    const data = this._data === undefined ? piece : Buffer.concat([this._data, piece]);
    this._data = data;
    if (this._size < 0 && !this._measure(data)) {
      return undefined;
    }
    if (data.length < this._size) {
      return undefined;
    }
    if (data[this._size - 1] !== COMMA) {
      throw new BadRequest('its header does not end with a comma');
    }
    const start = data.indexOf(COLON) + 1;
    const fields = parse(data.latin1Slice(start, this._size - 1));
    return { fields, rest: data.subarray(this._size) };
  }

  _measure(data) {
    const colon = data.indexOf(COLON);
    const digits = data.latin1Slice(0, Math.min(data.length, colon < 0 ? MAX_LENGTH_DIGITS + 1 : colon));
    if (!/^[0-9]{1,6}$/.test(digits)) {
      throw new BadRequest('it does not begin with a length');
    }
    if (Number(digits) > MAX_HEADER) {
      throw new BadRequest(`its header is larger than ${MAX_HEADER} bytes`);
    }
    if (colon < 0) {
      return false;
    }
    this._size = colon + 1 + Number(digits) + 1;
    return true;
  }
}

function parse(text) {
  const parts = text.split('\0');
  if (parts.length % 2 !== 1 || parts[parts.length - 1] !== '') {
    throw new BadRequest('its header is not made of names and values');
  }
  const fields = new Map();
  for (let i = 0; i + 1 < parts.length; i += 2) {
    fields.set(parts[i], parts[i + 1]);
  }
  if (!/^[0-9]{1,15}$/.test(fields.get('CONTENT_LENGTH') ?? '')) {
    throw new BadRequest('it has no CONTENT_LENGTH');
  }
  return fields;
}

/** Return the head of an HTTP request for the names and values of one in SCGI. */
function requestHead(fields) {
  const method = fields.get('REQUEST_METHOD') || 'GET';
  if (!METHOD.test(method)) {
    throw new BadRequest('its method is none');
  }
  const prefix = scriptName(fields);
  let head = `${method} ${target(fields, prefix)} HTTP/1.1\r\n`;
  for (const [name, value] of fields) {
    if (name.startsWith('HTTP_') && !NOT_PASSED_ON.has(name)) {
      head += line(headerName(name), value);
    }
  }
  if (!fields.has('HTTP_HOST')) {
    head += line('Host', fields.get('SERVER_NAME') || 'localhost');
  }
  if (prefix !== '') {
    head += line('X-Forwarded-Prefix', encode(prefix));
  }
  const type = fields.get('CONTENT_TYPE');
  if (type) {
    head += line('Content-Type', type);
  }
  const length = fields.get('CONTENT_LENGTH');
  if (Number(length) > 0 || (method !== 'GET' && method !== 'HEAD')) {
    head += `Content-Length: ${length}\r\n`;
  }
  return `${head}Connection: close\r\n\r\n`;
}

function line(name, value) {
  if (CONTROL.test(value) && /[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new BadRequest(`its ${name} has a control character`);
  }
  return `${name}: ${value}\r\n`;
}

function headerName(name) {
  let header = names.get(name);
  if (header === undefined) {
    header = name
      .slice(5)
      .split('_')
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join('-');
    if (!METHOD.test(header)) {
      throw new BadRequest('the name of a header is none');
    }
    if (names.size < 500) {
      names.set(name, header);
    }
  }
  return header;
}

/** The path and the query that the application is asked for, below its own place. */
function target(fields, prefix) {
  const uri = fields.get('REQUEST_URI');
  const resolved = resolvedPath(fields, prefix);
  if (!uri || (resolved !== undefined && UNRESOLVED.test(uri.split('?')[0]))) {
    const query = fields.get('QUERY_STRING');
    const path = encode(resolved ?? '') || '/';
    return query ? `${path}?${query.replace(NOT_IN_URL, escape)}` : path;
  }
  const local = uri.replace(/^[a-z]+:\/\/[^/?]*/i, '').replace(NOT_IN_URL, escape);
  for (const start of prefix === '' ? [] : [prefix, encode(prefix)]) {
    const next = local.charAt(start.length);
    if (local.startsWith(start) && (next === '/' || next === '?' || next === '')) {
      const below = local.slice(start.length);
      return next === '/' ? below : `/${below}`;
    }
  }
  return local.startsWith('/') || local === '*' ? local : `/${local}`;
}

// The path that the web server has decoded, resolved and checked, if it says so.
function resolvedPath(fields, prefix) {
  const path = fields.get('DOCUMENT_URI');
  if (path === undefined || fields.has('PATH_INFO')) {
    const apache = APACHE_TARGET.exec(fields.get('SCRIPT_FILENAME') ?? '');
    return fields.get('PATH_INFO') ?? (apache ? decode(apache[1]) : undefined);
  }
  return `${path}/`.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

/** Where the application is, decoded, without a slash at its end; empty at the root. */
function scriptName(fields) {
  const script = fields.get('SCRIPT_NAME') ?? '';
  if (script === '' || script === '/') {
    return '';
  }
  if (!fields.has('PATH_INFO')) {
    const path = fields.get('DOCUMENT_URI');
    const apache = path === undefined && APACHE_TARGET.exec(fields.get('SCRIPT_FILENAME') ?? '');
    if (apache) {
      return withoutSlash(beforeTarget(script, apache[1]));
    }
    if (script === (path ?? decode((fields.get('REQUEST_URI') ?? '').split('?')[0]))) {
      return ''; // the whole path is said here
    }
  }
  return withoutSlash(script);
}

// Apache says the whole path here, and in SCRIPT_FILENAME the part of it that ProxyPass passes on.
function beforeTarget(whole, passed) {
  for (const path of [decode(passed), passed]) {
    if (path !== '' && whole.endsWith(path)) {
      return whole.slice(0, whole.length - path.length);
    }
  }
  return passed === '/' || passed === '' ? whole : '';
}

function withoutSlash(path) {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function escape(character) {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function encode(path) {
  return path.replace(NOT_IN_PATH, escape);
}

function decode(path) {
  return path.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
}

module.exports = { BadRequest, Header, requestHead };
