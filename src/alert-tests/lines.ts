/** A test's lines: one by one, at their times. */
import type { PushedStream } from './loki';
import type { Stream } from './schema';

const NANOSECONDS = 1_000_000;
/** Lines of one push. */
const BATCH = 5_000;

/** A test's clock: where its time 0 is, and how much faster its time goes. */
export interface Clock {
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly factor: number;
}

/** A stream with its lines, and when each of them is, in milliseconds of the test. */
export interface ExpandedStream {
  readonly labels: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly at: number;
  /** Where several are at the same time: which of them. */
  readonly nth: number;
  readonly line: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Repeats what is to be repeated; `{{n}}` is its number, from 1. */
export function expand({ labels, structuredMetadata, lines }: Stream): ExpandedStream {
  const entries = lines.flatMap(({ at, line, every = 0, count = 1 }) =>
    Array.from({ length: count }, (_, index) => {
      const numbered = (text: string): string => text.replaceAll('{{n}}', String(index + 1));
      return {
        at: at + index * every,
        nth: every === 0 ? index : 0,
        line: numbered(line),
        metadata: Object.fromEntries(Object.entries(structuredMetadata).map(([name, text]) => [name, numbered(text)])),
      };
    }),
  );
  return { labels, entries };
}

/** What is pushed, in parts of a size that Loki takes. */
export function pushes(streams: readonly ExpandedStream[], clock: Clock): readonly PushedStream[] {
  return streams.flatMap(({ labels, entries }) => {
    const values = entries.map(({ at, nth, line, metadata }) => [time(at, clock, nth), line, metadata] as const);
    return Array.from({ length: Math.ceil(values.length / BATCH) }, (_, part) => ({
      stream: labels,
      values: values.slice(part * BATCH, (part + 1) * BATCH),
    }));
  });
}

/** Loki takes two equal lines at the same nanosecond for one. */
function time(at: number, { start, factor }: Clock, nth: number): string {
  return String(start + BigInt(Math.round((at * NANOSECONDS) / factor) + nth));
}

/** How many lines of each stream there were by then. */
export function counted(streams: readonly ExpandedStream[], at: number): readonly (readonly [string, number])[] {
  return streams.map(({ labels, entries }) => [selector(labels), entries.filter((entry) => entry.at <= at).length]);
}

export function selector(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(', ')}}`;
}
