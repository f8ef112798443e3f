/**
 * The browser side: a page's console errors and warnings, sent in batches to the backend, which logs them.
 *
 * @module spywatcher-logs/logger/browser
 */
import { doubleQuoted, singleQuoted, underNames, unquoted } from '../log-model/redaction/assignments';
import { FORMS } from '../log-model/redaction/forms';
import { harmless, isHarmlessValue, isSecretField, REDACTED } from '../log-model/redaction/names';
import { inspected, json } from '../log-model/redaction/notations';
import { redactor } from '../log-model/redaction/pattern';
import {
  type BrowserBatch,
  BROWSER_LEVELS,
  BROWSER_LIMITS,
  type BrowserEntry,
  type BrowserLevel,
} from './browser-batch';

export type { BrowserBatch, BrowserEntry, BrowserLevel };

/** What is captured, and how it is sent. */
export interface BrowserLogsCapture {
  /** The backend's route that `browserLogs()` answers. */
  readonly url: string;
  /** Which of the console's methods are captured. Uncaught errors always are. @default error and warn */
  readonly levels?: readonly BrowserLevel[];
  /** Milliseconds between the first entry and the post that takes it along. @default 5000 */
  readonly flushInterval?: number;
  /** Most entries of one post; the backend accepts 50. @default 20 */
  readonly maxBatch?: number;
  /** Most entries that wait; what comes after is counted and dropped. @default 100 */
  readonly maxQueue?: number;
  /** Share of page loads that send anything, 0 to 1. @default 1 */
  readonly sampleRate?: number;
  /** Version of the frontend; part of each record. @default - none */
  readonly release?: string;
  /** Sends a post. @default - the page's `fetch` as it is when capturing starts */
  readonly fetch?: Fetch;
  /** Sends a post while the page goes away. @default - the page's `navigator.sendBeacon` */
  readonly sendBeacon?: SendBeacon;
}

/** What is used of `fetch`. */
export type Fetch = (url: string, request: PostRequest) => Promise<PostAnswer>;

/** What {@link Fetch} resolves to. */
export interface PostAnswer {
  /** Whether the status is one of success. */
  readonly ok: boolean;
  /** HTTP status. */
  readonly status: number;
}

/** What {@link Fetch} is called with. */
export interface PostRequest {
  /** HTTP method. */
  readonly method: 'POST';
  /** A {@link BrowserBatch} as JSON. */
  readonly body: string;
  /** Says that it is JSON. */
  readonly headers: Readonly<Record<string, string>>;
  /** The post outlives the page. */
  readonly keepalive: true;
}

/** What is used of `navigator.sendBeacon`. */
export type SendBeacon = (url: string, body: string) => boolean;

/** What is used of a window. */
interface Page {
  readonly console: Partial<Record<BrowserLevel, (...values: readonly unknown[]) => void>>;
  readonly document?: { readonly visibilityState: string };
  readonly location?: { readonly origin: string; readonly pathname: string };
  readonly navigator?: { readonly sendBeacon?: SendBeacon };
  readonly fetch?: Fetch;
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  readonly addEventListener: (type: string, listener: (event: PageEvent) => void) => void;
  readonly removeEventListener: (type: string, listener: (event: PageEvent) => void) => void;
}

/** What is used of an event: of `error` and of `unhandledrejection`. */
interface PageEvent {
  readonly error?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
}

/** A post's longest body in code units: three bytes each, and the browser takes 64 KiB of a page that goes away. */
const MAX_BODY = 20_000;
/** The longest text that is looked through for secrets. */
const MAX_TEXT = 20_000;
const MAX_DEPTH = 3;
const MAX_KEYS = 20;
/** Longest wait after posts that failed, in milliseconds. */
const MAX_WAIT = 60_000;

/**
 * Sends what the page writes to `console.error` and `console.warn`, uncaught errors and unhandled rejections to the
 * backend. The console still shows them. Outside of a page (on a server, in a build) it does nothing.
 *
 * @param capture - where to, how much.
 * @param page - the window; another in tests.
 * @returns a function that sends what waits and puts the console back.
 */
export function captureBrowserLogs(capture: BrowserLogsCapture, page: unknown = globalThis): () => void {
  try {
    if (isPage(page) && Math.random() < (capture.sampleRate ?? 1)) return new Capture(capture, page).stop;
  } catch {
    // A page that works without its logs is better than one that does not.
  }
  return () => undefined;
}

function isPage(value: unknown): value is Page {
  return (
    typeof value === 'object' &&
    value !== null &&
    'document' in value &&
    'console' in value &&
    'addEventListener' in value &&
    'setTimeout' in value
  );
}

class Capture {
  private readonly queue: Waiting[] = [];
  private dropped = 0;
  private failures = 0;
  private waiting = false;
  private sending = false;
  /** While an entry is made: whatever that writes to the console is not captured. */
  private busy = false;
  private stopped = false;
  private readonly fetch: Fetch | undefined;
  private readonly sendBeacon: SendBeacon | undefined;
  private readonly restore: (() => void)[] = [];

  constructor(
    private readonly options: BrowserLogsCapture,
    private readonly page: Page,
  ) {
    // As it is now: what is put around it later may itself write to the console when a post fails.
    const { fetch, navigator } = page;
    this.fetch = options.fetch ?? fetch?.bind(page);
    this.sendBeacon = options.sendBeacon ?? navigator?.sendBeacon?.bind(navigator);
    for (const level of options.levels ?? BROWSER_LEVELS) this.wrap(level);
    this.listen('error', ({ error, message }) => this.add('error', [error ?? message]));
    this.listen('unhandledrejection', ({ reason }) => this.add('error', ['Unhandled rejection:', reason]));
    this.listen('pagehide', () => this.leave());
    this.listen('visibilitychange', () => {
      if (page.document?.visibilityState === 'hidden') this.leave();
    });
  }

  readonly stop = (): void => {
    if (this.stopped) return;
    this.stopped = true;
    for (const restore of this.restore) restore();
    this.leave();
  };

  private wrap(level: BrowserLevel): void {
    const { console } = this.page;
    const original = console[level];
    if (original === undefined) return;
    const wrapped = (...values: readonly unknown[]): void => {
      this.add(level, values);
      original.call(console, ...values);
    };
    console[level] = wrapped;
    this.restore.push(() => {
      // Somebody else may have put theirs around ours since; ours only passes on from now on.
      if (console[level] === wrapped) console[level] = original;
    });
  }

  private listen(type: string, listener: (event: PageEvent) => void): void {
    this.page.addEventListener(type, listener);
    this.restore.push(() => this.page.removeEventListener(type, listener));
  }

  private add(level: BrowserLevel, values: readonly unknown[]): void {
    if (this.busy || this.stopped) return;
    this.busy = true;
    try {
      const { location } = this.page;
      const error = values.find((value) => value instanceof Error);
      const { message, errorName, stack, url } = BROWSER_LIMITS;
      this.enqueue({
        level,
        message: clean(format(values), message),
        ...(error === undefined ? {} : { errorName: clean(error.name, errorName) }),
        ...(typeof error?.stack === 'string' ? { stack: clean(error.stack, stack) } : {}),
        ...(location === undefined ? {} : { url: clean(location.origin + location.pathname, url) }),
        clientTime: new Date().toISOString(),
      });
    } catch {
      this.dropped += 1;
    } finally {
      this.busy = false;
    }
  }

  private enqueue(entry: BrowserEntry): void {
    const key = [entry.level, entry.message, entry.stack, entry.url].join('\n');
    const same = this.queue.find((other) => other.key === key);
    if (same !== undefined) same.count += 1;
    else if (this.queue.length < (this.options.maxQueue ?? 100)) this.queue.push({ key, entry, count: 1 });
    else this.dropped += 1;
    this.schedule();
  }

  private schedule(): void {
    if (this.waiting || this.sending || this.stopped) return;
    this.waiting = true;
    const wait = (this.options.flushInterval ?? 5000) * 2 ** this.failures;
    this.page.setTimeout(
      () => {
        this.waiting = false;
        void this.flush();
      },
      Math.min(wait, Math.max(MAX_WAIT, this.options.flushInterval ?? 0)),
    );
  }

  /** Posts one batch; what is left waits for the next interval. Never rejects. */
  private async flush(): Promise<void> {
    if (this.sending || this.fetch === undefined) return;
    const batch = this.take();
    if (batch === undefined) return;
    this.sending = true;
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await this.fetch(this.options.url, { method: 'POST', body: batch.body, headers, keepalive: true });
      // What the backend refuses now it will refuse again, unless it only has too much to do.
      if (answer.status >= 500 || answer.status === 429) throw new Error();
      this.failures = 0;
      if (!answer.ok) this.dropped += batch.taken.length + batch.dropped;
    } catch {
      this.failures = Math.min(this.failures + 1, 10);
      this.putBack(batch);
    }
    this.sending = false;
    if (this.queue.length > 0) this.schedule();
  }

  /** Gives all that waits to the browser, which sends it even when the page is gone. */
  private leave(): void {
    try {
      for (let batch = this.take(); batch !== undefined; batch = this.take()) {
        if (this.sendBeacon?.(this.options.url, batch.body) === true) continue;
        this.putBack(batch);
        return;
      }
    } catch {
      // The page is going: nobody is left to tell.
    }
  }

  private take(): Taken | undefined {
    const { maxBatch = 20, release } = this.options;
    const taken: Waiting[] = [];
    const entries: BrowserEntry[] = [];
    for (let length = 0; entries.length < maxBatch;) {
      const next = this.queue[0];
      if (next === undefined) break;
      const entry = next.count > 1 ? { ...next.entry, count: next.count } : next.entry;
      length += JSON.stringify(entry).length + 1;
      if (length > MAX_BODY && entries.length > 0) break;
      this.queue.shift();
      if (length > MAX_BODY) {
        this.dropped += next.count;
        length = 0;
        continue;
      }
      taken.push(next);
      entries.push(entry);
    }
    const { dropped } = this;
    if (entries.length === 0 && dropped === 0) return undefined;
    const batch: BrowserBatch = {
      entries,
      ...(dropped > 0 ? { dropped } : {}),
      ...(release === undefined ? {} : { release: release.slice(0, BROWSER_LIMITS.release) }),
    };
    this.dropped = 0;
    return { taken, dropped, body: JSON.stringify(batch) };
  }

  private putBack({ taken, dropped }: Taken): void {
    this.dropped += dropped;
    const room = Math.max(0, (this.options.maxQueue ?? 100) - this.queue.length);
    this.queue.unshift(...taken.slice(0, room));
    for (const { count } of taken.slice(room)) this.dropped += count;
  }
}

interface Waiting {
  readonly key: string;
  readonly entry: BrowserEntry;
  count: number;
}

interface Taken {
  readonly taken: readonly Waiting[];
  readonly dropped: number;
  readonly body: string;
}

/** As the console shows it: `%s` and its like are filled in, the rest follows. */
function format([first, ...rest]: readonly unknown[]): string {
  const values = [...rest];
  const start =
    typeof first === 'string'
      ? first.replace(/%[sdifoOc%]/g, (sign) => {
          if (sign === '%%') return '%';
          if (values.length === 0) return sign;
          const value = show(values.shift());
          return sign === '%c' ? '' : value;
        })
      : show(first);
  return [start, ...values.map(show)].join(' ');
}

function show(value: unknown): string {
  const copy = plain(value, 0, []);
  return typeof copy === 'string' ? copy : JSON.stringify(copy);
}

/** What JSON can show of a value, without secret fields, cycles and getters that throw. */
function plain(value: unknown, depth: number, above: readonly unknown[]): unknown {
  switch (typeof value) {
    case 'string':
      return value.slice(0, MAX_TEXT);
    case 'object':
      return value === null ? value : plainObject(value, depth, above);
    case 'function':
      return '[Function]';
    case 'undefined':
    case 'bigint':
    case 'symbol':
      return String(value);
    default:
      return value;
  }
}

function plainObject(value: object, depth: number, above: readonly unknown[]): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (above.includes(value)) return '[Circular]';
  if (depth === MAX_DEPTH) return Array.isArray(value) ? '[Array]' : '[Object]';
  const inside = (one: unknown): unknown => plain(one, depth + 1, [...above, value]);
  if (Array.isArray(value)) return value.slice(0, MAX_KEYS).map(inside);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).slice(0, MAX_KEYS)) {
    try {
      const one: unknown = Reflect.get(value, key);
      copy[key] = isSecretField(key) && !isHarmlessValue(key, one) ? REDACTED : inside(one);
    } catch {
      copy[key] = '[Throws]';
    }
  }
  return copy;
}

/** Less than the whole table, which would be most of this file: the backend's logger looks for the rest. */
const TEXT = { places: ['text'] } as const;
const no = harmless();
const redactors = [
  ...FORMS.filter(({ places }) => places.includes('text')),
  underNames(json(0), no, TEXT),
  doubleQuoted(0, no, TEXT),
  singleQuoted(inspected(false), no, TEXT.places),
  ...unquoted(no),
].map(redactor);

/** Without secrets, and not longer than `limit`. */
function clean(text: string, limit: number): string {
  let result = text.slice(0, MAX_TEXT);
  for (const { suspects, redact } of redactors) if (suspects(result)) result = redact(result);
  return result.length > limit ? `${result.slice(0, limit - 1)}…` : result;
}
