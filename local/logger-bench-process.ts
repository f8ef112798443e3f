/** Measures one logger in a process of its own: `logger-bench-process.js <contender> <record>`. See logger-bench.ts. */
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
  'this logger': () => createLoggerIn({}, {}),
  'this logger, not sanitising': () => createLoggerIn({}, { sanitizer: INDIFFERENT }),
  pino: () => {
    const logger = pino({ timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: false }));
    return {
      info: (message, fields) => logger.info(fields, message),
      error: (message, fields) => logger.error(fields, message),
    };
  },
};

async function main(): Promise<void> {
  const [, , contender = '', record = ''] = process.argv;
  const make = LOGGERS[contender];
  if (make === undefined) throw new Error(`no such logger: ${contender}`);
  const logger = make();
  const call = record === '0' ? typical(logger.info.bind(logger)) : failing(logger.error.bind(logger));
  await run(call, WARM_UP, () => undefined);
  const times = new Float64Array(CALLS);
  let index = 0;
  const started = performance.now();
  await run(call, CALLS, (microseconds) => {
    times[index] = microseconds;
    index += 1;
  });
  const seconds = (performance.now() - started) / 1000;
  times.sort();
  const quantile = (of: number): number => times[Math.floor(times.length * of)] ?? Number.NaN;
  writeSync(3, JSON.stringify({ linesPerSecond: CALLS / seconds, p50: quantile(0.5), p99: quantile(0.99) }));
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
