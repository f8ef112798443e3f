/** bin/synth.js as `cdk8s synth` starts it, in a folder of its own, on sources that are compiled for the test. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..', '..');

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'synth-program-'));
  mkdirSync(join(directory, 'bin'));
  for (const name of ['synth.js', 'arguments.js']) cpSync(join(ROOT, 'bin', name), join(directory, 'bin', name));
  // What decides whether to compile is not under test: here everything is compiled.
  writeFileSync(join(directory, 'bin', 'ensure-built.js'), 'exports.ensureBuilt = () => {};');
  buildSync({
    entryPoints: [join(ROOT, 'charts', 'main.ts')],
    outfile: join(directory, 'lib', 'synth', 'main.js'),
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

const run = (stackFile: string) => {
  writeFileSync(join(directory, 'Pulumi.test.yaml'), stackFile);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'CDK8S_OUTDIR'));
  return spawnSync(process.execPath, [join(directory, 'bin', 'synth.js')], { env, encoding: 'utf8' });
};

test('given a stack file with problems, the program reports them, writes no file and exits with 1', () => {
  const { status, stdout, stderr } = run('config:\n  spywatcher-logs:environment: prod\n');
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Pulumi\.test\.yaml: 5 problems, nothing was written or applied\.\n\n {2}storage\.type\n/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(existsSync(join(directory, 'dist'))).toBe(false);
});

test('given a volume that is too small for the expected load, the program warns and writes its manifests', () => {
  const { status, stdout, stderr } = run(
    'config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:persistence: { size: 6Gi }\n',
  );
  expect([status, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^warning: Pulumi\.test\.yaml: persistence\.size: 6Gi is less than the [\d.]+Gi that .*\n$/);
  expect(readdirSync(join(directory, 'dist', 'test'))).toHaveLength(7);
});

test('given a stack file that is right, the program writes its manifests and says nothing', () => {
  expect(run('config:\n  spywatcher-logs:environment: dev\n')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(readdirSync(join(directory, 'dist', 'test'))).toHaveLength(7);
});
