/** A record for a person in front of a terminal. */
import { styleText } from 'node:util';
import { FIELDS, type Level, LEVEL_ALIASES } from '../log-model';

const COLORS = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' } as const satisfies Record<Level, string>;
/** Fields that are in the first line, or left out. */
const FIRST = new Set<string>([FIELDS.timestamp, FIELDS.level, FIELDS.service, FIELDS.message, FIELDS.stack]);

/** The record's time, level, message and fields, its stack below them. */
export function pretty(line: string, colors: boolean): string {
  const record = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const level = LEVEL_ALIASES[String(record[FIELDS.level])] ?? 'info';
  const time = String(record[FIELDS.timestamp]).slice(11, 23);
  const fields = Object.entries(record)
    .filter(([name]) => !FIRST.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const stack = record[FIELDS.stack];
  const name = level.padEnd(5);
  return [
    `${time} ${colors ? styleText(COLORS[level], name, { validateStream: false }) : name} `,
    printable(`${String(record[FIELDS.message])}${fields}${typeof stack === 'string' ? `\n${stack}` : ''}`),
  ].join('');
}

/** A logged text must not move the cursor or change the title. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}
