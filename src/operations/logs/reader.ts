/**
 * Records of a query, from Loki's range queries; logcli is not used. Its tail ends after an hour, is for one tenant alone, counts
 * against the tenant's tails, and says nothing of lines that come late; its password would stand in its environment, and whoever
 * is new here would have to find a logcli. A range that overlaps the one before it has none of that.
 */
import { z } from 'zod';
import type { LogRecord } from './record';

/** Asks Loki: path below its API → the answer's text. @throws Error where it is no answer */
export type Ask = (path: string, signal: AbortSignal) => Promise<string>;

/** Half-open, in nanoseconds since 1970. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

const answerShape = z.looseObject({
  data: z.looseObject({
    resultType: z.literal('streams'),
    result: z.array(
      z.looseObject({
        stream: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())),
      }),
    ),
  }),
});

/** How many of each record there are: two streams may look the same once labels are dropped. */
export class Seen {
  private readonly counts = new Map<string, { readonly timestamp: bigint; count: number }>();

  /** Those of an answer that were not in an answer before; what stands there twice is two. */
  fresh(records: readonly LogRecord[]): readonly LogRecord[] {
    const here = new Map<string, number>();
    return records.filter((record) => {
      const key = keyOf(record);
      const nth = (here.get(key) ?? 0) + 1;
      here.set(key, nth);
      const known = this.counts.get(key);
      if (known !== undefined && nth <= known.count) return false;
      this.counts.set(key, { timestamp: record.timestamp, count: nth });
      return true;
    });
  }

  /** Those before a moment are not asked for again. */
  forget(before: bigint): void {
    for (const [key, { timestamp }] of this.counts) if (timestamp < before) this.counts.delete(key);
  }
}

function keyOf({ timestamp, line, labels }: LogRecord): string {
  return JSON.stringify([String(timestamp), line, Object.entries(labels).sort()]);
}

/** The records of one query. */
export class Reader {
  constructor(
    private readonly ask: Ask,
    private readonly query: string,
    /** Most that Loki returns at once. */
    private readonly pageSize: number,
  ) {}

  /** The newest records of a range, oldest first. */
  async newest(range: Range, limit: number, signal: AbortSignal): Promise<readonly LogRecord[]> {
    const found: LogRecord[] = [];
    for await (const page of this.pages(range, 'backward', limit, signal)) found.push(...page);
    return found.slice(0, limit).reverse();
  }

  /** Every record of a range, oldest first. */
  async all(range: Range, signal: AbortSignal): Promise<readonly LogRecord[]> {
    const found: LogRecord[] = [];
    for await (const page of this.pages(range, 'forward', Infinity, signal)) found.push(...page);
    return found;
  }

  /** Each page begins with the instant at which the one before it ended: there may be more of it. */
  private async *pages(
    range: Range,
    direction: 'forward' | 'backward',
    wanted: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LogRecord[]> {
    const seen = new Seen();
    const size = Math.min(this.pageSize, wanted);
    let { from, to } = range;
    for (let got = 0; ;) {
      const page = await this.page({ from, to }, direction, size, signal);
      const fresh = seen.fresh(page);
      got += fresh.length;
      yield fresh;
      const last = page.at(-1);
      if (last === undefined || page.length < size || got >= wanted) return;
      if (page[0]?.timestamp === last.timestamp)
        throw new Error(
          `there are ${size} records or more of the nanosecond ${last.timestamp}, more than Loki returns at once: narrow the query`,
        );
      if (direction === 'forward') from = last.timestamp;
      else to = last.timestamp + 1n;
    }
  }

  private async page(
    { from, to }: Range,
    direction: string,
    size: number,
    signal: AbortSignal,
  ): Promise<readonly LogRecord[]> {
    const parameters = new URLSearchParams({
      query: this.query,
      start: String(from),
      end: String(to),
      limit: String(size),
      direction,
    });
    const text = await this.ask(`/loki/api/v1/query_range?${parameters.toString()}`, signal);
    const { data } = answerShape.parse(JSON.parse(text));
    const records = data.result.flatMap(({ stream, values }) =>
      values.map(([timestamp, line]) => ({ timestamp: BigInt(timestamp), line, labels: stream })),
    );
    const sign = direction === 'forward' ? 1 : -1;
    return records.sort((one, other) => sign * Number(one.timestamp - other.timestamp));
  }
}
