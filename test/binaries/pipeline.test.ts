/**
 * What a pod writes, and what comes out: the rendered config is run by the real agents on files in the kubelet's
 * layout, which push with their real credential through the real gateway, and what comes is read back from the real Loki.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JOBS, LABELS, LEVEL_ALIASES, POD_LABELS } from '../../src/log-model';
import { LogPath } from '../support/log-path';
import { type Entry } from '../../programs/loki';
import {
  BUILD_TIMEOUT,
  programs,
  removeFolder,
  run,
  type RunningProgram,
  say,
  temporaryFolder,
  until,
} from '../../programs/program';
import { type Container, cri, criPieces, iso, NODE, PodLogs } from '../../programs/pod-logs';
import { startPromtail, writeRenderedConfig } from '../../programs/promtail';
import { secretValues, stack, STACKS, variant } from '../../programs/rendered-stack';

let tools: Record<'loki' | 'promtail', string>;
beforeAll(async () => (tools = await programs('loki', 'promtail')), BUILD_TIMEOUT);

const MILLISECOND = 1_000_000n;
const SECOND = 1000n * MILLISECOND;
/** Two minutes ago, to the second: what has happened by now. */
const START = (BigInt(Date.now()) / 1000n - 120n) * SECOND;

let clock = START;
/** The next moment: no two lines of one file are written in the same. */
const tick = (): bigint => (clock += MILLISECOND + 1n);

/** What must come out of Loki for what was written. */
interface Expected {
  readonly line: string;
  readonly time: bigint;
  readonly level?: string;
  /** Without the pod, which is always there. */
  readonly metadata?: Readonly<Record<string, string>>;
}

interface Case {
  readonly written: readonly (string | Buffer)[];
  readonly expected: readonly Expected[];
}

/** Lines that come out one by one as they went in, at the time they were written. */
function unchanged(...texts: readonly string[]): Case {
  const lines = texts.map((text) => ({ text, time: tick() }));
  return {
    written: lines.map(({ text, time }) => cri(time, text)),
    expected: lines.map(({ text, time }) => ({ line: text, time })),
  };
}

/** One JSON line. */
function json(
  fields: Readonly<Record<string, unknown>>,
  expected: Pick<Expected, 'level' | 'metadata'> & { readonly time?: bigint },
): Case {
  const time = tick();
  const line = JSON.stringify(fields);
  return { written: [cri(time, line)], expected: [{ time, line, ...expected }] };
}

function together(...parts: readonly Case[]): Case {
  return { written: parts.flatMap(({ written }) => written), expected: parts.flatMap(({ expected }) => expected) };
}

/** Lines of text that come out one by one, at the time they were written, each with its level. */
function levels(lines: readonly (readonly [text: string, level: string | undefined])[]): Case {
  return together(
    ...lines.map(([text, level]) => {
      const time = tick();
      return {
        written: [cri(time, text)],
        expected: [{ line: text, time, ...(level === undefined ? {} : { level }) }],
      };
    }),
  );
}

/** Records of several lines on standard error, each whole. */
function records(
  all: readonly {
    readonly lines: readonly string[];
    readonly level?: string;
    /** Which line's time is the record's. @default 0 */
    readonly timeOf?: number;
    /** @default - that line's */
    readonly time?: bigint;
  }[],
): Case {
  return together(
    ...all.map(({ lines, level, timeOf = 0, time }) => {
      const times = lines.map(() => tick());
      return {
        written: lines.map((text, index) => cri(times[index] ?? 0n, text, 'F', 'stderr')),
        expected: [
          { line: lines.join('\n'), time: time ?? times[timeOf] ?? 0n, ...(level === undefined ? {} : { level }) },
        ],
      };
    }),
  );
}

/** A line that containerd cuts because it is long. */
function long(fields: Readonly<Record<string, unknown>>, expected: Pick<Expected, 'level' | 'metadata'>): Case {
  const line = JSON.stringify(fields);
  const written = criPieces(tick, line);
  return { written, expected: [{ line, time: clock, ...expected }] };
}

const then = START - 5n * SECOND;

/** A time as PostgreSQL writes it. */
const postgresTime = new Date(Number(then / MILLISECOND)).toISOString().slice(0, 23).replace('T', ' ');

/** Records of PostgreSQL at one time of their own; a line that begins with a tab has no prefix. */
function ofPostgres(
  all: readonly {
    readonly lines: readonly string[];
    readonly level?: string;
    readonly metadata?: Readonly<Record<string, string>>;
  }[],
  separator = ' ',
): Case {
  const prefixed = (line: string): string => (line.startsWith('\t') ? line : `${postgresTime} UTC${separator}${line}`);
  return together(
    ...all.map(({ lines, level, metadata }) => ({
      written: lines.map((line) => cri(tick(), prefixed(line))),
      expected: [
        {
          line: lines.map(prefixed).join('\n'),
          time: then,
          ...(level === undefined ? {} : { level }),
          ...(metadata === undefined ? {} : { metadata }),
        },
      ],
    })),
  );
}

const cases: Readonly<Record<string, () => Case>> = {
  'a JSON record: its level is a label, its ids are structured metadata, its time is its own': () =>
    json(
      {
        level: 'info',
        message: 'user logged in',
        timestamp: new Date(Number(then / MILLISECOND)).toISOString(),
        requestId: 'r-1',
        userId: 'u-1',
        duration: 12,
      },
      { level: 'info', metadata: { requestId: 'r-1', userId: 'u-1' }, time: then },
    ),
  'a timestamp to the nanosecond and with a time zone': () => {
    const time = then + 123_456_789n;
    return json(
      { level: 'info', timestamp: iso(time + 7200n * SECOND).replace('Z', '+02:00') },
      { level: 'info', time },
    );
  },
  'a JSON record without a time, level or id: the time is the container runtime’s': () =>
    json({ message: 'hello' }, {}),
  'milliseconds since 1970, as pino writes them': () => {
    const time = then + 123n * MILLISECOND;
    return json({ level: 30, time: Number(time / MILLISECOND), msg: 'hello' }, { level: 'info', time });
  },
  'what other loggers call it': () =>
    together(
      json(
        { severity: 'WARNING', '@timestamp': iso(then), request_id: 'r-2', user_id: 7, trace_id: 't-2' },
        { level: 'warn', time: then, metadata: { requestId: 'r-2', userId: '7', traceId: 't-2' } },
      ),
      json({ lvl: 'odd', ts: iso(then), reqId: 'r-3' }, { time: then, metadata: { requestId: 'r-3' } }),
    ),
  'a security event: what was done and how it ended are structured metadata': () =>
    json(
      { level: 'warn', action: 'LOGIN_ATTEMPT', result: 'FAILURE', sentryEventId: 's-1', traceId: 't-1' },
      { level: 'warn', metadata: { action: 'LOGIN_ATTEMPT', result: 'FAILURE', sentryEventId: 's-1', traceId: 't-1' } },
    ),
  logfmt: () => {
    const line = `ts=${iso(then)} level=warn msg="two words" requestId=r-4`;
    return {
      written: [cri(tick(), line)],
      expected: [{ line, time: then, level: 'warn', metadata: { requestId: 'r-4' } }],
    };
  },
  'a level in a text': () =>
    levels([
      ['ERROR: failed', 'error'],
      ['[warn] careful', 'warn'],
      ['2026-01-02 03:04:05,678 - spywatcher - CRITICAL - broken', 'error'],
      ['I0102 03:04:05.678901       1 server.go:1] hello', 'info'],
      ['TypeError: x is not a function', 'error'],
      ['Informational only', undefined],
      ['no errors were found', undefined],
      ['2026-01-02T03:04:05Z INF hello', 'info'],
      ['fail: Orders[0]', 'error'],
      ['failing over to another server', undefined],
      ['the LOG of yesterday', undefined],
      ['<11>Jan  2 03:04:05 host app: broken', 'error'],
      ['10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 503 1', 'error'],
      ['time=2026-01-02 level=ERROR+2 msg=worse', 'error'],
    ]),
  'a level with colours or blanks around it: they decide nothing': () =>
    together(
      ...[
        { level: '\u001b[31merror\u001b[39m' },
        { level: '\u001b[1m\u001b[31mERROR\u001b[39m\u001b[22m' },
        { level: 'ERROR ' },
        { level: '  error' },
        { level: '[error]' },
      ].map((fields) => json(fields, { level: 'error' })),
      // The escape itself, which no valid JSON holds.
      ...[tick()].map((time) => ({
        written: [cri(time, `{"level":"\u001b[31merror\u001b[39m","requestId":"r-esc","timestamp":"${iso(then)}"}`)],
        expected: [
          {
            line: `{"level":"error","requestId":"r-esc","timestamp":"${iso(then)}"}`,
            time: then,
            level: 'error',
            metadata: { requestId: 'r-esc' },
          },
        ],
      })),
    ),
  'colours in a text: they are taken off': () => {
    const [level = 0n, trace = 0n, more = 0n] = Array.from({ length: 3 }, tick);
    return {
      written: [
        cri(level, '\u001b[2m03:04:05\u001b[0m \u001b[33m WARN\u001b[0m careful'),
        cri(trace, '\u001b[31mTypeError: broken\u001b[39m'),
        cri(more, '\u001b[90m    at a (/app/a.js:1:2)\u001b[39m'),
      ],
      expected: [
        { line: '03:04:05  WARN careful', time: level, level: 'warn' },
        { line: 'TypeError: broken\n    at a (/app/a.js:1:2)', time: trace, level: 'error' },
      ],
    };
  },
  'numbers that mean a level to one logger and not to another': () =>
    together(
      json({ short_message: 'x', level: 0 }, { level: 'error' }),
      json({ short_message: 'x', level: 4 }, { level: 'warn' }),
      json({ PRIORITY: '7' }, { level: 'debug' }),
      json({ severityNumber: 12 }, { level: 'info' }),
      json({ severityNumber: 13 }, { level: 'warn' }),
      json({ level: 400, level_name: 'ERROR' }, { level: 'error' }),
      json({ level: 4 }, {}),
    ),
  'the level of what is logged for another, before that of the one who logs': () =>
    together(
      json({ level: 'info', record: { error_severity: 'FATAL' } }, { level: 'error' }),
      json({ level: 'info', DownstreamStatus: 502 }, { level: 'error' }),
      json({ level: 'info', DownstreamStatus: 200 }, { level: 'info' }),
      json({ level: 'info', method: 'GET', status: 500 }, { level: 'info' }),
      json({ method: 'GET', status: 500 }, { level: 'error' }),
      json({ method: 'GET', status: 'done' }, {}),
      json({ log: { level: 'WARN' } }, { level: 'warn' }),
      json({ log: 'text', 'log.level': 'error' }, { level: 'error' }),
    ),
  'an id that is a number of many digits: digit by digit': () =>
    together(
      ...(
        [
          ['{"level":"info","user_id":123456789012345678}', 'info', { userId: '123456789012345678' }],
          ['{"level":"chatty","reqId" : 9007199254740993 }', undefined, { requestId: '9007199254740993' }],
          [
            '{"level":"warn","traceId":18446744073709551615,"userId":"7"}',
            'warn',
            { traceId: '18446744073709551615', userId: '7' },
          ],
          ['{"level":"info","userId":9007199254740991}', 'info', { userId: '9007199254740991' }],
          ['{"level":"error","job":"security","userId":123456789012345678}', 'error', { userId: '123456789012345678' }],
        ] as const
      ).map(([line, level, metadata]) => {
        const time = tick();
        return {
          written: [cri(time, line)],
          expected: [{ line, time, ...(level === undefined ? {} : { level }), metadata }],
        };
      }),
    ),
  'errors that nobody logged: one record each, and of level error': () =>
    records([
      { lines: ['the server starts'] },
      {
        lines: [
          'panic: runtime error: invalid memory address or nil pointer dereference',
          '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f0a0]',
          '',
          'goroutine 1 gp=0xc000002380 m=0 mp=0x5c1f00 [running]:',
          'panic({0x48c620?, 0xc0000140a8?})',
          '\t/usr/local/go/src/runtime/panic.go:792 +0x132',
          'main.(*worker).work(...)',
          'sync.(*Mutex).Lock(...)',
          'example.com/orders/internal/queue.(*Queue[...]).Take(0xc000012345, {0x1, 0x2})',
          '\t/src/queue.go:12 +0x1d',
          'created by main.main in goroutine 1',
          '\t/src/main.go:26 +0x1d',
        ],
        level: 'error',
      },
      { lines: ['app.start()'] },
      {
        lines: [
          "thread 'worker' panicked at src/main.rs:16:26:",
          'sums are wrong',
          '  left: 2',
          ' right: 3',
          'stack backtrace:',
          '   0: rust_begin_unwind',
          'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace',
        ],
        level: 'error',
        timeOf: 1, // a line that announces another one waits for it
      },
      {
        lines: ['Jan 02, 2026 3:04:05 AM com.example.Orders send', 'SEVERE: orders were not sent', '\tat a(A.java:1)'],
        level: 'error',
        timeOf: 1,
      },
      { lines: ['the worker has ended'] },
      {
        lines: [
          'PHP Fatal error:  Uncaught RuntimeException: no address in /app/a.php:3',
          'Stack trace:',
          '#0 /app/a.php(7): connect()',
          '#1 [internal function]: order()',
          '#2 {main}',
          '',
          'Next LogicException: order 7 failed in /app/a.php:9',
          'Stack trace:',
          '#0 {main}',
          '  thrown in /app/a.php on line 9',
        ],
        level: 'error',
      },
      { lines: ['#1 of two'] },
      { lines: ["a.rb:2:in `foo': boom (RuntimeError)", "\tfrom a.rb:5:in `<main>'"], level: 'error' },
      { lines: ['waiting for an answer'] },
      { lines: ['TimeoutError: no answer in 500 ms', '    at a (/app/a.js:1:2)'], level: 'error' },
      {
        lines: [
          'INFO: a line that a traceback goes on with',
          'Traceback (most recent call last):',
          '  File "a.py", line 3, in f',
          'ConnectionRefusedError: [Errno 111] Connection refused',
        ],
        level: 'error',
      },
      { lines: ['Handled:  Error: no address', '    at a (/app/a.js:1:2)'], level: 'error' },
    ]),

  'an indented line after a JSON record: not a part of it': () => {
    const time = tick();
    const text = '  printed by something else';
    return together(json({ level: 'info' }, { level: 'info' }), {
      written: [cri(time, text)],
      expected: [{ line: text, time }],
    });
  },
  'every spelling of a level, in any case': () =>
    together(
      ...Object.entries(LEVEL_ALIASES).flatMap(([alias, level]) => [
        json({ level: alias, message: alias }, { level }),
        json({ level: alias.toUpperCase(), message: alias }, { level }),
      ]),
    ),
  'a level that is none of the log model’s: no label': () =>
    together(
      ...['chatty', '', 35, null, true, { name: 'info' }, ['info']].map((level) => json({ level, message: 'odd' }, {})),
    ),
  'a time that is no RFC 3339: the time is the container runtime’s': () =>
    together(
      ...['2026-01-02 03:04:05', '', 'yesterday', 1_767_323_045_000, null].map((timestamp) =>
        json({ level: 'warn', timestamp }, { level: 'warn' }),
      ),
    ),
  'a time that Loki would refuse, or that nobody would believe: the time is the container runtime’s': () => {
    const minute = 60n * SECOND;
    const off = [-60n * 24n * 365n * 20n, -60n * 24n * 8n, -120n, -31n, 6n, 11n, 60n * 24n].map((minutes) =>
      iso(START + minutes * minute),
    );
    return together(
      ...['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', ...off].map((timestamp) =>
        json({ level: 'info', timestamp }, { level: 'info' }),
      ),
    );
  },
  'a time a little off, as of a record that waited or a clock that differs: its own': () =>
    together(
      ...[-29n, -1n, 4n].map((minutes) => {
        const time = START + minutes * 60n * SECOND;
        return json({ level: 'info', timestamp: iso(time) }, { level: 'info', time });
      }),
    ),
  'ids that are no text: numbers are written out, nothing is made of nothing': () =>
    together(
      json({ requestId: 12345 }, { metadata: { requestId: '12345' } }),
      json({ requestId: null, userId: '' }, {}),
      json({ requestId: { a: [1] }, userId: true }, { metadata: { requestId: '{"a":[1]}', userId: 'true' } }),
      json({ requestId: 'ü – "quoted" \\ {x}' }, { metadata: { requestId: 'ü – "quoted" \\ {x}' } }),
    ),
  'fields that are named as labels are: they change none': () =>
    json(
      { namespace: 'x', job: 'x', service: 'x', app: 'x', container: 'x', node: 'x', pod: 'x', stream: 'x', time: 'x' },
      {},
    ),
  'plain text': () =>
    unchanged('listening on port 3000', 'key=value other="quoted"', '2026-01-02 03:04:05 LOG: started'),
  'text that only looks like JSON': () =>
    unchanged(
      '{"level":"error","message":"cut he',
      '{"level":"error"} and more',
      '{not json}',
      '{',
      '[1, 2]',
      '"text"',
    ),
  'a JSON record after a broken one': () =>
    together(unchanged('{"level":"error",'), json({ level: 'info', message: 'whole' }, { level: 'info' })),
  'a stack trace: one entry, at the time of its first line': () => {
    const lines = [
      'Error: boom',
      '    at a (/app/a.js:1:2)',
      '\tat b (/app/b.js:3:4)',
      '  cause: {',
      '    code: 1',
      '  }',
    ];
    const times = lines.map(() => tick());
    return together(
      unchanged('before'),
      {
        written: lines.map((text, index) => cri(times[index] ?? 0n, text, 'F', 'stdout')),
        expected: [{ line: lines.join('\n'), time: times[0] ?? 0n, level: 'error' }],
      },
      unchanged('after'),
    );
  },
  'two stack traces on stdout and stderr, line by line in turn: each whole': () => {
    const first = ['Error: one', '  at one', '  at more of one'];
    const second = ['Error: two', '  at two', '  at more of two'];
    const rows = first.map((text, index) => [
      { time: tick(), text, stream: 'stdout' },
      { time: tick(), text: second[index] ?? '', stream: 'stderr' },
    ]);
    const all = rows.flat();
    return {
      written: all.map(({ time, text, stream }) => cri(time, text, 'F', stream)),
      expected: [first, second].map((lines, index) => ({
        line: lines.join('\n'),
        time: rows[0]?.[index]?.time ?? 0n,
        level: 'error',
      })),
    };
  },
  'a line that the runtime cut into parts: one line again': () =>
    together(
      long(
        { level: 'warn', message: 'x'.repeat(40_000), requestId: 'r-long' },
        { level: 'warn', metadata: { requestId: 'r-long' } },
      ),
      unchanged('after'),
    ),
  'lines cut into parts on stdout and stderr at once: each whole': () => {
    const times = Array.from({ length: 4 }, tick);
    const [a = 0n, b = 0n, c = 0n, d = 0n] = times;
    return {
      written: [
        cri(a, 'out begins ', 'P', 'stdout'),
        cri(b, 'err begins ', 'P', 'stderr'),
        cri(c, 'out ends', 'F', 'stdout'),
        cri(d, 'err ends', 'F', 'stderr'),
      ],
      expected: [
        { line: 'out begins out ends', time: c },
        { line: 'err begins err ends', time: d },
      ],
    };
  },
  'a blank line: it stays with the line before it': () => {
    const [first = 0n, blank = 0n, second = 0n] = Array.from({ length: 3 }, tick);
    return {
      written: [cri(first, 'first'), cri(blank, ''), cri(second, 'second')],
      expected: [
        { line: 'first\n', time: first },
        { line: 'second', time: second },
      ],
    };
  },
  'a line that starts with white space, with nothing before it: itself': () => unchanged('  indented', 'first'),
  'bytes that are no UTF-8: the rest of the line stays': () => {
    const time = tick();
    const written = [Buffer.concat([Buffer.from(cri(time, 'caf')), Buffer.from([0xe9]), Buffer.from(' au lait')])];
    return { written, expected: [{ line: 'caf\ufffd au lait', time }] };
  },
  'a block of more lines than are kept together: in two pieces': () => {
    const lines = ['start', ...Array.from({ length: 1200 }, (_, index) => `  line ${index}`)];
    const times = lines.map(() => tick());
    return {
      written: lines.map((text, index) => cri(times[index] ?? 0n, text)),
      expected: [0, 1000].map((from) => ({
        line: lines.slice(from, from + 1000).join('\n'),
        time: times[from] ?? 0n,
      })),
    };
  },
  'the same text twice: two entries': () => unchanged('again', 'again'),
  'many records of one moment: every one': () =>
    together(
      ...Array.from({ length: 50 }, (_, index) =>
        json({ level: 'info', message: `at once ${index}`, timestamp: iso(then) }, { level: 'info', time: then }),
      ),
    ),
  'a level that is padded in front: it begins a record': () =>
    levels([
      ['ERROR orders: a request failed', 'error'],
      [' INFO orders: the server goes on', 'info'],
      ['    INFO orders: padded to eight', 'info'],
      [' WARN orders: careful', 'warn'],
      ['  2026-01-02T03:04:05Z DEBUG orders: a query', 'debug'],
    ]),
  'postgres: the severity is what the server says, not what a client says': () =>
    ofPostgres([
      {
        lines: [
          '[7] app@orders ERROR:  duplicate key',
          '[7] app@orders DETAIL:  Key (a)=(b FATAL:  c) already exists.',
          "[7] app@orders STATEMENT:  insert into t values ('b FATAL:  c')",
          '\tFATAL:  d',
        ],
        level: 'error',
      },
      { lines: ["[7] app@orders LOG:  statement: select 'x FATAL:  y', ' ERROR:  z'"], level: 'info' },
      { lines: ['[7] app@orders LOG:  duration: 12.5 ms'], level: 'info', metadata: { duration: '12.5' } },
      {
        lines: ['[7] FEHLER:  Relation »x« existiert nicht', '[7] ANWEISUNG:  SELECT 1', '[7] TIPP:  2'],
        level: 'error',
      },
      { lines: ['[7] ОШИБКА:  нет', '[7] ОПЕРАТОР:  SELECT 1'], level: 'error' },
      { lines: ['[7] 错误:  关系', '[7] 语句:  SELECT 1'], level: 'error' },
      { lines: ['[7] WARNUNG:  es gibt keine Transaktion'], level: 'warn' },
      { lines: ['[7] XYZZY:  a language that is not known'] },
      { lines: ['[7] LOG:  and the next'], level: 'info' },
    ]),
  'postgres: names in quotes of csvlog, which a client chooses': () => {
    const rest = `"orders",7,"127.0.0.1:5000",abc.1,1,"authentication",${postgresTime} UTC,3/4,0`;
    return ofPostgres(
      [
        { lines: [`"x,LOG,00000,",${rest},FATAL,28P01,"password authentication failed",,,`], level: 'error' },
        { lines: [`"say ""hi"",",${rest},LOG,00000,"connection received",,,`], level: 'info' },
        { lines: [`,,7,,abc.1,1,,${postgresTime} UTC,,0,WARNING,01000,"a, FATAL,28P01, b",,,`], level: 'warn' },
      ],
      ',',
    );
  },
  'pgbouncer: a zone by its number': () =>
    levels([
      ['2026-01-02 03:04:05.678 -03 [7] LOG C-0x1: orders/app@127.0.0.1:5 login attempt', 'info'],
      ['2026-01-02 03:04:05.678 +0530 [7] WARNING C-0x1: pooler error: no such user: ERROR x', 'warn'],
      ['2026-01-02 03:04:05.678 UTC [7] ERROR config', 'error'],
    ]),
  'redis: every format and every time': () => {
    const shown = new Date(Number(then / MILLISECOND)).toISOString();
    const legacy = `${Number(shown.slice(8, 10))} ${new Date(shown).toUTCString().slice(8, 16)} ${shown.slice(11, 23)}`;
    const times = [legacy, shown.replace('Z', '+00:00'), String(then / MILLISECOND)];
    return together(
      ...times.flatMap((time) =>
        (
          [
            [`7:M ${time} # careful`, 'warn'],
            [`7:S ${time} - Accepted`, 'debug'],
            [`pid=7 role=primary timestamp="${time}" level=notice message="level=warning"`, 'info'],
            [`pid=7 role=RDB/AOF timestamp="${time}" level=info message="verbose"`, 'debug'],
            [`pid=7 role=replica timestamp="${time}" level=warning message="careful"`, 'warn'],
          ] as const
        ).map(([line, level]) => ({ written: [cri(tick(), line)], expected: [{ line, time: then, level }] })),
      ),
    );
  },
  'nginx: JSON by its status, a number or a text, whatever its level says': () =>
    together(
      ...(
        [
          [200, 'info'],
          [399, 'info'],
          [404, 'warn'],
          [499, 'warn'],
          [500, 'error'],
          ['200', 'info'],
          ['404', 'warn'],
          ['502', 'error'],
        ] as const
      ).map(([status, level]) => json({ level: 'debug', status }, { level, metadata: { status: String(status) } })),
      json({ level: 'error', message: 'no request' }, {}),
    ),
  'text of all the world': () => unchanged('naïve 日本語 🎉', 'tab\tinside', 'ends with a space '),
  'a thousand request ids': () =>
    together(
      ...Array.from({ length: 1000 }, (_, index) =>
        json({ level: 'debug', requestId: `id-${index}` }, { level: 'debug', metadata: { requestId: `id-${index}` } }),
      ),
    ),
};

const names = Object.keys(cases);
/** A case whose name begins with a job's is of a pod with that job. */
function containerOfCase(name: string): Container {
  const job = Object.values(JOBS).find((each) => name.startsWith(`${each}: `));
  return {
    namespace: 'spec',
    pod: `case-${names.indexOf(name)}`,
    container: 'main',
    ...(job === undefined ? {} : { labels: { [POD_LABELS.job]: job } }),
  };
}

/** Pods, and the labels that their lines come out with. */
const relabelling: readonly {
  readonly what: string;
  readonly target: Container;
  readonly labels: Partial<Record<keyof typeof LABELS, string>>;
}[] = [
  {
    what: 'a pod with the recommended label and a job of its own',
    target: {
      namespace: 'shop',
      pod: 'full-1',
      container: 'server',
      labels: { 'app.kubernetes.io/name': 'backend', app: 'old-name', 'logs.spywatcher.dev/job': 'security' },
    },
    labels: { app: 'backend', service: 'backend', job: 'security', namespace: 'shop', container: 'server' },
  },
  {
    what: 'a pod with the recommended label alone',
    target: { namespace: 'shop', pod: 'name-1', container: 'server', labels: { 'app.kubernetes.io/name': 'backend' } },
    labels: { app: 'backend', service: 'backend', job: 'backend' },
  },
  {
    what: 'a pod with the old label alone',
    target: { namespace: 'shop', pod: 'app-1', container: 'main', labels: { app: 'old-name' } },
    labels: { app: 'old-name', service: 'old-name', job: 'old-name', container: 'main' },
  },
  {
    what: 'a pod with a job alone',
    target: { namespace: 'shop', pod: 'job-1', container: 'main', labels: { 'logs.spywatcher.dev/job': 'security' } },
    labels: { app: 'main', service: 'main', job: 'security' },
  },
  {
    what: 'a pod without labels',
    target: { namespace: 'shop', pod: 'bare-1', container: 'worker' },
    labels: { app: 'worker', service: 'worker', job: 'worker', container: 'worker' },
  },
  {
    what: 'a pod whose labels are empty',
    target: {
      namespace: 'shop',
      pod: 'empty-1',
      container: 'worker',
      labels: { app: '', 'app.kubernetes.io/name': '' },
    },
    labels: { app: 'worker', service: 'worker', job: 'worker' },
  },
  {
    what: 'a static pod, whose folder has another name',
    target: { namespace: 'kube-system', pod: 'etcd-node-1', container: 'etcd', configHash: 'f00dfeed' },
    labels: { app: 'etcd', service: 'etcd', job: 'etcd', namespace: 'kube-system' },
  },
  {
    what: 'a pod in a namespace that only begins like an excluded one',
    target: { namespace: 'hidden-not', pod: 'seen-1', container: 'main' },
    labels: { namespace: 'hidden-not' },
  },
  {
    what: 'a pod whose own name is like the pattern of excluded namespaces',
    target: { namespace: 'shop', pod: 'seen-by-pattern', container: 'main' },
    labels: { namespace: 'shop' },
  },
];

const excluded: readonly Container[] = [
  { namespace: 'hidden', pod: 'unseen-1', container: 'main' },
  { namespace: 'also-hidden', pod: 'unseen-2', container: 'main' },
  { namespace: 'hidden-by-pattern', pod: 'unseen-3', container: 'main' },
];

/** Grows and is rotated while the agent runs and while it does not. */
const busy: Container = { namespace: 'spec', pod: 'busy', container: 'main' };

const MODEL_LABELS: readonly string[] = Object.values(LABELS);

describe.each(['Promtail', 'Collector'] as const)('%s, running', (name) => {
  const rendered = variant('pipeline', {
    environment: 'staging',
    agent: { excludeNamespaces: ['hidden', 'also-hidden', '*-by-pattern'] },
  });
  const path = new LogPath(rendered, name.toLowerCase());
  const start = (): Promise<RunningProgram> =>
    name === 'Promtail' ? path.startPromtail(targets) : path.startCollector(targets);
  const { logs } = path;
  const written = Object.fromEntries(names.map((each) => [each, cases[each]?.() ?? { written: [], expected: [] }]));
  const targets = [...names.map(containerOfCase), ...relabelling.map(({ target }) => target), ...excluded, busy];
  let agent: RunningProgram;
  let byPod: ReadonlyMap<string, readonly Entry[]>;

  /** Waits until as many have come, and a little longer, so that one too many is seen as well. */
  async function collect(logql: string, count: number): Promise<readonly Entry[]> {
    let found: readonly Entry[] = [];
    await until(`${count} entries of ${logql}`, async () => {
      found = await path.query(logql);
      return found.length >= count ? undefined : `${found.length} of ${count} are there`;
    }).catch((error: unknown) => say(String(error)));
    await sleep(1_500);
    return path.query(logql);
  }

  beforeAll(async () => {
    await path.start();
    for (const each of names) logs.append(containerOfCase(each), written[each]?.written ?? []);
    for (const { target, what } of relabelling) logs.append(target, [cri(tick(), what)]);
    for (const target of excluded) logs.append(target, [cri(tick(), 'nobody sees this')]);
    logs.append(busy, [cri(tick(), 'busy 0')]);
    agent = await start();
    const count = Object.values(written).reduce((sum, { expected }) => sum + expected.length, 0);
    const found = await collect('{namespace=~".+"}', count + relabelling.length + 1);
    byPod = Map.groupBy(found, ({ structuredMetadata }) => structuredMetadata['pod'] ?? '');
  });
  afterAll(() => path.stop());

  const of = (pod: string): readonly Entry[] => byPod.get(pod) ?? [];
  const byTime = (a: { readonly time: bigint; readonly line: string }, b: typeof a): number =>
    a.time === b.time ? (a.line < b.line ? -1 : 1) : a.time < b.time ? -1 : 1;

  it.each(names)('%s', (each) => {
    const { pod } = containerOfCase(each);
    const expected = (written[each]?.expected ?? []).map(({ line, time, level, metadata }) => ({
      line,
      time,
      level,
      metadata: { pod, ...metadata },
    }));
    const found = of(pod).map(({ line, time, labels, structuredMetadata }) => ({
      line,
      time,
      level: labels[LABELS.level],
      // Loki's own guess at a level stands beside ours.
      metadata: Object.fromEntries(Object.entries(structuredMetadata).filter(([key]) => key !== 'detected_level')),
    }));
    expect(found.toSorted(byTime)).toEqual(expected.toSorted(byTime));
  });

  describe('relabels', () => {
    it.each(relabelling)('$what', ({ target, what, labels }) => {
      const found = of(target.pod);
      expect(found.map(({ line }) => line)).toEqual([what]);
      expect(found[0]?.labels).toMatchObject({ ...labels, node: NODE });
    });

    it.each(excluded)('nothing of the excluded namespace $namespace', ({ pod }) => expect(of(pod)).toEqual([]));
  });

  it('makes streams of the log model’s labels and of nothing else', () => {
    const found = [...byPod.values()].flat();
    const keys = new Set(found.flatMap(({ labels }) => Object.keys(labels)));
    expect([...keys].filter((key) => !MODEL_LABELS.includes(key))).toEqual([]);
    const always = MODEL_LABELS.filter((label) => label !== LABELS.level);
    expect(found.filter(({ labels }) => always.some((label) => !labels[label]))).toEqual([]);
  });

  it('makes no stream of a request id', () => {
    const { pod } = containerOfCase('a thousand request ids');
    expect(new Set(of(pod).map(({ labels }) => JSON.stringify(labels))).size).toBe(1);
  });

  it('makes one stream of two pods of one app, and still tells them apart', () => {
    const found = [...of('full-1'), ...of('name-1')];
    expect(new Set(found.map(({ labels }) => labels['app']))).toEqual(new Set(['backend']));
    expect(new Set(found.map(({ structuredMetadata }) => structuredMetadata['pod'])).size).toBe(2);
  });

  it('finds a record by its request id without parsing it', async () => {
    const found = await path.query('{namespace="spec"} | requestId="r-1"');
    expect(found.map(({ structuredMetadata }) => structuredMetadata['userId'])).toEqual(['u-1']);
  });

  it('loses and repeats nothing when the file grows, is rotated, and when the agent is restarted', async () => {
    const lines = (from: number, count: number): readonly string[] =>
      Array.from({ length: count }, (_, index) => cri(tick(), `busy ${from + index}`));
    const expected = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `busy ${index}`);
    const found = async (count: number): Promise<readonly string[]> =>
      (await collect('{namespace="spec"} | pod="busy"', count)).toSorted(byTime).map(({ line }) => line);

    logs.append(busy, lines(1, 99));
    expect(await found(100)).toEqual(expected(100));

    logs.append(busy, lines(100, 100));
    logs.rotate(busy);
    logs.append(busy, lines(200, 100));
    expect(await found(300)).toEqual(expected(300));

    expect(await agent.stop()).toBe(0);
    logs.append(busy, lines(300, 100));
    agent = await start();
    logs.append(busy, lines(400, 100));
    expect(await found(500)).toEqual(expected(500));
  });
});

/** Stacks of the repo whose agent it is. */
const WITH_PROMTAIL = STACKS.filter((name) => stack(name).config.agent.type === 'promtail');

describe('promtail -check-syntax', () => {
  const check = async (spoil: (file: string) => void, name: string) => {
    const folder = temporaryFolder('promtail-check');
    try {
      const args = writeRenderedConfig(stack(name), folder);
      spoil(join(folder, 'config.yaml'));
      return await run([tools.promtail, ...args, '-check-syntax']);
    } finally {
      removeFolder(folder);
    }
  };

  it.each(WITH_PROMTAIL)('accepts the config of %s as it is rendered', async (name) => {
    const { code, stdout, stderr } = await check(() => undefined, name);
    expect({ code, output: stdout + stderr }).toEqual({
      code: 0,
      output: expect.stringContaining('Valid config file') as string,
    });
  });

  it('refuses a key that Promtail does not know, so that the tests above can fail', async () => {
    const { code } = await check((file) => writeFileSync(file, 'no_such_section: {}\n'), 'dev');
    expect(code).not.toBe(0);
  });
});

describe('promtail -dry-run', () => {
  it.each(WITH_PROMTAIL)('runs the pipeline of %s', async (name) => {
    const rendered = stack(name);
    const folder = temporaryFolder('promtail-dry-run');
    const logs = new PodLogs(join(folder, 'pods'));
    const target: Container = { namespace: 'shop', pod: 'web-1', container: 'web', labels: { app: 'shop' } };
    logs.append(target, [
      cri(tick(), JSON.stringify({ level: 'WARNING', message: 'json' })),
      cri(tick(), 'plain'),
      cri(tick(), '  goes on'),
    ]);
    const promtail = await startPromtail(tools.promtail, rendered, {
      folder,
      logs,
      targets: [target],
      values: secretValues(rendered),
      gatewayPort: 9,
      dryRun: true,
    });
    const labels = (level: string): string =>
      `{app="shop", container="web", job="shop", ${level}namespace="shop", service="shop"}`;
    try {
      await until(
        `two entries in the dry run of ${name}`,
        () => {
          // Columns are filled up with tabs.
          const output = promtail.output().replaceAll('\t', '');
          const whole = [
            `${labels('level="warn", ')}{"level":"WARNING","message":"json"}\n`,
            `${labels('')}plain\n  goes on\n`,
          ];
          return whole.every((entry) => output.includes(entry)) ? undefined : 'they are not printed';
        },
        { program: promtail },
      );
    } finally {
      await promtail.stop();
      removeFolder(folder);
    }
  });
});
