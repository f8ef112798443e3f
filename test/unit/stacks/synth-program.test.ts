/** The command synth by itself. Below `cdk8s synth`, and killed: test/binaries/synth-command.test.ts. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, SynthFolder } from '../../support/synth-folder';

let folder: SynthFolder;
beforeAll(() => {
  folder = new SynthFolder();
});
afterEach(() => folder.clear());
afterAll(() => folder.remove());

describe('the program', () => {
  test('given a stack file with problems, reports them, writes no file and exits with 1', () => {
    folder.stack('test', 'environment: prod');
    const { status, stdout, stderr } = folder.run();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Pulumi\.test\.yaml: 5 problems, nothing was written or applied\.\n\n {2}storage\.type\n/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(folder.dist())).toBe(false);
  });

  test('given no stack file, says so and exits with 1', () => {
    const { status, stderr } = folder.run();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The folder of the stack files: 1 problem[^]*Pulumi\.<stack>\.yaml/);
  });

  test('given a volume that is too small for the expected load, warns and writes its manifests', () => {
    folder.stack('test', 'environment: dev', 'agent: { type: collector }', 'persistence: { size: 6Gi }');
    const { status, stdout, stderr } = folder.run();
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^warning: Pulumi\.test\.yaml: persistence\.size: 6Gi is less than the [\d.]+Gi that .*\n$/);
    expect(readdirSync(folder.dist('test'))).toHaveLength(7);
  });

  test('given a stack file that does not name its agent, warns that it has one without fixes, and names the other', () => {
    folder.stack('test', 'environment: dev');
    const { status, stderr } = folder.run();
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^warning: Pulumi\.test\.yaml: agent\.type: promtail gets no fixes .* agent\.type: collector,.* docs\/agents\.md .*\n$/,
      ),
    ]);
  });

  test('given a stack file that is right, writes its manifests and says nothing', () => {
    folder.stack('test', 'environment: dev', 'agent: { type: collector }');
    expect(folder.run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(folder.dist('test'))).toHaveLength(7);
    expect(folder.drafts()).toEqual([]);
  });

  test('replaces what it writes, and nothing else: manifests of stacks that are no more go, a user’s own files stay', () => {
    folder.stack('old', 'environment: dev');
    folder.stack('kept', 'environment: dev');
    folder.run();
    writeFileSync(folder.dist('kustomization.yaml'), 'resources: [kept]\n');
    writeFileSync(folder.dist('kept', 'kustomization.yaml'), 'resources: []\n');
    mkdirSync(folder.dist('old', 'patches'));
    writeFileSync(folder.dist('old', 'patches', 'a.yaml'), '{}\n');
    symlinkSync('kustomization.yaml', folder.dist('link.yaml'));
    writeFileSync(folder.dist('kept', '99-gone.k8s.yaml'), 'stale\n');
    rmSync(join(folder.path, 'Pulumi.old.yaml'));
    folder.stack('new', 'environment: dev');
    folder.stack('kept', 'environment: dev', 'gateway: { replicas: 2 }');
    expect(folder.run().status).toBe(0);
    expect(readdirSync(folder.dist())).toEqual(['kept', 'kustomization.yaml', 'link.yaml', 'new', 'old']);
    expect(filesOf(folder.dist('kept'))).toMatchObject({
      'kustomization.yaml': 'resources: []\n',
      '20-gateway.k8s.yaml': expect.stringContaining('replicas: 2') as string,
    });
    expect(readdirSync(folder.dist('kept'))).not.toContain('99-gone.k8s.yaml');
    expect(filesOf(folder.dist('old'))).toEqual({ 'patches/a.yaml': '{}\n' });
    rmSync(folder.dist('old', 'patches'), { recursive: true });
    folder.run();
    expect(existsSync(folder.dist('old'))).toBe(false);
  });

  test('follows a link in the place of dist/', () => {
    folder.stack('test', 'environment: dev');
    mkdirSync(join(folder.path, 'out'));
    symlinkSync('out', folder.dist());
    expect(folder.run().status).toBe(0);
    expect(readdirSync(join(folder.path, 'out', 'test'))).toHaveLength(7);
  });
});
