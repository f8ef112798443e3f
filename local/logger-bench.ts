/** What a log call costs: this logger with and without sanitising, beside plain Winston and pino. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { type Log } from './shell';

/** What is compared, the one that the others are compared with first. */
const CONTENDERS = ['plain Winston', 'this logger', 'this logger, not sanitising', 'pino'] as const;
type Contender = (typeof CONTENDERS)[number];

/** What is logged. */
const RECORDS = ['a message and six fields', 'an error with its stack'] as const;

/** Each round runs every contender once, in turn, so that a slow minute of the machine hits all of them. */
const ROUNDS = 7;

/** What a process of {@link measure} prints. */
interface Sample {
  readonly linesPerSecond: number;
  /** Microseconds that a call takes: the median, and the one that 99 of 100 calls stay below. */
  readonly p50: number;
  readonly p99: number;
}

/** Measures, and makes a Markdown table of the medians. */
export async function loggerTable(log: Log): Promise<string> {
  const rows: string[] = [];
  for (const [index, record] of RECORDS.entries()) {
    log(`logging ${record}, ${ROUNDS} rounds`);
    const samples = new Map<Contender, Sample[]>(CONTENDERS.map((contender) => [contender, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const contender of CONTENDERS) samples.get(contender)?.push(await sampleOf(contender, index));
    const medians = new Map([...samples].map(([contender, all]) => [contender, medianOf(all)]));
    const plain = medians.get('plain Winston');
    for (const [contender, { linesPerSecond, p50, p99 }] of medians)
      rows.push(
        `| ${record} | ${contender} | ${Math.round(linesPerSecond / 1000)} 000 | ${p50.toFixed(1)} µs | ${p99.toFixed(1)} µs | ${((plain?.linesPerSecond ?? Number.NaN) / linesPerSecond).toFixed(2)} |`,
      );
  }
  return [
    '',
    '| logged | by | lines/s | median call | p99 call | cost, plain Winston = 1 |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** A process of its own, whose stdout goes nowhere: what is measured is the logger, not its reader. */
async function sampleOf(contender: Contender, record: number): Promise<Sample> {
  const child = spawn(process.execPath, [path.join(__dirname, 'logger-bench-process.js'), contender, String(record)], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    env: { ...process.env, LOG_LEVEL: 'info', LOG_DIRECTORY: '' },
  });
  let result = '';
  child.stdio[3]?.on('data', (data: Buffer) => (result += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`measuring ${contender} ended with ${String(code)}`);
  return JSON.parse(result) as Sample;
}

function medianOf(samples: readonly Sample[]): Sample {
  const median = (of: keyof Sample): number =>
    samples.map((sample) => sample[of]).sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
  return { linesPerSecond: median('linesPerSecond'), p50: median('p50'), p99: median('p99') };
}
