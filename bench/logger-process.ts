/** Measures one logger in a process of its own: `logger-process.js <contender> <what>`. See logger.ts. */
import { createWriteStream, writeSync } from 'node:fs';
import pino from 'pino';
import * as winston from 'winston';
import { createLoggerIn } from '../src/logger/logger';
import { type Sanitizer } from '../src/logger/sanitize';

type Call = (message: string, fields: object) => void;

const CALLS = 100_000;
const WARM_UP = 30_000;
/** As many as an application logs before it lets the event loop turn. */
const BURST = 20;
/** Of a program that is busy: milliseconds that its event loop does not turn, and what it logs. */
const TURN = 15;
const TURNS_LINES_PER_SECOND = 9200;

/** Knows no secrets. For measuring what knowing them costs; an application cannot have it. */
const INDIFFERENT: Sanitizer = {
  field: (name) => ({ json: `${JSON.stringify(name)}:`, secret: false, altered: false }),
  path: undefined,
  text: (text) => text,
  suspicious: () => false,
};

const LOGGERS: Readonly<Record<string, () => { readonly info: Call; readonly error: Call }>> = {
  'plain Winston': () => {
    const { combine, timestamp, json } = winston.format;
    const logger = winston.createLogger({
      format: combine(timestamp(), json()),
      // Not process.stdout, which waits for a pipe to take each line: the others do not wait either.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its types have two of that class
      transports: [new winston.transports.Stream({ stream: createWriteStream('', { fd: 1 }) })],
    });
    return {
      info: (message, fields) => logger.info(message, fields),
      error: (message, fields) => logger.error(message, fields),
    };
  },
  'this logger': () => ofThis(undefined),
  'this logger, not sanitising': () => ofThis(INDIFFERENT),
  pino: () => {
    const logger = pino({ timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: false }));
    return {
      info: (message, fields) => logger.info(fields, message),
      error: (message, fields) => logger.error(fields, message),
    };
  },
};

function ofThis(sanitizer: Sanitizer | undefined): { readonly info: Call; readonly error: Call } {
  const logger = createLoggerIn({}, { sanitizer });
  return {
    info: (message, fields) => logger.info(message, fields),
    error: (message, fields) => logger.error(message, fields),
  };
}

/** The same as an application uses them, on stdout. */
const TO_STDOUT: Readonly<Record<string, () => Call>> = {
  'plain Winston': () => {
    const { combine, timestamp, json } = winston.format;
    const logger = winston.createLogger({
      format: combine(timestamp(), json()),
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its types have two of that class
      transports: [new winston.transports.Console()],
    });
    return (message, fields) => logger.info(message, fields);
  },
  'this logger': () => {
    const logger = createLoggerIn({}, {});
    return (message, fields) => logger.info(message, fields);
  },
  pino: () => {
    const logger = pino({ timestamp: pino.stdTimeFunctions.isoTime });
    return (message, fields) => logger.info(fields, message);
  },
};

function main(): Promise<void> {
  const [, , contender = '', what = '', count = ''] = process.argv;
  if (what === 'loop') return loop(typical(known(TO_STDOUT, contender)()), Number(count));
  if (what === 'turns') return turns(typical(known(TO_STDOUT, contender)()), Number(count));
  return cost(known(LOGGERS, contender)(), what);
}

function known<Made>(loggers: Readonly<Record<string, () => Made>>, contender: string): () => Made {
  const make = loggers[contender];
  if (make === undefined) throw new Error(`no such logger: ${contender}`);
  return make;
}

/** All lines before the event loop turns once. */
async function loop(call: () => void, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) call();
  await new Promise(setImmediate);
}

/** As many lines as are due, and then something else for the rest of the turn. */
async function turns(call: () => void, count: number): Promise<void> {
  const started = performance.now();
  for (let done = 0; done < count;) {
    const end = performance.now() + TURN;
    const due = Math.min(count, ((performance.now() - started) / 1000) * TURNS_LINES_PER_SECOND);
    for (; done < due; done += 1) call();
    while (performance.now() < end);
    await new Promise(setImmediate);
  }
}

async function cost(logger: { readonly info: Call; readonly error: Call }, record: string): Promise<void> {
  const call = record === '0' ? typical(logger.info) : failing(logger.error);
  await run(call, WARM_UP, () => undefined);
  const times = new Float64Array(CALLS);
  let index = 0;
  const started = performance.now();
  const before = process.threadCpuUsage();
  await run(call, CALLS, (microseconds) => {
    times[index] = microseconds;
    index += 1;
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.threadCpuUsage(before);
  times.sort();
  const quantile = (of: number): number => times[Math.floor(times.length * of)] ?? Number.NaN;
  const cpu = (user + system) / CALLS;
  writeSync(3, JSON.stringify({ linesPerSecond: CALLS / seconds, p50: quantile(0.5), p99: quantile(0.99), cpu }));
}

/** Bursts of calls, with a turn of the event loop between them. */
async function run(call: () => void, calls: number, took: (microseconds: number) => void): Promise<void> {
  for (let done = 0; done < calls; done += BURST) {
    for (let index = 0; index < BURST; index += 1) {
      const before = process.hrtime.bigint();
      call();
      took(Number(process.hrtime.bigint() - before) / 1000);
    }
    await new Promise(setImmediate);
  }
}

function typical(info: Call): () => void {
  let count = 0;
  return () => {
    count += 1;
    info('Running query for guild members', {
      requestId: `6f1c2a52-5f0a-4d0e-9a4f-${String(count).padStart(12, '0')}`,
      userId: '123456789012345678',
      action: 'fetch_data',
      path: `/guilds/${count % 50}/members`,
      duration: (count % 250) + 0.5,
      status: 200,
    });
  };
}

function failing(error: Call): () => void {
  // Made beforehand: what an error costs that is thrown is not the logger's.
  const failures = Array.from({ length: 250 }, (_, index) => new Error(`connect ECONNREFUSED 10.0.0.${index}:5432`));
  const records = failures.map(({ message, stack }) => ({ error: message, stack }));
  let count = 0;
  return () => {
    count += 1;
    error('Database connection failed', records[count % records.length] ?? {});
  };
}

void main();
