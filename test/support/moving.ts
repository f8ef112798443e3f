/** A stack that moves: what is imported of it, its lines and queries of the past, whose answers must stay the same, and lines that are written meanwhile. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { stackObjects } from '../../charts/objects';
import { entriesOf, type Line, nanoseconds, pushBody, queryRequest } from '../../programs/loki';
import type { RenderedStack } from '../../programs/rendered-stack';
import { type Request, type Response, send } from '../../programs/request';
import { parseStackEntries, PROJECT, type StackConfigInput } from '../../src/config';
import { importStack } from '../../src/operations/import/import';

const projectRoot = join(__dirname, '..', '..');

/**
 * The stack of imported values.
 *
 * @param values - of a chart, by the name of the file.
 * @param decided - sections of the stack file that somebody has written after the import.
 * @throws Error where something is left to decide.
 */
export function movedStack(
  values: Readonly<Record<string, object>>,
  decided: Partial<StackConfigInput> = {},
): RenderedStack {
  const given = Object.entries(values).map(([file, content]) => ({ file, bytes: Buffer.from(stringify(content)) }));
  const { stackFile, problems } = importStack(given);
  if (problems.length > 0) throw new Error(`left to decide: ${JSON.stringify(problems)}`);
  const { config: written } = parse(stackFile) as { readonly config: Readonly<Record<string, unknown>> };
  const more = Object.entries(decided).map(([section, content]) => [`${PROJECT}:${section}`, content] as const);
  const entries = Object.entries({ ...written, ...Object.fromEntries(more) });
  const config = parseStackEntries('Pulumi.moved.yaml', entries, projectRoot);
  return { name: 'moved', config, objects: stackObjects(config) };
}

const HOUR = 3_600_000;
/** Hours before the test, of all lines of the past. */
const AGES = [100, 50, 26, 5, 1];
const LINES = 50;
/** What Loki takes as the tenant where it asks for none. */
const TENANT = { 'X-Scope-OrgID': 'fake' };

/** Queries whose answers are about the past alone. */
const METRIC_QUERIES = [
  'sum by (job) (count_over_time({job=~".+"}[5d]))',
  'sum by (level) (count_over_time({job="backend"} | json | level="error" [5d]))',
  'topk(3, sum by (status) (count_over_time({job="nginx"} | json | status >= 400 [5d])))',
];
const LOG_QUERIES = ['{job=~"backend|nginx"}', '{job="backend"} |= "number 7"', '{job="nginx"} | json | status=404'];

/** Where a request goes. */
export type Target = Pick<Request, 'host' | 'port' | 'credential'>;

/** Milliseconds without a byte of the answer, on a machine that does a lot at once. */
const PATIENCE = 60_000;

const ask = (target: Target, request: Pick<Request, 'path' | 'method' | 'body' | 'headers'>): Promise<Response> =>
  send({
    ...target,
    ...request,
    timeout: PATIENCE,
    headers: { ...request.headers, ...(target.credential === undefined ? TENANT : {}) },
  });

/** Lines of several days before a moment, and what is asked of them. */
export class Past {
  readonly lines = AGES.length * LINES;

  constructor(private readonly now: number) {}

  /** Writes them. One stream for each age, or the older lines would be too far behind. */
  async write(target: Target): Promise<void> {
    for (const hours of AGES) {
      const lines = Array.from({ length: LINES }, (_, index) => ({
        labels: { job: index % 2 === 0 ? 'backend' : 'nginx', age: String(hours) },
        line: JSON.stringify(
          index % 2 === 0
            ? { level: index % 10 === 0 ? 'error' : 'info', message: `number ${index}`, hours }
            : { status: index % 5 === 0 ? 404 : 200, path: `/${index}`, hours },
        ),
        time: BigInt(this.now - hours * HOUR + index) * 1_000_000n,
      }));
      const { status, text } = await ask(target, { path: '/loki/api/v1/push', body: pushBody(...lines) });
      if (status !== 204) throw new Error(`lines of ${hours} h ago: ${status} ${text}`);
    }
  }

  /**
   * The answer to every query, in an order of its own.
   *
   * @throws Error with the answer of the first query that is not answered.
   */
  async answers(target: Target): Promise<readonly string[]> {
    const told: string[] = [];
    const end = this.now - HOUR / 2;
    for (const query of METRIC_QUERIES) {
      const path = `/loki/api/v1/query?${new URLSearchParams({ query, time: String(end * 1e6) }).toString()}`;
      const { status, text } = await ask(target, { path });
      if (status !== 200) throw new Error(`${query}: ${status} ${text}`);
      const { data } = JSON.parse(text) as {
        readonly data: { readonly result: readonly { readonly metric: object; readonly value: readonly unknown[] }[] };
      };
      told.push(...data.result.map(({ metric, value }) => `${query} ${JSON.stringify([metric, value[1]])}`));
    }
    for (const query of LOG_QUERIES) {
      const entries = entriesOf(await ask(target, queryRequest(query, { from: this.now - 120 * HOUR, to: end })));
      told.push(...entries.map(({ time, line }) => `${query} ${time} ${line}`));
    }
    return told.toSorted();
  }
}

/** Writes numbered lines as an agent does: what is not taken is sent again until it is. */
export class Writer {
  readonly began = Date.now();
  private number = 0;
  private running = true;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly done: Promise<void>;
  /** Milliseconds for which nothing was taken, the longest time. */
  longestPause = 0;
  /** Why lines were not taken at the first try. */
  readonly refused: string[] = [];

  /** @param next - where the next line goes. */
  constructor(private next: () => Target) {
    this.done = this.write();
  }

  get written(): number {
    return this.number;
  }

  /** Resolves when nothing is written any more where it was written before. */
  async moveTo(next: () => Target): Promise<void> {
    this.next = next;
    await this.writing;
  }

  async end(): Promise<void> {
    this.running = false;
    await this.done;
  }

  private async write(): Promise<void> {
    while (this.running) {
      this.number += 1;
      const entry = { labels: { job: 'live' }, line: `n=${this.number}`, time: nanoseconds() };
      const began = Date.now();
      for (;;) {
        const writing = this.push(entry);
        this.writing = writing;
        if (await writing) break;
        await sleep(100);
      }
      this.longestPause = Math.max(this.longestPause, Date.now() - began);
      await sleep(10);
    }
  }

  private async push(entry: Line): Promise<boolean> {
    const target = this.next();
    const answer = await ask(target, { path: '/loki/api/v1/push', body: pushBody(entry) }).catch(String);
    if (typeof answer !== 'string' && answer.status === 204) return true;
    const why = typeof answer === 'string' ? answer : `${answer.status} ${answer.text.trim()}`;
    this.refused.push(`${entry.line} at ${target.host ?? ''}:${target.port}: ${why}`);
    return false;
  }
}

/** Milliseconds of which one answer has all of the writer's lines. */
const WINDOW = 30_000;

/** The numbers of the writer's lines. */
export async function liveNumbers(target: Target, { began }: Writer): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (let from = began; from < Date.now(); from += WINDOW) {
    const answer = await ask(target, queryRequest('{job="live"}', { from, to: from + WINDOW }));
    numbers.push(...entriesOf(answer).map(({ line }) => Number(line.slice(2))));
  }
  return numbers.toSorted((a, b) => a - b);
}
