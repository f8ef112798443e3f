/** What browsers post to an Express app that logs it: untrusted, so most of it is about what is refused. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { FIELDS, JOBS } from '../../../src/log-model';
import { captureBrowserLogs } from '../../../src/logger/browser';
import { BROWSER_LIMITS, MAX_BATCH } from '../../../src/logger/browser-batch';
import { browserLogsFor, type BrowserLogsOptions } from '../../../src/logger/browser-logs';
import { send, type Response } from '../../../programs/request';

interface Logged {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An app with the route, and what it has logged. */
class Backend {
  readonly logged: Logged[] = [];
  private readonly server;

  static async start(options: BrowserLogsOptions = {}): Promise<Backend> {
    const backend = new Backend(options);
    await once(backend.server, 'listening');
    return backend;
  }

  private constructor(options: BrowserLogsOptions) {
    const app = express();
    app.set('trust proxy', true); // so that a test can post from several addresses
    app.post(
      '/logs',
      express.json({ limit: '64kb', type: ['application/json', 'text/plain'] }),
      browserLogsFor(() => this, options),
    );
    app.post(
      '/unparsed',
      browserLogsFor(() => this),
    );
    this.server = app.listen(0, '127.0.0.1');
  }

  log(level: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    this.logged.push({ level, message, fields: present(fields) });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  post(body: object | string, headers: Readonly<Record<string, string>> = {}, path = '/logs'): Promise<Response> {
    return send({ port: this.port, path, method: 'POST', body, headers });
  }

  close(): void {
    this.server.close();
  }
}

const present = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

let backend: Backend;
beforeEach(async () => {
  backend = await Backend.start();
});
afterEach(() => {
  backend.close();
});

const entry = { level: 'error', message: 'Guild not loaded' };

describe('given a batch', () => {
  it('each entry is a record of the frontend', async () => {
    const answer = await backend.post(
      {
        release: '1.4.0',
        entries: [
          {
            level: 'error',
            message: 'TypeError: x is not a function',
            errorName: 'TypeError',
            stack: 'TypeError: x is not a function\n    at app.js:1:2',
            url: 'https://spy.example/guilds/7?token=abc#members',
            clientTime: '2026-05-01T10:00:00.000Z',
            count: 3,
          },
          { level: 'warn', message: 'slow' },
        ],
      },
      { 'user-agent': 'Browser/1.0', 'x-forwarded-for': '203.0.113.9' },
    );
    expect(answer.status).toBe(204);
    const common = {
      [FIELDS.job]: JOBS.frontend,
      [FIELDS.ipAddress]: '203.0.113.9',
      [FIELDS.userAgent]: 'Browser/1.0',
      release: '1.4.0',
    };
    expect(backend.logged).toEqual([
      {
        level: 'error',
        message: 'TypeError: x is not a function',
        fields: {
          ...common,
          errorName: 'TypeError',
          stack: 'TypeError: x is not a function\n    at app.js:1:2',
          url: 'https://spy.example/guilds/7',
          clientTime: '2026-05-01T10:00:00.000Z',
          count: 3,
        },
      },
      { level: 'warn', message: 'slow', fields: common },
    ]);
  });

  it('what the browser did not send is a record as well', async () => {
    await backend.post({ entries: [], dropped: 70 });
    expect(backend.logged).toMatchObject([{ level: 'warn', fields: { dropped: 70, [FIELDS.job]: JOBS.frontend } }]);
  });

  it('fields that a browser has no say in are left out', async () => {
    const forged = { job: 'security', service: 'bank', timestamp: '2001-01-01', userId: 'admin', requestId: 'abc123' };
    const more = { action: 'LOGIN_SUCCESS', result: 'SUCCESS', ipAddress: '10.0.0.1', userAgent: 'x', __proto__: null };
    await backend.post({ ...forged, entries: [{ ...entry, ...forged, ...more }] });
    expect(backend.logged).toHaveLength(1);
    expect(Object.keys(backend.logged[0]?.fields ?? {}).sort()).toEqual([FIELDS.ipAddress, FIELDS.job]);
    expect(backend.logged[0]?.fields).toMatchObject({ [FIELDS.job]: JOBS.frontend, [FIELDS.ipAddress]: '127.0.0.1' });
  });

  it('the text that a browser gives to sendBeacon is read as well', async () => {
    const answer = await backend.post(JSON.stringify({ entries: [entry] }), { 'content-type': 'text/plain' });
    expect([answer.status, backend.logged.length]).toEqual([204, 1]);
  });

  it('what captureBrowserLogs sends is accepted', async () => {
    const bodies: string[] = [];
    const page = {
      console: { error: () => undefined, warn: () => undefined },
      document: { visibilityState: 'visible' },
      location: { origin: 'https://spy.example', pathname: '/' },
      setTimeout: () => 0,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
    const sendBeacon = (_url: string, body: string): boolean => bodies.push(body) > 0;
    const stop = captureBrowserLogs({ url: '/logs', release: 'r'.repeat(500), maxQueue: 3, sendBeacon }, page);
    const longest = new Error('e'.repeat(30_000));
    longest.name = 'N'.repeat(500);
    for (let time = 0; time < 5; time += 1) Reflect.apply(page.console.error, undefined, [time, longest]);
    stop();
    for (const body of bodies) expect((await backend.post(body, { 'content-type': 'text/plain' })).status).toBe(204);
    expect(backend.logged.map(({ level }) => level).sort()).toEqual(['error', 'error', 'error', 'warn']);
    expect(backend.logged.map(({ fields }) => fields['dropped'])).toContain(2);
  });
});

describe('refused, and not logged', () => {
  const long = (name: keyof typeof BROWSER_LIMITS) => ({ [name]: 'x'.repeat(BROWSER_LIMITS[name] + 1) });

  it.each<[string, number, object]>([
    ['a list', 400, [entry]],
    ['no entries', 400, {}],
    ['entries that are no list', 400, { entries: { 0: entry, length: 1 } }],
    ['an entry that is no object', 400, { entries: ['error'] }],
    ['an entry that is null', 400, { entries: [null] }],
    ['a level that is not the console’s', 400, { entries: [{ ...entry, level: 'debug' }] }],
    ['no level', 400, { entries: [{ message: 'x' }] }],
    ['no message', 400, { entries: [{ level: 'error' }] }],
    ['a message that is no text', 400, { entries: [{ ...entry, message: { toString: 'x' } }] }],
    ['a stack that is no text', 400, { entries: [{ ...entry, stack: ['x'] }] }],
    ['a page that is no text', 400, { entries: [{ ...entry, url: 1 }] }],
    ['a time that is none', 400, { entries: [{ ...entry, clientTime: 'yesterday' }] }],
    ['a count below one', 400, { entries: [{ ...entry, count: 0 }] }],
    ['a count that is not whole', 400, { entries: [{ ...entry, count: 1.5 }] }],
    ['a release that is no text', 400, { entries: [entry], release: 1 }],
    ['dropped entries that are no number', 400, { entries: [entry], dropped: '7' }],
    ['a good entry beside a bad one', 400, { entries: [entry, {}] }],
    ['too many entries', 413, { entries: Array.from({ length: MAX_BATCH + 1 }, () => entry) }],
    ['a message too long', 413, { entries: [{ ...entry, ...long('message') }] }],
    ['a stack too long', 413, { entries: [{ ...entry, ...long('stack') }] }],
    ['a class name too long', 413, { entries: [{ ...entry, ...long('errorName') }] }],
    ['a page too long', 413, { entries: [{ ...entry, ...long('url') }] }],
    ['a time too long', 413, { entries: [{ ...entry, ...long('clientTime') }] }],
    ['a release too long', 413, { entries: [entry], ...long('release') }],
  ])('%s: %i', async (_what, status, body) => {
    const answer = await backend.post(body);
    expect([answer.status, backend.logged]).toEqual([status, []]);
  });

  it('a body that no parser has read: 400, which says so', async () => {
    const answer = await backend.post({ entries: [entry] }, {}, '/unparsed');
    expect([answer.status, answer.text]).toEqual([400, 'no body: express.json() has to be before browserLogs()']);
  });
});

describe('too many posts: 429', () => {
  const from = (address: string) => backend.post({ entries: [entry] }, { 'x-forwarded-for': address });

  beforeEach(async () => {
    backend.close();
    backend = await Backend.start({ maxPostsPerAddress: 2, maxPosts: 5 });
    // The clock alone.
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'performance'],
      now: 0,
    });
  });
  afterEach(() => jest.useRealTimers());

  it('of one address, until the next minute', async () => {
    const statuses = [];
    for (let post = 0; post < 3; post += 1) statuses.push((await from('203.0.113.1')).status);
    expect(statuses).toEqual([204, 204, 429]);
    expect((await from('203.0.113.2')).status).toBe(204);
    expect(backend.logged).toHaveLength(3);
    jest.setSystemTime(60_000);
    expect((await from('203.0.113.1')).status).toBe(204);
  });

  it('of all addresses together', async () => {
    const statuses = [];
    for (let post = 0; post < 6; post += 1) statuses.push((await from(`203.0.113.${post}`)).status);
    expect(statuses).toEqual([204, 204, 204, 204, 204, 429]);
    jest.setSystemTime(60_000);
    expect((await from('203.0.113.9')).status).toBe(204);
  });

  it('says when to come back', async () => {
    for (let post = 0; post < 2; post += 1) await from('203.0.113.1');
    expect((await from('203.0.113.1')).headers['retry-after']).toBe('60');
  });
});
