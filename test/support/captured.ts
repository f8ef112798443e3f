/** What real programs wrote, captured in test/fixtures, as the output of pods; and what Loki has of it in the end. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Entry } from '../../programs/loki';
import { countOf } from '../../programs/metric';
import { type Container } from '../../programs/pod-logs';
import { until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import type { StackConfigInput } from '../../src/config';
import { type Format, POD_LABELS } from '../../src/log-model';
import { type LogPath } from './log-path';

export const FIXTURES = join(__dirname, '..', 'fixtures');
const HOUR = 3_600_000;

/** Folders of fixtures whose format follows from the pod's job. Every other says it, or is `auto`. */
const JOBS: readonly string[] = ['postgres', 'redis', 'pgbouncer', 'nginx', 'backend'];
export const DECLARED: Readonly<Record<string, Format>> = { python: 'python' };

/** What is written to standard error alone, where a line may take the next one with it. */
const STDERR: readonly string[] = ['java/uncaught.log', 'rust/panic.log'];

export interface Fixture {
  /** `<source>/<what>.log` */
  readonly name: string;
  readonly pod: Container;
  readonly lines: readonly string[];
  /** When it was captured. */
  readonly at: number;
}

export const fixtures: readonly Fixture[] = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: source }) =>
    readdirSync(join(FIXTURES, source))
      .filter((file) => file.endsWith('.log'))
      .map((file) => fixture(source, file)),
  );

function fixture(source: string, file: string): Fixture {
  const text = readFileSync(join(FIXTURES, source, file), 'utf8');
  const format = DECLARED[source];
  // Kubernetes knows no name with _ in it.
  const name = basename(file, '.log').replaceAll('_', '-');
  const pod: Container = {
    namespace: 'golden',
    pod: `${source}-${name}`,
    // A stream of its own: Loki refuses a line that is an hour behind another one's.
    container: name,
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
export function criLines({ name, lines, at }: Fixture): readonly string[] {
  const stream = STDERR.includes(name) ? 'stderr' : 'stdout';
  return lines.map((line, index) => `${seenAt(at, index)} ${stream} F ${line}`);
}

/** The longest piece of a line that Docker writes at once: shorter here than its 16 KiB, so that some lines have several. */
const PIECE = 160;

/** The fixture as Docker's log driver `json-file` would have written it. */
export function dockerLines({ name, lines, at }: Fixture): readonly string[] {
  const stream = STDERR.includes(name) ? 'stderr' : 'stdout';
  return lines.flatMap((line, index) => {
    const pieces = `${line}\n`.match(new RegExp(`[^]{1,${PIECE}}`, 'gu')) ?? [];
    return pieces.map((log) => JSON.stringify({ log, stream, time: seenAt(at, index) }));
  });
}

function seenAt(at: number, index: number): string {
  return new Date(at + 1000 + index).toISOString().replace('Z', '000001Z');
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

/** A stack for lines that were written long ago. */
export const stackForFixtures = (
  name: string,
  agent: NonNullable<StackConfigInput['agent']> = {},
): ReturnType<typeof variant> =>
  variant(name, {
    agent,
    environment: 'dev',
    // Fixtures grow old.
    retention: { period: '5000d' },
    limits: { rejectOldSamplesAfter: '4999d' },
  });

/** Everything that Loki has of each of some fixtures, by its name, in the order of time. The agent must have sent all of it. */
export async function recordsOf(
  path: LogPath,
  some: readonly Fixture[] = fixtures,
): Promise<ReadonlyMap<string, readonly Entry[]>> {
  // Not by queries: Loki remembers for a while that an hour of the past was empty.
  await writeChunks(path.lokiPort);
  const found = new Map<string, readonly Entry[]>();
  for (const { name, pod, at } of some) {
    const range = { from: at - HOUR, to: at + HOUR };
    found.set(name, [...(await path.query(`{namespace="golden"} | pod="${pod.pod}"`, range))].sort(byTime));
  }
  return found;
}
