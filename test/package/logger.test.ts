/** The logger as a service gets it that has nothing else of the package's: packed, installed in an empty folder, run. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FIELDS, JOBS, LEVELS, REDACTED } from '../../src/log-model';
import { Consumer, pack, temporaryFolder } from './consumer';

type LogRecord = Readonly<Record<string, unknown>>;

const temporary = temporaryFolder();
let tarball: string;

beforeAll(() => {
  tarball = pack(temporary);
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Every line as it is parsed; a line that is no JSON fails. */
function records(stdout: string): readonly LogRecord[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogRecord);
}

describe('in an empty folder', () => {
  let service: Consumer;
  beforeAll(() => {
    service = Consumer.installAlone(tarball);
    service.add('logger-consumer.ts', 'logger-consumer.cts');
    service.add('logger-consumer.ts', 'logger-consumer.mts');
    service.add('one-instance.mjs');
    service.compileAll();
  });
  afterAll(() => service.remove());

  test('nothing of cdk8s or Pulumi is installed', () => {
    const modules = readdirSync(join(service.directory, 'node_modules'));
    expect(modules).toEqual(expect.arrayContaining(['spywatcher-logs', 'winston']));
    expect(modules.filter((name) => /cdk8s|constructs|pulumi/.test(name))).toEqual([]);
  });

  test.each(['logger-consumer.cjs', 'logger-consumer.mjs'])('%s writes records', (program) => {
    const written = records(service.node(program, [join('lib', program)]));
    for (const record of written) {
      expect(LEVELS).toContain(record[FIELDS.level]);
      expect(new Date(String(record[FIELDS.timestamp])).toISOString()).toBe(record[FIELDS.timestamp]);
    }
    expect(written).toMatchObject([
      { level: 'info', message: 'plain', userId: 'user-1', password: REDACTED },
      { level: 'warn', message: 'with an id', requestId: 'abc123', duration: 1200 },
      {
        job: JOBS.security,
        action: 'LOGIN_ATTEMPT',
        result: 'FAILURE',
        userId: 'user-1',
        ipAddress: '203.0.113.7',
        requestId: 'abc123',
      },
      { level: 'error', message: 'of another logger', service: 'other', error: 'broken' },
    ]);
  });

  test('an ES module and a CommonJS module write with one logger, in one context', () => {
    const lines = records(service.node('one-instance.mjs', ['one-instance.mjs']));
    expect(lines).toContainEqual([true, true]);
    expect(lines).toContainEqual(expect.objectContaining({ requestId: 'abc123' }));
  });

  test('the mission’s manner: const { logWithRequestId } = require(…)', () => {
    const program = `const { logWithRequestId } = require('spywatcher-logs/logger'); logWithRequestId('info', 'Processing request', 'abc123', { userId: 'user-1', action: 'fetch_data' })`;
    expect(records(service.node('CommonJS', ['--eval', program]))).toMatchObject([
      { level: 'info', message: 'Processing request', requestId: 'abc123', userId: 'user-1', action: 'fetch_data' },
    ]);
  });

  test('it loads winston and itself; nothing else', () => {
    const program = `require('spywatcher-logs/logger'); console.log(JSON.stringify(Object.keys(require.cache)))`;
    const modules = join(service.directory, 'node_modules/');
    const loaded = (JSON.parse(service.node('what it loads', ['--eval', program])) as string[]).map((path) =>
      path.slice(path.indexOf(modules) + modules.length),
    );
    const allowed = dependencies(modules, ['winston']);
    const own = /^spywatcher-logs\/lib\/src\/(logger|log-model)\//;
    expect(loaded.filter((path) => own.test(path)).length).toBeGreaterThan(0);
    expect(loaded.filter((path) => !own.test(path) && !allowed.has(packageOf(path)))).toEqual([]);
  });

  test('its types are found by a bundler’s module resolution, and by the oldest', () => {
    const include = ['logger-consumer.ts'];
    service.add('logger-consumer.ts');
    const strict = { skipLibCheck: false, noEmit: true };
    service.compileWith({ ...strict, module: 'esnext', moduleResolution: 'bundler' }, include);
    service.compileWith({ ...strict, module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true }, include);
  });

  test('its browser side is an ES module of one file', () => {
    const file = join(service.directory, 'node_modules/spywatcher-logs/lib/src/logger/browser.mjs');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/^\s*import\b|\brequire\(|\bprocess\b|\bBuffer\b/m);
    expect(service.node('the file itself', ['--input-type=module', '--eval', `import '${file}'`])).toBe('');
  });
});

/** Names of these packages and of all that they depend on. */
function dependencies(modules: string, names: readonly string[], found = new Set<string>()): ReadonlySet<string> {
  for (const name of names.filter((candidate) => !found.has(candidate))) {
    found.add(name);
    const path = join(modules, name, 'package.json');
    if (!existsSync(path)) continue;
    const { dependencies: further = {} } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    dependencies(modules, Object.keys(further), found);
  }
  return found;
}

/** `a/lib/x.js` → `a`, `@a/b/x.js` → `@a/b`. */
function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
