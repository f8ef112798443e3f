/** The browser side on a stand-in of a page: what is captured, what is sent, and that the page never notices. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { REDACTED } from '../../../src/log-model';
import { type BrowserLogsCapture, captureBrowserLogs, type PostRequest } from '../../../src/logger/browser';
import { type BrowserBatch, BROWSER_LIMITS, type BrowserEntry } from '../../../src/logger/browser-batch';

interface PageEvent {
  readonly error?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
}

/** What a test does to a page, and sees of it. */
class FakePage {
  readonly shown: unknown[][] = [];
  readonly posts: { readonly url: string; readonly request: PostRequest }[] = [];
  readonly beacons: string[] = [];
  readonly timers: { readonly callback: () => void; readonly milliseconds: number }[] = [];
  readonly listeners = new Map<string, (event: PageEvent) => void>();
  readonly console = {
    error: (...values: unknown[]): void => void this.shown.push(['error', ...values]),
    warn: (...values: unknown[]): void => void this.shown.push(['warn', ...values]),
    log: (...values: unknown[]): void => void this.shown.push(['log', ...values]),
  };
  readonly document = { visibilityState: 'visible' };
  readonly location = { origin: 'https://spy.example', pathname: '/guilds/7' };
  readonly navigator = { sendBeacon: (_url: string, body: string): boolean => this.beacons.push(body) > 0 };
  status: number | Error = 204;

  readonly fetch = (url: string, request: PostRequest): Promise<{ ok: boolean; status: number }> => {
    this.posts.push({ url, request });
    if (this.status instanceof Error) return Promise.reject(this.status);
    return Promise.resolve({ ok: this.status < 300, status: this.status });
  };
  readonly setTimeout = (callback: () => void, milliseconds: number): number =>
    this.timers.push({ callback, milliseconds });
  readonly addEventListener = (type: string, listener: (event: PageEvent) => void): void =>
    void this.listeners.set(type, listener);
  readonly removeEventListener = (type: string): void => void this.listeners.delete(type);

  capture(options: Partial<BrowserLogsCapture> = {}): () => void {
    return captureBrowserLogs({ url: '/logs', ...options }, this);
  }

  emit(type: string, event: PageEvent = {}): void {
    this.listeners.get(type)?.(event);
  }

  /** Lets the interval pass, and the post that it makes come back. */
  async interval(): Promise<void> {
    this.timers.shift()?.callback();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get batches(): readonly BrowserBatch[] {
    return this.posts.map(({ request }) => JSON.parse(request.body) as BrowserBatch);
  }

  get entries(): readonly BrowserEntry[] {
    return this.batches.flatMap(({ entries }) => entries);
  }
}

let page: FakePage;
beforeEach(() => (page = new FakePage()));

/** The one entry that a call makes. */
async function entryOf(act: () => void, options: Partial<BrowserLogsCapture> = {}): Promise<BrowserEntry> {
  page.capture(options);
  act();
  await page.interval();
  expect(page.entries).toHaveLength(1);
  return page.entries[0] as BrowserEntry;
}

describe('what is captured', () => {
  it.each(['error', 'warn'] as const)('console.%s, which the console still shows', async (level) => {
    const entry = await entryOf(() => page.console[level]('Guild not loaded', 7));
    expect(entry).toMatchObject({ level, message: 'Guild not loaded 7', url: 'https://spy.example/guilds/7' });
    expect(page.shown).toEqual([[level, 'Guild not loaded', 7]]);
  });

  it('an error with its class and stack', async () => {
    const error = new TypeError('x is not a function');
    const entry = await entryOf(() => page.console.error('Rendering failed:', error));
    expect(entry).toMatchObject({
      message: 'Rendering failed: TypeError: x is not a function',
      errorName: 'TypeError',
      stack: error.stack?.slice(0, BROWSER_LIMITS.stack),
    });
  });

  it('an uncaught error', async () => {
    const entry = await entryOf(() => page.emit('error', { error: new RangeError('too far'), message: 'Uncaught' }));
    expect(entry).toMatchObject({ level: 'error', message: 'RangeError: too far', errorName: 'RangeError' });
  });

  it('an uncaught error of another origin, of which the browser only says that it was', async () => {
    const entry = await entryOf(() => page.emit('error', { error: null, message: 'Script error.' }));
    expect(entry).toMatchObject({ level: 'error', message: 'Script error.' });
  });

  it('an unhandled rejection', async () => {
    const entry = await entryOf(() => page.emit('unhandledrejection', { reason: new Error('no answer') }));
    expect(entry).toMatchObject({ level: 'error', message: 'Unhandled rejection: Error: no answer' });
  });

  it('nothing of console.log, and nothing of a level that is not asked for', () => {
    page.capture({ levels: ['error'] });
    page.console.log('loaded');
    page.console.warn('slow');
    expect(page.timers).toEqual([]);
  });

  it('the moment, by the browser’s clock', async () => {
    const before = Date.now();
    const { clientTime = '' } = await entryOf(() => page.console.error('now'));
    expect(Date.parse(clientTime)).toBeGreaterThanOrEqual(before);
    expect(new Date(clientTime).toISOString()).toBe(clientTime);
  });

  it('what the console would fill in', async () => {
    const entry = await entryOf(() => page.console.warn('%cWarning: %s at %d%%', 'color: red', 'disk', 93, { id: 1 }));
    expect(entry.message).toBe('Warning: disk at 93% {"id":1}');
  });

  it('what JSON cannot show', async () => {
    const circular: Record<string, unknown> = { big: 1n, none: undefined, run: () => 1, deep: { a: { b: { c: 1 } } } };
    circular['self'] = circular;
    Object.defineProperty(circular, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    const { message } = await entryOf(() => page.console.error(circular));
    expect(JSON.parse(message)).toEqual({
      big: '1',
      none: 'undefined',
      run: '[Function]',
      deep: { a: { b: '[Object]' } },
      self: '[Circular]',
      bad: '[Throws]',
    });
  });

  it('messages, stacks and addresses up to their limit', async () => {
    page.location.pathname = `/${'p'.repeat(5000)}`;
    const error = new Error('long');
    error.stack = 's'.repeat(50_000);
    const entry = await entryOf(() => page.console.error('m'.repeat(50_000), error));
    expect(entry.message).toHaveLength(BROWSER_LIMITS.message);
    expect(entry.stack).toHaveLength(BROWSER_LIMITS.stack);
    expect(entry.url).toHaveLength(BROWSER_LIMITS.url);
  });
});

describe('secrets', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXBhcnQ';

  it.each([
    ['in a sentence', (): void => page.console.error(`Login of ann@example.com with ${jwt} failed`)],
    ['in a field, by its name', (): void => page.console.error({ user: { password: 'hunter2!', token: jwt } })],
    ['below a field, by its name', (): void => page.console.error({ credentials: { user: 1, first: 'hunter2!' } })],
    ['in an error', (): void => page.console.error(new Error(`GET /api?access_token=hunter2! of ann@example.com`))],
    [
      'in a path',
      (): void => {
        page.location.pathname = `/reset/${jwt}`;
        page.console.error('x');
      },
    ],
  ])('do not leave the page: %s', async (_where, act) => {
    await entryOf(act);
    const body = page.posts[0]?.request.body ?? '';
    for (const secret of ['ann@example.com', jwt, 'hunter2!']) expect(body).not.toContain(secret);
    expect(body).toContain(REDACTED);
  });
});

describe('how it is sent', () => {
  it('nothing happens while nothing is written', () => {
    page.capture();
    expect(page.timers).toEqual([]);
  });

  it('one post for all entries of an interval', async () => {
    page.capture({ flushInterval: 3000, release: '1.4.0' });
    page.console.error('one');
    page.console.warn('two');
    expect(page.timers.map(({ milliseconds }) => milliseconds)).toEqual([3000]);
    await page.interval();
    expect(
      page.posts.map(({ url, request: { method, keepalive, headers } }) => [url, method, keepalive, headers]),
    ).toEqual([['/logs', 'POST', true, { 'content-type': 'application/json' }]]);
    expect(page.batches).toMatchObject([{ release: '1.4.0', entries: [{ message: 'one' }, { message: 'two' }] }]);
  });

  it('the same entry again and again is one entry with a count', async () => {
    page.capture();
    for (let time = 0; time < 1000; time += 1) page.console.error('render loop');
    await page.interval();
    expect(page.entries).toMatchObject([{ message: 'render loop', count: 1000 }]);
  });

  it('a flood is cut at the queue’s end, counted, and sent in batches', async () => {
    page.capture({ maxQueue: 30, maxBatch: 20 });
    for (let id = 0; id < 100; id += 1) page.console.error(`error ${id}`);
    await page.interval();
    await page.interval();
    expect(page.batches.map(({ entries, dropped }) => [entries.length, dropped])).toEqual([
      [20, 70],
      [10, undefined],
    ]);
    expect(page.timers).toEqual([]);
  });

  it('no body is longer than what the browser takes of a page that goes away', () => {
    page.capture({ maxBatch: 50 });
    for (let id = 0; id < 40; id += 1) page.console.error(`${id} ${'\u4e16'.repeat(5000)}`);
    page.emit('pagehide');
    expect(page.beacons.length).toBeGreaterThan(1);
    for (const body of page.beacons) expect(Buffer.byteLength(body)).toBeLessThan(64 * 1024);
    const sent = page.beacons.flatMap((body) => (JSON.parse(body) as BrowserBatch).entries);
    expect(sent).toHaveLength(40);
  });

  it.each(['pagehide', 'visibilitychange'])('what waits is given to the browser at once: %s', (event) => {
    page.capture();
    page.console.error('last words');
    page.document.visibilityState = 'hidden';
    page.emit(event);
    expect(page.beacons.map((body) => JSON.parse(body) as unknown)).toMatchObject([
      { entries: [{ message: 'last words' }] },
    ]);
  });

  it('a page that becomes visible goes on waiting', () => {
    page.capture();
    page.console.error('x');
    page.emit('visibilitychange');
    expect(page.beacons).toEqual([]);
  });

  it('what the browser does not take waits on', async () => {
    page.capture({ sendBeacon: () => false });
    page.console.error('x');
    page.emit('pagehide');
    await page.interval();
    expect(page.entries).toMatchObject([{ message: 'x' }]);
  });

  it('a share of page loads sends, and the others leave the console alone', () => {
    const { error } = page.console;
    page.capture({ sampleRate: 0 });
    expect(page.console.error).toBe(error);
    page.capture({ sampleRate: 1 });
    expect(page.console.error).not.toBe(error);
  });
});

describe('when a post fails', () => {
  it.each<[string, number | Error]>([
    ['no network', new Error('offline')],
    ['503', 503],
    ['429', 429],
  ])('its entries go again, later each time: %s', async (_why, status) => {
    page.capture({ flushInterval: 1000 });
    page.status = status;
    page.console.error('kept');
    await page.interval();
    expect(page.timers.map(({ milliseconds }) => milliseconds)).toEqual([2000]);
    await page.interval();
    expect(page.timers.map(({ milliseconds }) => milliseconds)).toEqual([4000]);
    page.status = 204;
    await page.interval();
    expect(page.entries.map(({ message }) => message)).toEqual(['kept', 'kept', 'kept']);
    expect(page.timers).toEqual([]);
    page.console.error('next');
    expect(page.timers.map(({ milliseconds }) => milliseconds)).toEqual([1000]);
  });

  it('what the backend refuses is not sent again, but counted', async () => {
    page.capture();
    page.status = 400;
    page.console.error('refused');
    await page.interval();
    page.status = 204;
    page.console.error('next');
    await page.interval();
    expect(page.batches[1]).toMatchObject({ dropped: 1, entries: [{ message: 'next' }] });
  });

  it('a wait is never longer than a minute', async () => {
    page.capture();
    page.status = 503;
    page.console.error('x');
    for (let time = 0; time < 20; time += 1) await page.interval();
    expect(page.timers.map(({ milliseconds }) => milliseconds)).toEqual([60_000]);
  });

  it('it says nothing on the console, and makes no entry of it', async () => {
    page.capture();
    page.status = new Error('offline');
    page.console.error('x');
    await page.interval();
    expect(page.shown).toEqual([['error', 'x']]);
    page.status = 204;
    await page.interval();
    expect(page.batches[1]?.entries).toHaveLength(1);
  });

  it('a fetch that the page puts in place later, and that logs, is not used', async () => {
    page.capture();
    const original = page.fetch;
    Object.assign(page, {
      fetch: () => {
        page.console.error('fetch failed');
        return Promise.reject(new Error('offline'));
      },
    });
    page.console.error('x');
    await page.interval();
    expect(page.entries.map(({ message }) => message)).toEqual(['x']);
    expect(page.fetch).not.toBe(original);
  });
});

describe('it never disturbs the page', () => {
  it('a value that throws when it is looked at is counted, and shown', async () => {
    page.capture();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => page.console.error(proxy)).not.toThrow();
    expect(page.shown).toHaveLength(1);
    page.console.error('next');
    await page.interval();
    expect(page.batches).toMatchObject([{ dropped: 1, entries: [{ message: 'next' }] }]);
  });

  it('what is written while an entry is made makes no entry', async () => {
    page.capture();
    const noisy = {
      get value(): number {
        page.console.warn('looked at');
        return 1;
      },
    };
    page.console.error(noisy);
    await page.interval();
    expect(page.entries.map(({ message }) => message)).toEqual(['{"value":1}']);
    expect(page.shown).toContainEqual(['warn', 'looked at']);
  });

  it('outside of a page it does nothing', () => {
    const { error } = console;
    expect(captureBrowserLogs({ url: '/logs' })).not.toThrow();
    expect(console.error).toBe(error);
  });

  it('stop sends what waits and puts everything back', () => {
    const { error, warn } = page.console;
    const stop = page.capture();
    page.console.error('before');
    stop();
    expect(page.console).toMatchObject({ error, warn });
    expect([...page.listeners.keys()]).toEqual([]);
    page.console.error('after');
    expect(page.beacons.map((body) => (JSON.parse(body) as BrowserBatch).entries.length)).toEqual([1]);
  });

  it('stop leaves a console alone that somebody else has wrapped since', () => {
    const stop = page.capture();
    const ours = page.console.error;
    const theirs = (...values: unknown[]): void => ours('theirs', ...values);
    page.console.error = theirs;
    stop();
    page.console.error('x');
    expect(page.console.error).toBe(theirs);
    expect(page.shown).toEqual([['error', 'theirs', 'x']]);
    expect(page.beacons).toEqual([]);
  });
});

test('as one file it is small, and has nothing of Node.js', () => {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(__dirname, '..', '..', '..', 'src', 'logger', 'browser.mts')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  const { contents } = outputFiles[0] as (typeof outputFiles)[0];
  expect(contents.length).toBeLessThan(17_000);
  expect(gzipSync(contents).length).toBeLessThan(7_000);
  expect(Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external))).toEqual(
    [],
  );
});
