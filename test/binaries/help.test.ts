/** Every command of bin/ says how it is called. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../../bin/ensure-built';
import { BUILD_TIMEOUT } from '../../programs/program';

const BIN = join(__dirname, '..', '..', 'bin');
/** Parts of commands, and Pulumi's program, which Pulumi calls. */
const NO_COMMANDS = [
  'arguments.js',
  'cluster-options.js',
  'ensure-built.js',
  'pulumi-program.js',
  'stack-option.js',
  'test-report.js',
];
const COMMANDS = readdirSync(BIN).filter((name) => name.endsWith('.js') && !NO_COMMANDS.includes(name));

beforeAll(() => ensureBuilt('local'), BUILD_TIMEOUT);

const run = (command: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [join(BIN, command), ...args], { encoding: 'utf8' });

describe.each(COMMANDS)('%s', (command) => {
  it.each(['--help', '-h'])('asked with %s, says how it is called, and does nothing else', (option) => {
    const { status, stdout, stderr } = run(command, option);
    expect(stdout).toMatch(/^usage: /);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('asked for what it does not have, says the same as an error', () => {
    const { status, stdout, stderr } = run(command, '--no-such-option');
    expect(stderr).toContain('usage: ');
    expect(stdout).toBe('');
    expect(status).toBeGreaterThan(0);
  });
});

test.each([
  'local.js cluster-down now',
  'local.js down --help',
  'local.js cluster-down -h',
  'local.js up prod',
  'local.js toString',
  'bench.js everything',
])('%s does nothing but say how it is called', (words) => {
  const [command = '', ...args] = words.split(' ');
  const { stdout, stderr } = run(command, ...args);
  expect(`${stdout}${stderr}`).toMatch(/^usage: (?:local|bench)\.js [^\n]*\n$/);
});
