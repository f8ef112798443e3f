/** Every command that reads a stack file reports all of its problems as `cdk8s synth` does, and fails. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../../bin/ensure-built';
import { loadStackConfig } from '../../src/config';
import { configError } from '../support/config';
import { BUILD_TIMEOUT } from '../../programs/program';

const RUN = join(__dirname, '..', '..', 'bin', 'run.js');
const COMMANDS: readonly (readonly [command: string, ...args: string[]])[] = [
  ['size'],
  ['rules'],
  ['check'],
  ['secrets'],
  ['status'],
  ['doctor'],
  ['resize'],
  ['backup', '--out', 'nowhere.tar.gz'],
  ['restore', '--from', 'nowhere.tar.gz'],
];

let project: string;
beforeAll(() => {
  ensureBuilt('product');
  project = mkdtempSync(join(tmpdir(), 'refused-stack-'));
  const file = `retention: { period: 9d }
config:
  spywatcher-logs:environment: dev
  spywatcher-logs:gateway: { replicas: 0_1 }
  spywatcher-logs:alerting: { files: [{ path: absent.yaml }] }
  spywatcher-logs:secrets: { grafana: { adminPassword: { secure: hunter2 } } }
  spywatcher-log:retention: { period: 9d }
`;
  writeFileSync(join(project, 'Pulumi.wrong.yaml'), file);
  mkdirSync(join(project, 'Pulumi.folder.yaml'));
}, BUILD_TIMEOUT);
afterAll(() => rmSync(project, { recursive: true }));

describe.each(COMMANDS)('%s', (command, ...args) => {
  test.each(['wrong', 'folder'])('of the stack %s prints the whole report and nothing else', (stack) => {
    const { message, problems } = configError(() => loadStackConfig(project, stack));
    expect(problems).toHaveLength(stack === 'wrong' ? 5 : 1);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [RUN, command, '--stack', stack, '--project', project, ...args],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe(`${message}\n`);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(stderr).not.toContain('hunter2');
  });
});
