/**
 * What the pipelines make of what real programs wrote: the captured fixtures, as pods' output, through the real Promtail
 * and the real gateway into the real Loki. The snapshot is what comes back; the rest says what it must mean.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELDS, type Format, LABELS, LEVELS, POD_LABELS } from '../../src/log-model';
import { PIPELINES } from '../../src/pipelines/promtail';
import { criLines, DECLARED, FIXTURES, fixtures, recordsOf, stackForFixtures } from '../support/captured';
import { LogPath } from '../support/log-path';
import { sendsNoMore as allSent } from '../../programs/collector';
import { type Entry } from '../../programs/loki';
import { BUILD_TIMEOUT } from '../../programs/program';
import { sendsNoMore } from '../../programs/promtail';

const MILLISECOND = 1_000_000n;

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

/** Fixtures of which the two agents make something different. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'nginx/error.log': 'Promtail takes bytes 1 and 2 in a line for marks of its own, and takes them out',
  'postgres/csvlog.log':
    'a statement of several lines is not joined, because one rule for further lines is for all pods; PostgreSQL writes this format to files alone, and of files the format is known',
};

/** An entry for the snapshot. */
function show({ labels, structuredMetadata, time, line }: Entry): string {
  const metadata = Object.entries(structuredMetadata)
    .filter(([key]) => key !== 'pod' && key !== 'detected_level')
    .map(([key, value]) => ` ${key}=${value}`)
    .sort();
  const own = time % MILLISECOND === 1n ? '' : ' own time';
  return `${labels[LABELS.level] ?? '-'} ${labels[LABELS.job] ?? ''}${own}${metadata.join('')}\n${line}`;
}

describe('what real programs wrote', () => {
  const promtailPath = new LogPath(stackForFixtures('golden'), 'golden');
  const collectorPath = new LogPath(stackForFixtures('golden'), 'golden-collector');
  let found: ReadonlyMap<string, readonly Entry[]>;
  let foundByCollector: ReadonlyMap<string, readonly Entry[]>;

  beforeAll(async () => {
    const pods = fixtures.map(({ pod }) => pod);
    for (const path of [promtailPath, collectorPath]) {
      await path.start();
      for (const each of fixtures) path.logs.append(each.pod, criLines(each));
    }
    const lines = fixtures.reduce((sum, each) => sum + each.lines.length, 0);
    await sendsNoMore(await promtailPath.startPromtail(pods), lines);
    found = await recordsOf(promtailPath);
    await allSent(await collectorPath.startCollector(pods));
    foundByCollector = await recordsOf(collectorPath);
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    await promtailPath.stop();
    await collectorPath.stop();
  });

  const of = (name: string): readonly Entry[] => found.get(name) ?? [];

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

  describe('the Collector makes the same of it', () => {
    const ofCollector = (name: string): readonly Entry[] => foundByCollector.get(name) ?? [];
    const text = ({ time, labels, structuredMetadata, line }: Entry): string => {
      const sorted = [labels, structuredMetadata].map((values) => Object.entries(values).sort());
      return `${time} ${JSON.stringify(sorted)}\n${line}`;
    };

    it.each(fixtures.filter(({ name }) => !(name in DIFFERENCES)))('$name', ({ name }) => {
      expect(ofCollector(name).map(text)).toEqual(of(name).map(text));
    });

    it.each(Object.entries(DIFFERENCES))('%s is different: %s', (name) => {
      expect(ofCollector(name).map(text)).not.toEqual(of(name).map(text));
      const lines = (entries: readonly Entry[]): number => entries.flatMap(({ line }) => line.split('\n')).length;
      expect(lines(ofCollector(name))).toBe(lines(of(name)));
    });
  });

  it('every fixture is captured by the script, none is left from another day', () => {
    expect(existsSync(join(FIXTURES, 'README.md'))).toBe(true);
    const listed = readFileSync(join(FIXTURES, 'README.md'), 'utf8');
    expect(fixtures.filter(({ name }) => !listed.includes(name)).map(({ name }) => name)).toEqual([]);
  });
});
