/** The backend's side of the browser logs: an Express handler that checks what browsers send, and logs it. */
import { FIELDS, JOBS } from '../log-model';
import { BROWSER_LEVELS, BROWSER_LIMITS, MAX_BATCH } from './browser-batch';
import { Given, integer, type Known } from './given';
import { read } from './objects';
import { WRITER, writer } from './writer';

/** How much browsers may send. */
export interface BrowserLogsOptions {
  /** Writes the records. @default - the package's own logger */
  readonly logger?: BrowserLogWriter;
  /** Most entries of one post; a longer one is answered with 413. @default 50 */
  readonly maxEntries?: number;
  /** Most posts of one address in a minute; more are answered with 429. @default 60 */
  readonly maxPostsPerAddress?: number;
  /** Most posts of all addresses in a minute; more are answered with 429. @default 3000 */
  readonly maxPosts?: number;
}

/** What is used of a logger. */
export interface BrowserLogWriter {
  /** Writes one record. */
  log(level: string, message: string, fields: Readonly<Record<string, unknown>>): unknown;
}

/** What is used of Express' request. */
export interface BrowserLogsRequest {
  /** As a body parser has read it. */
  readonly body?: unknown;
  /** The client's address. */
  readonly ip?: string | undefined;
  /** A header. */
  get(name: string): string | undefined;
}

/** What is used of Express' response. */
export interface BrowserLogsResponse {
  /** Sets the status. */
  status(code: number): this;
  /** Sets a header. */
  set(name: string, value: string): this;
  /** Answers. */
  send(body?: string): unknown;
}

/** Fields of a frontend's record that no other source has. */
const BROWSER_FIELDS = {
  /** The browser's clock, which may be wrong: the record's own time is the backend's. */
  clientTime: 'clientTime',
  /** How often the same was said. */
  count: 'count',
  /** Entries that the browser did not send. */
  dropped: 'dropped',
  /** Version of the frontend. */
  release: 'release',
} as const;

const OPTIONS: Known<BrowserLogsOptions> = { logger: true, maxEntries: true, maxPostsPerAddress: true, maxPosts: true };
const MINUTE = 60_000;

/** Makes the handler for a logger. */
export function browserLogsFor(
  defaultLogger: () => BrowserLogWriter,
  options: BrowserLogsOptions = {},
): (request: BrowserLogsRequest, response: BrowserLogsResponse) => void {
  const given = new Given(options, OPTIONS);
  const maxEntries = given.get('maxEntries', integer(1)) ?? MAX_BATCH;
  const admitted = postLimit(
    given.get('maxPostsPerAddress', integer(1)) ?? 60,
    given.get('maxPosts', integer(1)) ?? 3000,
  );
  const write = writer(given.get('logger', WRITER), defaultLogger, 'browserLogs()', given.problems);
  return (request, response) => {
    try {
      const { status, text } = handle(request);
      response.status(status);
      if (status === 429) response.set('retry-after', '60');
      response.send(text);
    } catch (error) {
      write('error', 'Logger: a post of a browser cannot be answered', { error });
    }
  };

  function handle(request: BrowserLogsRequest): { readonly status: number; readonly text?: string } {
    const address = read(request, 'ip');
    const ip = typeof address === 'string' ? address : '';
    if (!admitted(ip)) return { status: 429, text: 'too many posts' };
    const batch = parseBatch(read(request, 'body'), maxEntries);
    if (batch instanceof Refusal) return { status: batch.status, text: batch.message };
    const common = {
      [FIELDS.job]: JOBS.frontend,
      [FIELDS.ipAddress]: ip,
      [FIELDS.userAgent]: userAgentOf(request),
      [BROWSER_FIELDS.release]: batch.release,
    };
    for (const { level, message, errorName, stack, url, clientTime, count } of batch.entries) {
      write(level, message, {
        ...common,
        [FIELDS.errorName]: errorName,
        [FIELDS.stack]: stack,
        [FIELDS.url]: url,
        [BROWSER_FIELDS.clientTime]: clientTime,
        [BROWSER_FIELDS.count]: count,
      });
    }
    if (batch.dropped !== undefined)
      write('warn', 'The browser had more to say than it sent', {
        ...common,
        [BROWSER_FIELDS.dropped]: batch.dropped,
      });
    return { status: 204 };
  }
}

function userAgentOf(request: BrowserLogsRequest): string | undefined {
  try {
    return request.get('user-agent')?.slice(0, 500);
  } catch {
    return undefined;
  }
}

/** Counts posts by the minute. What it remembers is bounded by the number of posts that it admits. */
function postLimit(perAddress: number, total: number): (address: string) => boolean {
  const posts = new Map<string, number>();
  let minute = 0;
  let admitted = 0;
  return (address) => {
    const now = Math.floor(Date.now() / MINUTE);
    if (now !== minute) {
      minute = now;
      admitted = 0;
      posts.clear();
    }
    const before = posts.get(address) ?? 0;
    if (before >= perAddress || admitted >= total) return false;
    posts.set(address, before + 1);
    admitted += 1;
    return true;
  };
}

/** Why a batch is not logged. */
class Refusal extends Error {
  constructor(
    readonly status: 400 | 413,
    problem: string,
  ) {
    super(problem);
  }
}

function parseBatch(body: unknown, maxEntries: number) {
  try {
    if (body === undefined) throw new Refusal(400, 'no body: express.json() has to be before browserLogs()');
    const batch = new Fields(body);
    const { entries } = batch.values;
    if (!Array.isArray(entries)) throw new Refusal(400, 'entries: not a list');
    if (entries.length > maxEntries) throw new Refusal(413, `entries: more than ${maxEntries}`);
    return { entries: entries.map(parseEntry), dropped: batch.count('dropped'), release: batch.text('release') };
  } catch (error) {
    return error instanceof Refusal ? error : new Refusal(400, 'cannot be read');
  }
}

function parseEntry(value: unknown) {
  const entry = new Fields(value);
  const level = BROWSER_LEVELS.find((known) => known === entry.values['level']);
  if (level === undefined) throw new Refusal(400, `level: not ${BROWSER_LEVELS.join(' or ')}`);
  const message = entry.text('message');
  if (message === undefined) throw new Refusal(400, 'message: missing');
  const clientTime = entry.text('clientTime');
  if (clientTime !== undefined && Number.isNaN(Date.parse(clientTime)))
    throw new Refusal(400, 'clientTime: not a time');
  return {
    level,
    message,
    errorName: entry.text('errorName'),
    stack: entry.text('stack'),
    url: entry.text('url')?.split(/[?#]/, 1)[0],
    clientTime,
    count: entry.count('count'),
  };
}

/** The fields of something that somebody else has made. */
class Fields {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null) throw new Refusal(400, 'not an object');
    this.values = { ...value };
  }

  text(name: keyof typeof BROWSER_LIMITS): string | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw new Refusal(400, `${name}: not a text`);
    if (value.length > BROWSER_LIMITS[name]) throw new Refusal(413, `${name}: longer than ${BROWSER_LIMITS[name]}`);
    return value;
  }

  count(name: 'count' | 'dropped'): number | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
      throw new Refusal(400, `${name}: not a number from 1`);
    return value;
  }
}
