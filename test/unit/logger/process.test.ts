/** The logger in processes of their own: how they end, and what becomes of their last lines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const project = resolve(__dirname, '..', '..', '..');
let directory: string;
let inputs: readonly string[];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'logger-process-'));
  const { metafile } = buildSync({
    entryPoints: [join(project, 'src/logger/index.ts')],
    outfile: join(directory, 'logger.js'),
    bundle: true,
    platform: 'node',
    metafile: true,
  });
  inputs = Object.keys(metafile.inputs);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** A program that has the logger as `L`. */
function programOf(program: string): string {
  return `const L = require(${JSON.stringify(join(directory, 'logger.js'))});${program}`;
}

/** Runs a program that has the logger as `L`. */
function start(program: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['-e', programOf(program)], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 4000, // rather than to wait for ever
  });
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolvePromise, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolvePromise({ code, signal, lines: stdout.split('\n').slice(0, -1), stderr });
    });
  });
}

const run = (program: string, env?: NodeJS.ProcessEnv): Promise<Ended> => ended(start(program, env));
const parse = (line: string | undefined): unknown => JSON.parse(line ?? '');

describe('importing the logger', () => {
  it('does nothing', async () => {
    const { lines } = await run(
      `const fs = require('node:fs');
       console.log(JSON.stringify([
         process.eventNames().filter((name) => ['exit', 'uncaughtExceptionMonitor', 'SIGTERM', 'SIGINT'].includes(String(name))),
         fs.existsSync(process.env.LOG_DIRECTORY),
       ]));`,
      { LOG_DIRECTORY: join(directory, 'not-made') },
    );
    expect(lines).toEqual(['[[],false]']);
  });

  it('loads nothing of cdk8s, Pulumi, Grafana’s SDK or Express', () => {
    const packages = new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
    expect([...packages].filter((name) => /cdk8s|constructs|pulumi|grafana|^zod$|^yaml$|^express$/.test(name))).toEqual(
      [],
    );
    expect(packages).toContain('winston');
  });
});

describe('the package’s own functions', () => {
  it('take any value in any argument: every line is valid, and the process ends as it would have ended', async () => {
    const { code, lines, stderr } = await run(
      `const revoked = Proxy.revocable({}, {});
       revoked.revoke();
       const values = [undefined, null, 42, 5n, NaN, true, Symbol('s'), 'text', () => 0, class {}, [1], new Map([[1, 2]]),
         new Error('e'), revoked.proxy, Object.create(null), Object.freeze({ userId: 1 }), { get userId() { throw null; } }];
       const calls = {
         logWithRequestId: (v) => L.logWithRequestId(v, v, v, v),
         logSecurityEvent: (v) => L.logSecurityEvent(v),
         runWithContext: (v) => L.runWithContext(v, () => L.logger.info(v, v)),
         setContext: (v) => { L.setContext(v); L.runWithContext({}, () => { L.setContext(v); L.logger.info('text'); }); },
         currentContext: (v) => L.currentContext(v),
         flush: (v) => L.flush(v),
         createLogger: (v) => L.createLogger(v).info('text'),
         // What next() throws is the application’s.
         requestLogger: (v) => { L.requestLogger(v); L.requestLogger()(v, v, typeof v === 'function' ? undefined : v); },
         browserLogs: (v) => { L.browserLogs(v); L.browserLogs()(v, v); },
         logger: (v) => { L.logger.level = v; L.logger.level = 'info'; L.logger.warn(v, v, v); },
       };
       for (const call of Object.values(calls)) for (const value of values) call(value);
       const functions = Object.keys(L).filter((name) => typeof L[name] === 'function');
       L.logger.info('not called', { names: functions.filter((name) => !(name in calls)) });`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const records = lines.map(parse);
    for (const record of records)
      expect(record).toMatchObject({
        timestamp: expect.any(String) as string,
        level: expect.stringMatching(/^(error|warn|info|debug)$/) as string,
        message: expect.any(String) as string,
      });
    expect(records.at(-1)).toMatchObject({ message: 'not called', names: [] });
    expect(records).not.toContainEqual(expect.objectContaining({ message: 'Logger: a record could not be written' }));
  });
});

describe('a process that ends', () => {
  it('by itself has written everything', async () => {
    const { code, lines } = await run(`for (let i = 0; i < 5000; i += 1) L.logger.info('line ' + i);`);
    expect(code).toBe(0);
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(
      Array.from({ length: 5000 }, (_, index) => `line ${index}`),
    );
  });

  it('by process.exit() in the middle of it has written everything, each line whole', async () => {
    const { code, lines } = await run(
      `setTimeout(() => { for (let i = 0; i < 5000; i += 1) L.logger.info('line ' + i); process.exit(3); }, 5);`,
    );
    expect(code).toBe(3);
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message).sort()).toEqual(
      Array.from({ length: 5000 }, (_, index) => `line ${index}`).sort(),
    );
  });

  it('has written its files as well, also those that were there before', async () => {
    const logLines = `for (let i = 0; i < 500; i += 1) L.logger.info('line ' + i); process.exit();`;
    const env = { LOG_DIRECTORY: join(directory, 'files') };
    const first = await run(logLines, env);
    const second = await run(logLines, env);
    expect(
      readFileSync(join(directory, 'files', 'backend.log'), 'utf8')
        .trimEnd()
        .split('\n'),
    ).toEqual([...first.lines, ...second.lines]);
  });

  it('is not kept alive by the logger', async () => {
    const { code } = await run(`L.logger.info('one');`, { LOG_DIRECTORY: join(directory, 'alive') });
    expect(code).toBe(0);
  });
});

describe('an exception that nobody catches', () => {
  it.each([
    ['thrown', `throw new TypeError('broken');`],
    ['rejected', `Promise.reject(new TypeError('broken'));`],
  ])('%s: is logged with its stack, and ends the process as it would have ended', async (_name, program) => {
    const { code, lines, stderr } = await run(`L.logger.info('before'); ${program}`);
    expect(code).toBe(1);
    expect(parse(lines[1])).toMatchObject({
      level: 'error',
      error: 'broken',
      errorName: 'TypeError',
      stack: expect.stringContaining('TypeError: broken') as string,
    });
    expect(stderr).toContain('TypeError: broken');
  });

  it('is logged once, however many loggers there are', async () => {
    const { lines } = await run(`L.createLogger().info('a'); L.createLogger().info('b'); throw new Error('broken');`);
    expect(lines).toHaveLength(3);
  });

  it('is not logged if the application says so', async () => {
    const { code, lines } = await run(
      `L.createLogger({ handleExceptions: false }).info('a'); throw new Error('broken');`,
    );
    expect([code, lines.length]).toEqual([1, 1]);
  });
});

describe('a signal', () => {
  const waiting = `setInterval(() => undefined, 1000); console.error('ready');`;
  async function signalled(program: string): Promise<Ended> {
    const child = start(`${program} ${waiting}`);
    child.stderr?.once('data', () => child.kill('SIGTERM'));
    return ended(child);
  }

  it('ends the process as it would have ended without the logger', async () => {
    expect(await signalled(`L.logger.info('one');`)).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  // One that the process sends itself, before the event loop has turned.
  const logAndEnd = (options: string): string =>
    `L.createLogger(${options}).info('one'); process.kill(process.pid, 'SIGTERM'); setInterval(() => undefined, 1000);`;

  it('lets the logger write first, if the application says so', async () => {
    const { code, lines } = await run(logAndEnd('{ flushOnSignals: true }'));
    expect([code, lines.length]).toEqual([143, 1]);
  });

  it('is the application’s own matter if that listens', async () => {
    const { code, lines } = await signalled(
      `const logger = L.createLogger({ flushOnSignals: true });
       process.on('SIGTERM', () => { logger.info('shutting down'); setTimeout(() => process.exit(0), 20); });`,
    );
    expect(code).toBe(0);
    expect(parse(lines.at(-1))).toMatchObject({ message: 'shutting down' });
  });
});

describe('a stdout that nobody reads', () => {
  it('does not end the process, and is reported on stderr', async () => {
    const child = start(
      `const log = () => L.logger.info('x'.repeat(1000));
       process.stdin.once('data', () => { log(); setTimeout(() => { log(); setTimeout(() => { console.error('alive'); process.exit(0); }, 20); }, 20); });
       console.error('ready');`,
    );
    child.stderr?.once('data', () => {
      child.stdout?.destroy();
      child.stdin?.end('go');
    });
    const { code, stderr } = await ended(child);
    expect(code).toBe(0);
    const report = stderr.split('\n').find((line) => line.startsWith('{'));
    expect(parse(report)).toMatchObject({ level: 'error', message: 'Logger: stdout cannot be written', code: 'EPIPE' });
    expect(stderr).toContain('alive');
  });

  it('has a security event written to stderr', async () => {
    const child = start(
      `process.stdin.once('data', () => {
         L.logSecurityEvent({ action: 'LOGOUT', result: 'SUCCESS' }).then(() => setTimeout(() => process.exit(0), 20));
       });
       console.error('ready');`,
    );
    child.stderr?.once('data', () => {
      child.stdout?.destroy();
      child.stdin?.end('go');
    });
    const { code, stderr } = await ended(child);
    expect(code).toBe(0);
    expect(stderr).toContain('"message":"LOGOUT SUCCESS"');
  });

  it('does not block the application: what is too much is dropped, and told as soon as there is a reader', async () => {
    const program = `const logger = L.createLogger({ maxWaitingBytes: 2 ** 23 });
      for (let i = 0; i < 1200; i += 1) logger.info('y'.repeat(16000));
      console.error('not blocked');
      logger.flush();`;
    // A reader that begins when it is told to.
    const child = spawn('sh', [
      '-c',
      'exec 3<&0; "$0" -e "$1" </dev/null | { read -r go <&3; cat; }',
      process.execPath,
      programOf(program),
    ]);
    child.stderr.once('data', () => child.stdin.end('go\n'));
    const { code, lines, stderr } = await ended(child);
    expect([code, stderr]).toEqual([0, 'not blocked\n']);
    const [lost = 0] = lines.map(parse).flatMap((record) => (record as { lost?: number }).lost ?? []);
    expect(lost).toBeGreaterThan(0);
    expect(lines).toHaveLength(1200 - lost + 1);
  });
});

describe('a burst', () => {
  const count = 40_000;
  /** Many records before the event loop turns; then the process ends, one way or the other. */
  const burst = (end: string): string =>
    `for (let i = 0; i < ${count}; i += 1) L.logger.info('x'.repeat(500), { n: i }); ${end}`;
  /** Turns of 15 ms that log as many records as come to 9,200 in a second. */
  const steady = `let i = 0;
    (function turn() {
      const end = performance.now() + 15;
      for (let k = 0; k < 138; k += 1) L.logger.info('x'.repeat(1000), { n: i++ });
      while (performance.now() < end);
      if (i < 4554) setImmediate(turn);
    })();`;
  const numbers = (lines: readonly string[]): unknown[] => lines.map((line) => (parse(line) as { n?: number }).n);
  const upTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index);

  it.each([
    ['ends by itself', ''],
    ['exits', 'process.exit()'],
  ])('has every line in a file, in order, when the process %s', async (_name, end) => {
    const path = join(directory, 'burst.log');
    const file = openSync(path, 'w');
    const child = spawn(process.execPath, ['-e', programOf(burst(end))], { stdio: ['ignore', file, 'inherit'] });
    await ended(child);
    closeSync(file);
    expect(numbers(readFileSync(path, 'utf8').trimEnd().split('\n'))).toEqual(upTo(count));
  });

  it.each([
    ['a pipe', ['sh', '-c', '"$0" -e "$1" | cat']],
    ['a socket, which Node’s children have', ['sh', '-c', 'exec "$0" -e "$1"']],
  ] as const)(
    'has every line in %s whose reader keeps up',
    async (_name, [shell, ...args]) => {
      for (const [program, lines] of [
        [burst(''), count],
        [burst('process.exit()'), count],
        [steady, 4_554],
      ] as const) {
        const { lines: read } = await ended(spawn(shell, [...args, process.execPath, programOf(program)]));
        expect(numbers(read)).toEqual(upTo(lines));
      }
    },
    60_000,
  );

  it('of two loggers has whole lines', async () => {
    const { lines } = await ended(
      spawn('sh', [
        '-c',
        '"$0" -e "$1" | cat',
        process.execPath,
        programOf(
          `const other = L.createLogger({ service: 'other' });
           for (let i = 0; i < 20000; i += 1) { L.logger.info('x'.repeat(i % 100)); other.info('y'.repeat(i % 150)); }`,
        ),
      ]),
    );
    expect(lines.map(parse)).toHaveLength(40_000);
  });
});

describe('a process that exits while nobody reads', () => {
  const program = (): string =>
    programOf(`for (let i = 0; i < 20000; i += 1) L.logger.info('line ' + i); process.exit(3);`);

  it.each([
    ['a pipe', 'pipe'],
    ['a socket', 'socket'],
  ])('%s: does not wait for long, and says on stderr how many lines are lost', async (_name, kind) => {
    // The reader begins when the process has ended, so that what it finds is what was written.
    const child =
      kind === 'pipe'
        ? spawn('sh', [
            '-c',
            'exec 3<&0; { "$0" -e "$1" </dev/null; echo "ended $?" >&2; } | { read -r go <&3; cat; }',
            process.execPath,
            program(),
          ])
        : spawn('sh', ['-c', '"$0" -e "$1" </dev/null; echo "ended $?" >&2; read -r go', process.execPath, program()]);
    child.stdout.pause();
    const before = new Promise<string>((resolvePromise) => {
      let said = '';
      child.stderr.on('data', (data: Buffer) => {
        said += data.toString();
        if (said.includes('ended')) resolvePromise(said);
      });
    });
    const stderr = await before;
    const closed = ended(child);
    child.stdin.end('go\n');
    const { lines } = await closed;
    const records = stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [parse(line)] : []));
    const { lost } = records.find((record) => (record as { lost?: number }).lost !== undefined) as { lost: number };
    expect(stderr).toContain('ended 3');
    expect(lost).toBeGreaterThan(0);
    expect(lines).toHaveLength(20_000 - lost);
  });
});

describe('processes that write the same files', () => {
  it('lose nothing, although each of them rotates', async () => {
    const files = join(directory, 'shared');
    const worker = programOf(
      `const logger = L.createLogger({ console: 'none', files: { directory: ${JSON.stringify(files)}, maxSize: 50_000, maxFiles: 200 } });
       let i = 0;
       (function turn() {
         for (let k = 0; k < 20; k += 1) logger.info('line', { worker: process.env.WORKER, n: i++ });
         if (i < 2000) setImmediate(turn); else process.env.WORKER === '0' ? process.exit() : logger.flush();
       })();`,
    );
    const workers = ['0', '1', '2', '3'].map((name) =>
      ended(spawn(process.execPath, ['-e', worker], { env: { WORKER: name } })),
    );
    for (const { code, stderr } of await Promise.all(workers))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const names = readdirSync(files).filter((name) => name.startsWith('backend.log') && !name.endsWith('.lock'));
    const lines = names.flatMap((name) => readFileSync(join(files, name), 'utf8').trimEnd().split('\n'));
    const told = lines.map((line) => {
      const { worker: name, n } = parse(line) as { worker: string; n: number };
      return `${name} ${n}`;
    });
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(told).size).toBe(8000);
    expect(told).toHaveLength(8000);
  });
});

describe('the console', () => {
  it('pretty: a line for people, without colors where there is no terminal, and without what moves a cursor', async () => {
    const { lines } = await run(
      `L.createLogger({ console: 'pretty' }).warn('message \\u001b[2J', { userId: '1', error: new Error('broken') });`,
    );
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}message \ufffd\[2J.* userId=1/);
    expect(lines[1]).toBe('Error: broken');
  });

  it('none, and no files: nothing at all, whatever is logged or goes wrong', async () => {
    const { code, lines, stderr } = await run(
      `const logger = L.createLogger({ console: 'none', files: false, level: 'nonsense' });
       logger.info('message');
       logger.level = 'nonsense';
       logger.add(null);
       logger.emit('error', new Error('broken'));
       logger.logSecurityEvent({ action: 'LOGOUT', result: 'SUCCESS' }).then(() => logger.flush());`,
    );
    expect({ code, lines, stderr }).toEqual({ code: 0, lines: [], stderr: '' });
  });

  it('none, of the oldest logger: the next one logs an exception that nobody catches', async () => {
    const { lines } = await run(
      `L.createLogger({ console: 'none', files: false });
       L.createLogger();
       throw new Error('broken');`,
    );
    expect(lines.map(parse)).toMatchObject([{ level: 'error', error: 'broken' }]);
  });
});
