/** Every command says how it is called, and ends with the same exit codes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import commands from '../../bin/commands';
import { ensureBuilt } from '../../bin/ensure-built';
import { BUILD_TIMEOUT } from '../../programs/program';
import { readPage, readProjectFile } from '../support/docs-page';

const RUN = join(__dirname, '..', '..', 'bin', 'run.js');
const NAMES = Object.keys(commands);

beforeAll(() => ensureBuilt('local'), BUILD_TIMEOUT);

const run = (...args: readonly string[]) => spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8' });

describe.each(NAMES)('%s', (command) => {
  it.each(['--help', '-h'])('asked with %s, says how it is called, and does nothing else', (option) => {
    const { status, stdout, stderr } = run(command, option);
    expect(stdout).toMatch(new RegExp(`^usage: npm run --silent ${command} --`));
    expect([status, stderr]).toEqual([0, '']);
  });

  it('asked for what it does not have, says the same as an error', () => {
    const { status, stdout, stderr } = run(command, '--no-such-option');
    expect(stderr).toContain('usage: ');
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('is a script of npm', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    expect(scripts).toHaveProperty([command]);
  });

  it('is in the page of commands', () => {
    expect(readPage('commands.md')).toContain(`\n| \`${command}\` |`);
  });
});

test.each([
  'local cluster-down now',
  'local down --help',
  'local cluster-down -h',
  'local up prod',
  'local toString',
  'bench everything',
])('%s does nothing but say how it is called', (words) => {
  const { stdout, stderr } = run(...words.split(' '));
  expect(`${stdout}${stderr}`).toMatch(/^usage: npm run --silent (?:local|bench) -- /m);
});

test('without a command, it lists all of them', () => {
  const { status, stdout, stderr } = run();
  for (const name of NAMES) expect(stderr).toContain(`\n  ${name} `);
  expect([status, stdout]).toEqual([2, '']);
  expect(run('--help')).toMatchObject({ status: 0, stdout: stderr, stderr: '' });
  expect(run('toString').status).toBe(2);
});
