/** Reads from and writes to Loki through the gateway. */
import { basicAuth } from '../programs/request';
export interface LokiClientProps {
  /** `http://localhost:3100` */
  readonly url: string;
  /** Credential; nothing where the gateway asks for none. */
  readonly user?: string;
  readonly password?: string;
}

/** One log line with its stream. */
export interface LogEntry {
  readonly timestamp: bigint;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface StreamsAnswer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Record<string, string>;
      readonly values: readonly (readonly [string, string])[];
    }[];
  };
}

interface VectorSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

interface VectorAnswer {
  readonly data: { readonly result: readonly VectorSample[] };
}

export class LokiClient {
  constructor(private readonly props: LokiClientProps) {}

  /** Lines of a log query, oldest first, at most 5000. */
  async query(query: string, from: Date, to = new Date(Date.now() + 1000)): Promise<readonly LogEntry[]> {
    const { data } = await this.get<StreamsAnswer>('/loki/api/v1/query_range', {
      query,
      start: nanoseconds(from),
      end: nanoseconds(to),
      limit: '5000',
      direction: 'forward',
    });
    return data.result
      .flatMap(({ stream, values }) =>
        values.map(([timestamp, line]) => ({ timestamp: BigInt(timestamp), line, labels: stream })),
      )
      .sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
  }

  /** Every line of a log query, however many: page by page. Lines of one instant are never split over pages. */
  async queryAll(query: string, from: Date, to = new Date(Date.now() + 1000)): Promise<readonly LogEntry[]> {
    const all = new Map<string, LogEntry[]>();
    for await (const page of this.pages(query, from, to)) {
      const byInstant = Map.groupBy(page, ({ timestamp }) => String(timestamp));
      for (const [instant, entries] of byInstant) all.set(instant, entries);
    }
    return [...all.values()].flat();
  }

  /** The same page by page, oldest first; the lines of a page's last millisecond come again with the next page. */
  async *pages(query: string, from: Date, to = new Date(Date.now() + 1000)): AsyncGenerator<readonly LogEntry[]> {
    let start = from;
    for (;;) {
      const page = await this.query(query, start, to);
      const last = page.at(-1);
      yield page;
      if (last === undefined || page.length < 5000) return;
      const next = new Date(Number(last.timestamp / 1_000_000n));
      if (next.getTime() === start.getTime())
        throw new Error(`more than 5000 lines in the millisecond of ${next.toISOString()}`);
      start = next;
    }
  }

  /** Series of an instant metric query. */
  async vector(query: string): Promise<readonly unknown[]> {
    return (await this.get<VectorAnswer>('/loki/api/v1/query', { query })).data.result;
  }

  /** Lines of a log query from one moment to another, by a label; copies of a line that Loki keeps twice count as well. */
  async countBy(label: string, query: string, from: Date, to: Date): Promise<ReadonlyMap<string, number>> {
    const milliseconds = to.getTime() - from.getTime();
    const { data } = await this.get<VectorAnswer>('/loki/api/v1/query', {
      query: `sum by (${label}) (count_over_time(${query} [${milliseconds}ms]))`,
      time: nanoseconds(to),
    });
    return new Map(data.result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
  }

  /** Streams or series of a query over a range of time, from then to now. */
  async range(query: string, from: Date): Promise<readonly unknown[]> {
    const parameters = { query, start: nanoseconds(from), end: nanoseconds(new Date()), step: '5s' };
    return (await this.get<VectorAnswer>('/loki/api/v1/query_range', parameters)).data.result;
  }

  /** Value of a metric query that has one; 0 where it has none. */
  async value(query: string): Promise<number> {
    const { data } = await this.get<VectorAnswer>('/loki/api/v1/query', { query });
    return Number(data.result[0]?.value[1] ?? 0);
  }

  /** How many lines of the last `range` a log query matches. */
  count(query: string, range: string): Promise<number> {
    return this.value(`sum(count_over_time(${query} [${range}]))`);
  }

  private async get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const response = await fetch(`${this.props.url}${path}?${new URLSearchParams(parameters).toString()}`, {
      headers: this.headers(),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} ${parameters['query'] ?? ''}: ${response.status} ${text.slice(0, 300)}`);
    // The shape is Loki's, fixed by its API version.
    return JSON.parse(text) as T;
  }

  private headers(): Record<string, string> {
    const { user, password } = this.props;
    return user === undefined || password === undefined ? {} : { authorization: basicAuth(`${user}:${password}`) };
  }
}

function nanoseconds(date: Date): string {
  return `${date.getTime()}000000`;
}
