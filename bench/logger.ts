/** What a log call costs, and what of a burst arrives: this logger beside plain Winston and pino. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Log } from '../local/shell';

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
  /** Microseconds of the main thread for each line: on a busy machine, what is comparable. */
  readonly cpu: number;
}

/** Who may lose lines, and of what. */
const WRITERS = ['plain Winston', 'this logger', 'pino'] as const;
const BURSTS = [
  { what: 'loop', count: 200_000, name: '200,000 lines in one loop' },
  { what: 'turns', count: 92_000, name: '9,200 lines/s for 10 s, turns of 15 ms' },
] as const;

/** Measures, and makes Markdown tables. */
export async function loggerTable(log: Log): Promise<string> {
  return `${await costTable(log)}${await lostTable(log)}`;
}

async function lostTable(log: Log): Promise<string> {
  const rows: string[] = [];
  for (const { what, count, name } of BURSTS)
    for (const writer of WRITERS) {
      log(`${name}, by ${writer}`);
      const args = [path.join(__dirname, 'logger-process.js'), writer, what, String(count)];
      const lost = async (to: 'file' | 'pipe'): Promise<string> =>
        (count - (await arrived(args, to))).toLocaleString('en-US');
      rows.push(`| ${name} | ${writer} | ${await lost('file')} | ${await lost('pipe')} |`);
    }
  return ['', '| logged | by | lost, stdout a file | lost, stdout a pipe |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

/** How many of a process's records arrive where its stdout goes; what a logger says of itself is none of them. */
async function arrived(args: readonly string[], to: 'file' | 'pipe'): Promise<number> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'logger-bench-'));
  const file = path.join(directory, 'out');
  try {
    const redirection = to === 'file' ? '>"$OUT"' : '| cat >"$OUT"';
    const child = spawn('sh', ['-c', `"$0" "$@" ${redirection}`, process.execPath, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, LOG_LEVEL: 'info', LOG_DIRECTORY: '', OUT: file },
    });
    const code = await exitOf(child);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`);
    return fs.readFileSync(file, 'latin1').split('Running query for guild members').length - 1;
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** A table of the medians. */
async function costTable(log: Log): Promise<string> {
  const rows: string[] = [];
  for (const [index, record] of RECORDS.entries()) {
    log(`logging ${record}, ${ROUNDS} rounds`);
    const samples = new Map<Contender, Sample[]>(CONTENDERS.map((contender) => [contender, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const contender of CONTENDERS) samples.get(contender)?.push(await sampleOf(contender, index));
    const medians = new Map([...samples].map(([contender, all]) => [contender, medianOf(all)]));
    const plain = medians.get('plain Winston');
    for (const [contender, { linesPerSecond, p50, p99, cpu }] of medians)
      rows.push(
        `| ${record} | ${contender} | ${Math.round(linesPerSecond / 1000)} 000 | ${p50.toFixed(1)} µs | ${p99.toFixed(1)} µs | ${cpu.toFixed(2)} µs | ${(cpu / (plain?.cpu ?? Number.NaN)).toFixed(2)} |`,
      );
  }
  return [
    '',
    '| logged | by | lines/s | median call | p99 call | CPU per line | plain Winston = 1 |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** A process of its own, whose stdout goes nowhere: what is measured is the logger, not its reader. */
async function sampleOf(contender: Contender, record: number): Promise<Sample> {
  const child = spawn(process.execPath, [path.join(__dirname, 'logger-process.js'), contender, String(record)], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    env: { ...process.env, LOG_LEVEL: 'info', LOG_DIRECTORY: '' },
  });
  let result = '';
  child.stdio[3]?.on('data', (data: Buffer) => (result += data.toString()));
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`measuring ${contender} ended with ${String(code)}`);
  return JSON.parse(result) as Sample;
}

function medianOf(samples: readonly Sample[]): Sample {
  const median = (of: keyof Sample): number =>
    samples.map((sample) => sample[of]).sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
  return { linesPerSecond: median('linesPerSecond'), p50: median('p50'), p99: median('p99'), cpu: median('cpu') };
}
