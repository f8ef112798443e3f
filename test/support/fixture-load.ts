/** Lines as many services write them, made of test/fixtures: no two the same, and the same in every run. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { STRUCTURED_METADATA } from '../../src/log-model';

const FOLDER = join(__dirname, '..', 'fixtures');

export interface FixtureStream {
  readonly labels: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

/** One stream for each file. */
export const fixtureStreams: readonly FixtureStream[] = globSync(join(FOLDER, '*', '*.log'))
  .sort()
  .map((file) => {
    const job = dirname(relative(FOLDER, file));
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const labels = { job, service: job, app: job, level: 'info', namespace: 'apps', container: 'main', node: 'node-1' };
    return { labels: { ...labels, app: relative(FOLDER, file) }, lines };
  });

/** Pseudo-random numbers below 1 (mulberry32), so that every run measures the same lines. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomNumbers(1);

/** The line with other numbers and ids: what differs between one request and the next. */
export function varied(line: string): string {
  const digit = (text: string, alphabet: string): string =>
    text.replace(/[0-9a-f]/g, () => alphabet[Math.floor(random() * alphabet.length)] ?? '0');
  return line
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/g, (id) => digit(id, '0123456789abcdef'))
    .replace(/\d{2,}/g, (number) => digit(number, '0123456789'));
}

/** What the agent writes beside a line. */
export function metadataOf(line: string): Readonly<Record<string, string>> {
  const found = STRUCTURED_METADATA.flatMap((name) => {
    const value = new RegExp(`"${name}":"([^"]+)"`).exec(line)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { pod: 'spywatcher-backend-7c9d6f5b8-x2x4z', ...Object.fromEntries(found) };
}
