/** The loggers that other ecosystems use most, and what is printed where nobody logs: each captured where its tools are installed. */
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { freePorts, give, run, say, startProgram, until } from '../../programs/program';
import { type Capture, type Fixture, fixture, sourceFile, versionOf } from './fixture';
import { talk } from './tcp';

/** One run of a program. */
interface Run {
  readonly file: string;
  readonly holds: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Ecosystem {
  /** Folder of test/sources/loggers. */
  readonly name: string;
  /** Its tool, and where that may be. */
  readonly tool: readonly string[];
  readonly version: readonly string[];
  /** Shell commands that fetch and build, in the folder. */
  readonly build?: string;
  readonly runs: (folder: string, tool: string, port: number) => readonly Run[];
}

const ECOSYSTEMS: readonly Ecosystem[] = [
  {
    name: 'go',
    tool: ['/usr/local/go/bin/go', '/usr/bin/go'],
    version: ['version'],
    build: '"$TOOL" mod tidy && CGO_ENABLED=0 "$TOOL" build -trimpath -o loggers .',
    runs: (folder) =>
      [
        ['loggers', 'slog, zap, zerolog and logrus: as text, in colours, as JSON', 'all'],
        ['panic', 'a panic', 'panic'],
        ['signal', 'a panic of a signal, in a goroutine', 'nil'],
        ['deadlock', 'a fatal error of the runtime', 'deadlock'],
      ].map(([file = '', holds = '', act = '']) => ({
        file: `go/${file}.log`,
        holds,
        command: [join(folder, 'loggers'), act],
      })),
  },
  {
    name: 'rust',
    tool: [join(homedir(), '.cargo/bin/cargo'), '/usr/bin/cargo'],
    version: ['--version'],
    build: '"$TOOL" build && cp target/debug/loggers loggers',
    runs: (folder) => [
      ...(
        [
          ['tracing', 'tracing’s text'],
          ['no-time', 'tracing’s text without time: padded levels'],
          ['colours', 'tracing’s text in colours'],
          ['json', 'tracing’s JSON'],
          ['env_logger', 'env_logger’s text'],
        ] as const
      ).map(([act, holds]) => ({ file: `rust/${act}.log`, holds, command: [join(folder, 'loggers'), act] })),
      {
        file: 'rust/panic.log',
        holds: 'panics in a thread and in main, with their backtraces',
        command: [join(folder, 'loggers'), 'panic'],
        env: { RUST_BACKTRACE: '1' },
      },
    ],
  },
  {
    name: 'java',
    tool: ['/usr/bin/mvn'],
    version: ['--version'],
    build: '"$TOOL" -q -B dependency:copy-dependencies -DoutputDirectory=lib',
    runs: (folder) => [
      {
        file: 'java/loggers.log',
        holds: 'logback, log4j: their usual patterns, padded levels, ECS’ and GELF’s JSON',
        command: ['/usr/bin/java', '-cp', join(folder, 'lib', '*'), join(folder, 'Loggers.java')],
      },
    ],
  },
  {
    name: 'python',
    tool: ['/usr/bin/python3'],
    version: ['--version'],
    build: 'python3 -m pip install --quiet --target lib --python-version 3.11 --only-binary=:all: -r requirements.txt',
    runs: (folder, python, port) => [
      {
        file: 'python/loggers.log',
        holds: 'structlog, loguru, python-json-logger, ecs-logging, padded levels, uvicorn',
        command: [python, join(folder, 'loggers.py'), String(port)],
        env: { PYTHONPATH: join(folder, 'lib') },
      },
    ],
  },
  {
    name: 'node',
    tool: [process.execPath],
    version: ['--version'],
    build: 'npm install --no-audit --no-fund --loglevel=error --ignore-scripts',
    runs: (folder, node) => [
      {
        file: 'node/loggers.log',
        holds: 'winston, pino, bunyan, Nest: as text, in colours, as JSON; an error that Python has too',
        command: [node, join(folder, 'loggers.js')],
      },
    ],
  },
  {
    name: 'php',
    tool: ['/usr/bin/php'],
    version: ['--version'],
    runs: (folder, php) => [
      {
        file: 'php/failures.log',
        holds: 'Monolog as text and as JSON; a warning, a deprecated call, an uncaught exception with its cause',
        command: [
          php,
          '-d',
          'log_errors=1',
          '-d',
          'display_errors=0',
          '-d',
          'error_log=',
          join(folder, 'failures.php'),
        ],
      },
    ],
  },
  {
    name: 'ruby',
    tool: ['/usr/bin/ruby'],
    version: ['--version'],
    runs: (folder, ruby) => [
      {
        file: 'ruby/failures.log',
        holds: 'Logger; an exception that nobody rescues, with its cause',
        command: [ruby, join(folder, 'failures.rb')],
      },
    ],
  },
  {
    name: 'elixir',
    tool: ['/usr/bin/elixir'],
    version: ['--short-version'],
    runs: (folder, elixir) => [
      {
        file: 'elixir/failures.log',
        holds: 'Logger; a process that fails, a script that fails',
        command: [elixir, join(folder, 'failures.exs')],
      },
    ],
  },
];

/** The loggers of each ecosystem, by its name; where its tool is not installed, the fixtures stay. */
export const LOGGER_CAPTURES: Readonly<Record<string, Capture>> = {
  ...Object.fromEntries(
    ECOSYSTEMS.map((ecosystem) => [
      `${ecosystem.name}-loggers`,
      async (folder: string) => {
        const tool = ecosystem.tool.find((path) => existsSync(path));
        if (tool !== undefined) return captureEcosystem(folder, ecosystem, tool);
        say(`${ecosystem.name}: not installed; the fixtures stay as they are`);
        return [];
      },
    ]),
  ),
  apache: captureApache,
};

async function captureEcosystem(
  folder: string,
  { name, version, build, runs }: Ecosystem,
  tool: string,
): Promise<readonly Fixture[]> {
  cpSync(sourceFile('loggers', name), folder, { recursive: true });
  if (build !== undefined) {
    // Package managers have their settings in the environment, as what certificates they trust.
    const env = { ...process.env, HOME: homedir(), TOOL: tool };
    const { code, stdout, stderr } = await run(['sh', '-c', `cd "${folder}" && ${build}`], { env });
    if (code !== 0) throw new Error(`${name} is not built (${code}): ${stdout}${stderr}`);
  }
  const [port = 0] = await freePorts(1);
  const program = stripVTControlCharacters(await versionOf([tool, ...version], { HOME: homedir() }));
  const fixtures: Fixture[] = [];
  for (const { file, holds, command, env } of runs(folder, tool, port)) {
    const log = join(folder, file.replace('/', '-'));
    const running = startProgram(command, log, {
      unprivileged: true,
      env: { LANG: 'C.UTF-8', HOME: folder, ...env },
    });
    try {
      await until(file, () => (running.exitCode() === undefined ? 'it still runs' : undefined), { seconds: 120 });
    } finally {
      await running.stop();
    }
    fixtures.push(fixture(file, `${name}: ${program}`, holds, log));
  }
  return fixtures;
}

/** Apache's httpd, and requests that fail. */
async function captureApache(folder: string): Promise<readonly Fixture[]> {
  const apache = '/usr/sbin/apache2';
  if (!existsSync(apache)) {
    say('apache: apache2 is not installed; the fixture stays as it is');
    return [];
  }
  mkdirSync(join(folder, 'htdocs'));
  give(join(folder, 'htdocs'));
  const [port = 0] = await freePorts(1);
  const log = join(folder, 'apache.log');
  // It writes down how it was called.
  const config = join(folder, 'httpd.conf');
  copyFileSync(sourceFile('loggers', 'apache', 'httpd.conf'), config);
  const server = startProgram([apache, '-DFOREGROUND', '-f', config], log, {
    unprivileged: true,
    env: { FOLDER: folder, PORT: String(port) },
  });
  await until('Apache', () => (server.output().includes('resuming normal operations') ? undefined : 'not up'), {
    program: server,
  });
  for (const path of ['/', '/old', '/missing', '/private', '/orders', '/?q="quoted"'])
    await talk(port, [`GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test "1"\r\nConnection: close\r\n\r\n`]);
  await server.stop();
  return [
    fixture(
      'apache/apache.log',
      await versionOf([apache, '-v']),
      'error log at info and access log in the combined format: 200, 302, 400, 403, 404, 503',
      log,
    ),
  ];
}
