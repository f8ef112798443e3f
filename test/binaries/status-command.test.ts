/** `npm run status` and `npm run doctor` as a shell calls them: exit codes, and clusters that do not answer. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../../bin/ensure-built';

const root = join(__dirname, '..', '..');
let folder: string;

beforeAll(() => {
  ensureBuilt('product');
  folder = mkdtempSync(join(tmpdir(), 'status-command-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program that stands in for kubectl. */
function kubectl(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function run(command: 'status' | 'doctor', ...args: readonly string[]) {
  const began = Date.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'run.js'), command, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr, seconds: (Date.now() - began) / 1000 };
}

const COMMANDS = ['status', 'doctor'] as const;

test.each(COMMANDS)('%s: called wrongly, it says how, and the exit code is 2', (command) => {
  for (const args of [[], ['dev', 'prod'], ['--stack', 'dev', 'prod'], ['--no-such-option']]) {
    const { status, stderr } = run(command, ...args);
    expect(stderr).toContain(`usage: npm run --silent ${command} -- --stack <stack>`);
    expect(status).toBe(2);
  }
  expect(run(command, 'none').status).toBe(2);
});

test.each(['--pod shop', '--pod a/b/c', '--pod a/b --app c'])('doctor: %s is no pod', (text) => {
  const { status, stderr } = run('doctor', 'dev', ...text.split(' '));
  expect(stderr).toContain('usage');
  expect(status).toBe(2);
});

test.each(COMMANDS)(
  '%s: a cluster that cannot be reached is unknown, exit code 2, and the reason is told',
  (command) => {
    const refusing = kubectl('refusing', 'echo "The connection to the server was refused" >&2; exit 1');
    const { status, stdout } = run(command, '--stack', 'dev', '--kubectl', refusing);
    expect(stdout).toContain('The connection to the server was refused');
    expect(status).toBe(2);
  },
);

test.each(COMMANDS)('%s: without kubectl, it says so', (command) => {
  const { status, stdout } = run(command, 'dev', '--kubectl', join(folder, 'missing'));
  expect(stdout).toContain('ENOENT');
  expect(status).toBe(2);
});

test.each(COMMANDS)('%s: a cluster that does not answer holds it up for a few seconds', (command) => {
  const { status, stdout, seconds } = run(command, 'dev', '--kubectl', kubectl('silent', 'exec sleep 60'), '--json');
  expect(stdout).toContain('no answer in 10 s');
  expect(JSON.parse(stdout)).toMatchObject({ stack: 'dev', verdict: 'unknown' });
  expect(status).toBe(2);
  expect(seconds).toBeLessThan(25);
});
