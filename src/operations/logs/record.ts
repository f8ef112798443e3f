/** A record of Loki's, and its line on a terminal. */
import { styleText } from 'node:util';
import { type Level, LABELS, LEVELS } from '../../log-model';

export interface LogRecord {
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint;
  readonly line: string;
  /** Labels of its stream, and fields that the query has parsed. */
  readonly labels: Readonly<Record<string, string>>;
}

const COLOURS: Readonly<Record<Level, Parameters<typeof styleText>[0]>> = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'gray',
};
/** What Loki finds of a line whose stream has no level. */
const DETECTED = 'detected_level';
/** What it says of one that has none. */
const NO_LEVEL = 'unknown';
const WIDEST_LEVEL = Math.max(...LEVELS.map(({ length }) => length));
const WIDEST_JOB = 10;

/** One line: time, level, job and text. A text of several lines stays one, and nothing in it moves the cursor. */
export function formatRecord({ timestamp, line, labels }: LogRecord, colours: boolean): string {
  const found = labels[LABELS.level] ?? labels[DETECTED] ?? NO_LEVEL;
  const level = found === NO_LEVEL ? '' : found;
  const colour = LEVELS.find((known) => known === level);
  const padded = level.toUpperCase().padEnd(WIDEST_LEVEL);
  const shown =
    colours && colour !== undefined ? styleText(COLOURS[colour], padded, { validateStream: false }) : padded;
  return `${timeOf(timestamp)}  ${shown}  ${(labels[LABELS.job] ?? '').padEnd(WIDEST_JOB)}  ${printable(line)}`;
}

/** One line of JSON. */
export function recordJson({ timestamp, line, labels }: LogRecord): string {
  return JSON.stringify({ timestamp: timeOf(timestamp), nanoseconds: String(timestamp), labels, line });
}

function timeOf(timestamp: bigint): string {
  return new Date(Number(timestamp / 1_000_000n)).toISOString();
}

/** Control characters as JSON writes them: whoever logs has no say over the terminal of whoever reads. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, (character) =>
    character < ' '
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
