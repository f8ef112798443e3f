/**
 * What the pipelines make of what real programs wrote: the captured fixtures, as pods' output, through the real Promtail
 * and the real gateway into the real Loki. The snapshot is what comes back; the rest says what it must mean.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FIELDS, type Format, LABELS, LEVELS, POD_LABELS } from '../../src/log-model';
import { PIPELINES } from '../../src/pipelines';
import { LogPath } from '../support/log-path';
import { type Entry } from '../../programs/loki';
import { countOf } from '../../programs/metric';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { type Container, sendsNoMore } from '../../programs/promtail';
import { variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const FIXTURES = join(__dirname, '..', 'fixtures');
const HOUR = 3_600_000;
const MILLISECOND = 1_000_000n;

/** Folders of fixtures whose format follows from the pod's job. Every other says it, or is `auto`. */
const JOBS: readonly string[] = ['postgres', 'redis', 'pgbouncer', 'nginx', 'backend'];
const DECLARED: Readonly<Record<string, Format>> = { python: 'python' };

/** What is written to standard error alone, where a line may take the next one with it. */
const STDERR: readonly string[] = ['java/uncaught.log', 'rust/panic.log'];

/** Fixtures of loggers, and what each of them was told to log at which level. */
const LOGGERS = /^(?:documented|go|rust|elixir|ruby|php)\/|\/loggers\.log$/;
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'a step': ['debug'],
  'a query': ['debug'],
  'the server listens': ['info'],
  'the server goes on': ['info'],
  'the cache is nearly full': ['warn'],
  'a request failed': ['error'],
  'worse than an error': ['error'],
  'less than information': ['debug', 'info'], // in between
  'the disk is full': ['error'],
  'the system is unusable': ['error'],
  'the end': ['error'],
};

interface Fixture {
  /** `<source>/<what>.log` */
  readonly name: string;
  readonly pod: Container;
  readonly lines: readonly string[];
  /** When it was captured. */
  readonly at: number;
}

const fixtures: readonly Fixture[] = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: source }) =>
    readdirSync(join(FIXTURES, source))
      .filter((file) => file.endsWith('.log'))
      .map((file) => fixture(source, file)),
  );

function fixture(source: string, file: string): Fixture {
  const text = readFileSync(join(FIXTURES, source, file), 'utf8');
  const format = DECLARED[source];
  const pod: Container = {
    namespace: 'golden',
    pod: `${source}-${basename(file, '.log')}`,
    // A stream of its own: Loki refuses a line that is an hour behind another one's.
    container: basename(file, '.log'),
    labels: {
      [POD_LABELS.app]: source,
      ...(JOBS.includes(source) ? { [POD_LABELS.job]: source } : {}),
      ...(format === undefined ? {} : { [POD_LABELS.format]: format }),
    },
  };
  return { name: `${source}/${file}`, pod, lines: text.replace(/\n$/, '').split('\n'), at: capturedAt(text) };
}

/** The first time that stands in it; of a file without one, that of another file would do as well. */
function capturedAt(text: string): number {
  const [, date = '', time = '', zone] = /(20\d\d-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+ (CET))?/.exec(text) ?? [];
  const [, day = '', month = '', year = '', clock = ''] =
    /(\d{1,2})[ /](\w{3})[ /](20\d\d)[ :](\d\d:\d\d:\d\d)/.exec(text) ?? [];
  const found = Date.parse(
    date === '' ? `${day} ${month} ${year} ${clock} UTC` : `${date}T${time}${zone === undefined ? 'Z' : '+01:00'}`,
  );
  return Number.isNaN(found) ? Date.parse('2026-11-23T22:45:00Z') : found;
}

/** The fixture as containerd would have written it: each line some milliseconds after the one before. */
function criLines({ name, lines, at }: Fixture): readonly string[] {
  const stream = STDERR.includes(name) ? 'stderr' : 'stdout';
  return lines.map((line, index) => `${seenAt(at, index)} ${stream} F ${line}`);
}

function seenAt(at: number, index: number): string {
  return new Date(at + 1000 + index).toISOString().replace('Z', '000001Z');
}

/** An entry for the snapshot. */
function show({ labels, structuredMetadata, time, line }: Entry): string {
  const metadata = Object.entries(structuredMetadata)
    .filter(([key]) => key !== 'pod' && key !== 'detected_level')
    .map(([key, value]) => ` ${key}=${value}`)
    .sort();
  const own = time % MILLISECOND === 1n ? '' : ' own time';
  return `${labels[LABELS.level] ?? '-'} ${labels[LABELS.job] ?? ''}${own}${metadata.join('')}\n${line}`;
}

/** Of lines that are hours old, Loki shows only what is in its store: it does not look into its memory for them. */
async function writeChunks(port: number): Promise<void> {
  let before = 0;
  await until('Loki to write all chunks', async () => {
    const { text } = await send({ port, path: '/metrics' });
    const [created = 0, flushed = 0] = ['created', 'flushed'].map((what) =>
      countOf(text, `loki_ingester_chunks_${what}_total`),
    );
    if (created > 0 && flushed >= created) return undefined;
    // On a busy machine a chunk may be made after the first request.
    if (flushed === before) await send({ port, path: '/flush', method: 'POST' });
    before = flushed;
    return `${flushed} of ${created} are written`;
  });
}

const byTime = (a: Entry, b: Entry): number =>
  a.time === b.time ? (a.line < b.line ? -1 : 1) : a.time < b.time ? -1 : 1;

describe('what real programs wrote', () => {
  const rendered = variant('golden', {
    environment: 'dev',
    // Fixtures grow old.
    retention: { period: '5000d' },
    limits: { rejectOldSamplesAfter: '4999d' },
  });
  const path = new LogPath(rendered, 'golden');
  const found = new Map<string, readonly Entry[]>();

  beforeAll(async () => {
    await path.start();
    for (const each of fixtures) path.logs.append(each.pod, criLines(each));
    const promtail = await path.startPromtail(fixtures.map(({ pod }) => pod));
    const lines = fixtures.reduce((sum, each) => sum + each.lines.length, 0);
    // Not by queries: Loki remembers for a while that an hour of the past was empty.
    await sendsNoMore(promtail, lines);
    await writeChunks(path.lokiPort);
    for (const { name, pod, at } of fixtures) {
      const range = { from: at - HOUR, to: at + HOUR };
      found.set(name, await path.query(`{namespace="golden"} | pod="${pod.pod}"`, range));
    }
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  const of = (name: string): readonly Entry[] => [...(found.get(name) ?? [])].sort(byTime);

  it.each(fixtures)('$name becomes these records', ({ name }) => {
    expect(of(name).map(show).join('\n\n')).toMatchSnapshot();
  });

  it.each(fixtures)('$name loses no line, and repeats none', ({ name, lines }) => {
    const came = of(name).flatMap(({ line }) => line.split('\n'));
    const dropped = lines.filter((line) => line.includes('kube-probe/'));
    expect(came.length + (name.startsWith('nginx/access') ? dropped.length : 0)).toBe(lines.length);
  });

  it.each(fixtures)('$name tells no secret', ({ name }) => {
    expect(of(name).filter(({ line }) => line.includes('hunter2'))).toEqual([]);
    expect(of(name).filter((entry) => JSON.stringify(entry.structuredMetadata).includes('hunter2'))).toEqual([]);
  });

  it.each(fixtures)('$name has the log model’s levels, and only metadata that its pipeline names', ({ name, pod }) => {
    const source = name.split('/')[0] ?? '';
    const format: Format = DECLARED[source] ?? (source in PIPELINES ? (source as Format) : 'auto');
    const known: readonly string[] = [...PIPELINES[format].metadata, 'pod', 'detected_level'];
    for (const { labels, structuredMetadata } of of(name)) {
      expect([undefined, ...LEVELS]).toContain(labels[LABELS.level]);
      expect(Object.keys(structuredMetadata).filter((key) => !known.includes(key))).toEqual([]);
      expect(labels[LABELS.app]).toBe(pod.labels?.[POD_LABELS.app]);
    }
  });

  describe('PostgreSQL', () => {
    const stderr = (): readonly Entry[] => of('postgres/stderr.log');

    it('keeps DETAIL, HINT and STATEMENT with their error', () => {
      const [deadlock] = stderr().filter(({ line }) => line.includes('deadlock detected'));
      expect(deadlock?.labels[LABELS.level]).toBe('error');
      expect(deadlock?.line).toMatch(/DETAIL: {2}Process \d+ waits[^]*HINT: [^]*STATEMENT: /);
    });

    it('knows slow statements by their duration', () => {
      const slow = stderr().filter(({ structuredMetadata }) => Number(structuredMetadata[FIELDS.duration]) > 1000);
      expect(slow.map(({ line }) => line)).toEqual([expect.stringContaining('SELECT pg_sleep(1.2)')]);
    });

    it('has failed logins as errors', () => {
      const failed = stderr().filter(({ line }) => line.includes('password authentication failed for user'));
      expect(failed.length).toBeGreaterThan(0);
      for (const { labels } of failed) expect(labels[LABELS.level]).toBe('error');
    });

    it.each(['postgres/stderr.log', 'postgres/csvlog.log', 'postgres/jsonlog.log'])('%s has its own times', (name) => {
      expect(of(name).filter(({ time }) => time % MILLISECOND !== 0n)).toEqual([]);
    });

    it('has its levels in another language, and what is said more of an error with it', () => {
      const errors = of('postgres/german.log').filter(({ labels }) => labels[LABELS.level] === 'error');
      expect(errors.map(({ line }) => /(?:FEHLER|FATAL): {2}/.exec(line)?.[0])).toEqual([
        'FEHLER:  ',
        'FATAL:  ',
        'FEHLER:  ',
        'FATAL:  ',
      ]);
      expect(errors.filter(({ line }) => line.includes('ANWEISUNG:  '))).toHaveLength(2);
      expect(of('postgres/german.log').filter(({ labels }) => labels[LABELS.level] === undefined)).toEqual([]);
    });

    it('is not believed in a zone whose name means several', () => {
      expect(of('postgres/local-time.log').filter(({ time }) => time % MILLISECOND !== 1n)).toEqual([]);
    });
  });

  it('nginx’ server errors are errors, client errors are warnings, in both formats', () => {
    const levels = (name: string): Readonly<Record<string, readonly string[]>> =>
      Object.fromEntries(
        [...Map.groupBy(of(name), ({ labels }) => labels[LABELS.level] ?? '')].map(([level, entries]) => [
          level,
          [...new Set(entries.map(({ structuredMetadata }) => structuredMetadata[FIELDS.status] ?? ''))].sort(),
        ]),
      );
    for (const name of ['nginx/access-json.log', 'nginx/access-combined.log']) {
      expect(levels(name)['error']?.every((status) => status.startsWith('5'))).toBe(true);
      expect(levels(name)['warn']?.every((status) => status.startsWith('4'))).toBe(true);
      expect(levels(name)['info']?.every((status) => /^[123]/.test(status))).toBe(true);
    }
  });

  it('nginx’ durations are milliseconds', () => {
    const [request] = of('nginx/access-json.log').filter(({ line }) => line.includes('"abc123"'));
    const seconds = Number(/"request_time":([\d.]+)/.exec(request?.line ?? '')?.[1]);
    expect(seconds).toBeGreaterThan(0);
    expect(Number(request?.structuredMetadata[FIELDS.duration])).toBeCloseTo(seconds * 1000, 6);
    expect(request?.structuredMetadata[FIELDS.requestId]).toBe('abc123');
  });

  it('stack traces of Java, Node and Python are one record each', () => {
    const traces = ['java/uncaught.log', 'node/uncaught.log', 'python/traceback.log']
      .flatMap((name) => of(name))
      .filter(({ line }) => /^\s+at |^ {2}File "|^Caused by: /.test(line));
    expect(traces).toEqual([]);
  });

  it.each([
    ['go/panic.log', /^panic: [^]*goroutine 1 [^]*main\.main/, 1],
    ['go/signal.log', /^panic: [^]*\[signal SIGSEGV[^]*created by main/, 1],
    ['go/deadlock.log', /^fatal error: all goroutines are asleep[^]*main\.main/, 1],
    ['rust/panic.log', /^thread '[^]*panicked at [^]*\n {2}left: 2[^]*stack backtrace:/, 1],
    ['rust/panic.log', /^thread 'main' [^]*panicked at [^]*\nindex out of bounds[^]*note: /, 1],
    [
      'php/failures.log',
      /^PHP Fatal error: [^]*InvalidArgumentException[^]*Next RuntimeException[^]* {2}thrown in /,
      1,
    ],
    ['ruby/failures.log', /`rescue in send_all': orders were not sent \(IOError\)\n\tfrom /, 1],
    ['elixir/failures.log', /\[error\] Process [^]*\*\* \(RuntimeError\) the worker failed\n {4}/, 1],
    ['java/loggers.log', /a request failed\njava\.lang\.IllegalStateException[^]*Caused by: java\.io\.IOException/, 3],
    ['python/loggers.log', /a request failed\nTraceback [^]*\nKeyError: 'missing'/, 1],
    ['node/loggers.log', /^TimeoutError: no answer in 500 ms\n {4}at /, 1],
  ])('%s has whole errors, each a record of level error: %s', (name, expression, least) => {
    const found = of(name).filter(({ line }) => expression.test(line));
    expect(found.length).toBeGreaterThanOrEqual(least);
    expect(found.filter(({ labels }) => labels[LABELS.level] !== 'error')).toEqual([]);
  });

  it.each(fixtures.filter(({ name }) => LOGGERS.test(name)))(
    '$name says of each text what its logger was told',
    ({ name }) => {
      const wrong = of(name).filter(({ labels, line }) => {
        const [, level] = Object.entries(TOLD).find(([text]) => line.includes(text)) ?? [];
        return level !== undefined && !level.includes(labels[LABELS.level] ?? '-');
      });
      expect(wrong).toEqual([]);
    },
  );

  it('every fixture is captured by the script, none is left from another day', () => {
    expect(existsSync(join(FIXTURES, 'README.md'))).toBe(true);
    const listed = readFileSync(join(FIXTURES, 'README.md'), 'utf8');
    expect(fixtures.filter(({ name }) => !listed.includes(name)).map(({ name }) => name)).toEqual([]);
  });
});
