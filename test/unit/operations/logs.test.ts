/** `npm run logs`: what is asked of Loki, so that no record is lost or comes twice, and how a record looks. */
import { checkQuery } from '../../../src/operations/logs/command';
import { follow, nanoseconds } from '../../../src/operations/logs/follow';
import { type Ask, Reader, Seen } from '../../../src/operations/logs/reader';
import { formatRecord, type LogRecord, recordJson } from '../../../src/operations/logs/record';

const record = (
  timestamp: number | bigint,
  line: string,
  labels: LogRecord['labels'] = { job: 'backend' },
): LogRecord => ({
  timestamp: BigInt(timestamp),
  line,
  labels,
});

/** A Loki with these records, which answers as Loki does: a half-open range, at most `limit`, from one end. */
function lokiWith(records: readonly LogRecord[]) {
  const asked: URLSearchParams[] = [];
  const ask: Ask = (path) => {
    const parameters = new URL(path, 'http://loki').searchParams;
    asked.push(parameters);
    const [start, end, limit] = ['start', 'end', 'limit'].map((name) => BigInt(parameters.get(name) ?? 0));
    const sign = parameters.get('direction') === 'forward' ? 1 : -1;
    const found = records
      .filter(({ timestamp }) => timestamp >= (start ?? 0n) && timestamp < (end ?? 0n))
      .sort((one, other) => sign * Number(one.timestamp - other.timestamp))
      .slice(0, Number(limit));
    const result = found.map(({ timestamp, line, labels }) => ({
      stream: labels,
      values: [[String(timestamp), line]],
    }));
    return Promise.resolve(JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }));
  };
  return { ask, asked };
}

const { signal } = new AbortController();
const lines = (records: readonly LogRecord[]): readonly string[] => records.map(({ line }) => line);
const EVERYTHING = { from: 0n, to: 1000n };

describe('given pages of three, and instants that end on none of their borders', () => {
  const instants = [1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8];
  const records = instants.map((instant, index) => record(instant, `line ${index}`));

  it('every line comes once, oldest first', async () => {
    const { ask, asked } = lokiWith(records);
    const all = await new Reader(ask, '{job="backend"}', 3).all(EVERYTHING, signal);
    expect(lines(all)).toEqual(lines(records));
    expect(asked.length).toBeGreaterThan(4);
  });

  it.each([1, 2, 3, 4, 5, 7, 11, 12, 13])('of the newest %d, each comes once, oldest first', async (limit) => {
    const newest = await new Reader(lokiWith(records).ask, '{job="backend"}', 3).newest(EVERYTHING, limit, signal);
    expect(newest).toHaveLength(Math.min(limit, records.length));
    expect(new Set(lines(newest)).size).toBe(newest.length);
    expect(newest.map(({ timestamp }) => Number(timestamp))).toEqual(instants.slice(-limit));
  });

  it('two streams that look the same keep both of their lines', async () => {
    const twins = [record(1, 'a'), record(2, 'same'), record(2, 'same'), record(3, 'b'), record(4, 'c')];
    const all = await new Reader(lokiWith(twins).ask, '{job="backend"}', 3).all(EVERYTHING, signal);
    expect(lines(all)).toEqual(['a', 'same', 'same', 'b', 'c']);
  });

  it('an instant of which Loki cannot return all is an error, and no loss', async () => {
    const crowd = Array.from({ length: 4 }, (_, index) => record(5, `line ${index}`));
    const reader = new Reader(lokiWith(crowd).ask, '{job="backend"}', 3);
    await expect(reader.all(EVERYTHING, signal)).rejects.toThrow(/nanosecond 5, more than Loki returns at once/);
  });

  it('no more than is wanted is asked for', async () => {
    const { ask, asked } = lokiWith(records);
    await new Reader(ask, '{job="backend"}', 5000).newest(EVERYTHING, 2, signal);
    expect(asked.map((parameters) => [parameters.get('limit'), parameters.get('direction')])).toEqual([
      ['2', 'backward'],
    ]);
  });
});

describe('when it follows', () => {
  /** Follows a Loki until so many lines were printed. */
  async function followed(
    ask: Ask,
    shown: readonly LogRecord[],
    count: number,
    failed: (error: unknown) => void = (error) => {
      throw error;
    },
    limit = 1000,
  ): Promise<readonly string[]> {
    const stop = new AbortController();
    const printed: string[] = [];
    const now = nanoseconds();
    await follow(
      new Reader(ask, '{job="backend"}', 3),
      shown,
      { from: now - 60_000_000_000n, to: now },
      {
        signal: stop.signal,
        interval: 5,
        limit,
        failed,
        print: ({ line }) => {
          printed.push(line);
          if (printed.length === count) stop.abort();
        },
      },
    );
    return printed;
  }

  it('then lines come once, the late ones too, and none that was shown', async () => {
    const now = nanoseconds();
    const [shown, late, fresh] = [
      record(now - 2n, 'shown'),
      record(now - 1_000_000_000n, 'late'),
      record(now, 'fresh'),
    ];
    const kept = [shown, record(now - 5_000_000_000n, 'before')];
    const loki = [...kept];
    const { ask } = lokiWith(loki);
    let looks = 0;
    const slowly: Ask = (...args) => {
      looks += 1;
      if (looks === 3) loki.push(late);
      if (looks === 5) loki.push(fresh, record(now + 1n, 'fresher'));
      return ask(...args);
    };
    expect(await followed(slowly, [kept[1] ?? shown, shown], 3)).toEqual(['late', 'fresh', 'fresher']);
  });

  it('then what is older than the newest of a limit stays left out', async () => {
    const now = nanoseconds();
    const shown = record(now - 1_000_000n, 'shown');
    const { ask } = lokiWith([record(now - 2_000_000n, 'left out'), shown, record(now, 'fresh')]);
    expect(await followed(ask, [shown], 1, undefined, 1)).toEqual(['fresh']);
  });

  it('then a late line comes that is older than all that was shown, if nothing was left out', async () => {
    const now = nanoseconds();
    const shown = record(now - 1_000_000n, 'shown');
    const { ask } = lokiWith([record(now - 2_000_000n, 'late'), shown]);
    expect(await followed(ask, [shown], 1)).toEqual(['late']);
  });

  it('then it goes on after a time in which Loki was away, and loses nothing of it', async () => {
    const now = nanoseconds();
    const { ask } = lokiWith([record(now, 'written meanwhile')]);
    let looks = 0;
    const errors: unknown[] = [];
    const away: Ask = (...args) => ((looks += 1) < 4 ? Promise.reject(new Error('no Loki')) : ask(...args));
    expect(await followed(away, [], 1, (error) => errors.push(error))).toEqual(['written meanwhile']);
    expect(errors.map(String)).toEqual(Array(3).fill('Error: no Loki'));
  });

  it('then a refusal ends it', async () => {
    await expect(followed(() => Promise.reject(new Error('401')), [], 1)).rejects.toThrow('401');
  });

  it('then what is not asked for again is forgotten', () => {
    const seen = new Seen();
    const old = record(1, 'old');
    seen.fresh([old]);
    seen.forget(2n);
    expect(seen.fresh([old])).toEqual([old]);
  });
});

describe('a record', () => {
  const AT = 1_796_000_000_123_456_789n;

  it('is a line with time, level, job and text', () => {
    expect(formatRecord(record(AT, 'hello', { job: 'backend', level: 'warn' }), false)).toBe(
      '2026-11-30T00:53:20.123Z  WARN   backend     hello',
    );
  });

  it('has the level that Loki finds where its stream has none', () => {
    expect(formatRecord(record(AT, 'x', { detected_level: 'error' }), false)).toContain('  ERROR  ');
    expect(formatRecord(record(AT, 'x', { detected_level: 'unknown' }), false)).toMatch(/Z {21}x$/);
  });

  it.each([
    ['error', '\u001b[31m'],
    ['warn', '\u001b[33m'],
    ['info', '\u001b[32m'],
  ])('of level %s has its colour, where there are colours', (level, colour) => {
    expect(formatRecord(record(AT, 'x', { level }), true)).toContain(`${colour}${level.toUpperCase()}`);
    expect(formatRecord(record(AT, 'x', { level }), false)).not.toContain('\u001b');
  });

  it('is one line, and moves no cursor, whatever is logged', () => {
    expect(formatRecord(record(AT, 'a\nb\u001b[2J\u009b1m\tc'), false)).toMatch(/a\\nb\\u001b\[2J\\u009b1m\tc$/);
  });

  it('is one object as JSON, with every label', () => {
    expect(JSON.parse(recordJson(record(AT, 'a\nb', { job: 'backend', pod: 'x' })))).toEqual({
      timestamp: '2026-11-30T00:53:20.123Z',
      nanoseconds: String(AT),
      labels: { job: 'backend', pod: 'x' },
      line: 'a\nb',
    });
  });
});

describe('a query', () => {
  it('of lines is taken', () => {
    expect(() => checkQuery('{job="backend"} | json | duration > 1000')).not.toThrow();
  });

  it.each([
    ['that is not closed', '{job="backend"', /^this is no LogQL: \{job="backend"\nnot understood: /],
    ['that is prose', 'errors of today', /^this is no LogQL/],
    ['that Loki would refuse', '{job=~"("}', /^Loki would refuse \{job=~"\("\}/],
    ['that counts', 'rate({job="backend"}[5m])', /^this query counts lines/],
  ])('%s is refused with the reason', (_, query, reason) => {
    expect(() => checkQuery(query)).toThrow(reason);
  });
});
