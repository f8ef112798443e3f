/** `cdk8s synth`, however it is called, and runs that are killed: dist/ changes as a whole, when all is well. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, SynthFolder } from '../support/synth-folder';

jest.setTimeout(120_000);

let folder: SynthFolder;
beforeAll(() => {
  folder = new SynthFolder();
});
afterEach(() => folder.clear());
afterAll(() => folder.remove());

describe('cdk8s synth', () => {
  beforeEach(() => {
    folder.stack('test', 'environment: dev');
    folder.run();
    writeFileSync(folder.dist('kustomization.yaml'), 'resources: [test]\n');
    folder.run();
  });

  test('writes dist/ as the program does, and lists copies of it, no matter what was in its own folder', () => {
    const before = filesOf(folder.dist());
    rmSync(folder.dist('test'), { recursive: true });
    const { status, stdout, stderr } = folder.cdk8s();
    expect(status).toBe(0);
    expect(stdout).toContain('  - lib/synthesized/test/00-namespaces.k8s.yaml\n');
    const [warning, ...rest] = stderr.split('\n');
    expect(warning).toMatch(/^warning: Pulumi\.test\.yaml: agent\.type: /);
    expect(rest.join('\n')).toBe('dist/ is written. It is in lib/synthesized/, too, where cdk8s looks for it:\n');
    expect(filesOf(folder.dist())).toEqual(before);
    expect(filesOf(join(folder.path, 'lib', 'synthesized'))).toEqual(before);
  });

  test.each([
    ['by itself', []],
    ['with another output folder', ['--output', 'out']],
    ['to standard output', ['--stdout']],
  ])('%s, given a stack with problems, leaves dist/ alone and fails with the report alone', (_, args) => {
    const before = filesOf(folder.dist());
    folder.stack('test', 'environment: production');
    folder.stack('other', 'environment: dev');
    const { status, stdout, stderr } = folder.cdk8s(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Pulumi\.test\.yaml: 1 problem, nothing was written or applied\./);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).not.toContain('yaml');
    expect(filesOf(folder.dist())).toEqual(before);
    expect(filesOf(join(folder.path, 'out'))).toBeUndefined();
  });

  test('with --output dist, which deletes it first, leaves it as it was written last', () => {
    const before = filesOf(folder.dist());
    folder.stack('test', 'environment: production');
    const { status, stderr } = folder.cdk8s('--output', 'dist');
    expect(status).toBe(1);
    expect(stderr).toContain('It is here again as it was written last.');
    expect(filesOf(folder.dist())).toEqual(before);
    folder.stack('test', 'environment: dev');
    expect(folder.cdk8s('--output', 'dist').status).toBe(0);
    expect(filesOf(folder.dist())).toEqual(before);
  });

  test('writes another output folder, and standard output', () => {
    const before = filesOf(folder.dist('test')) ?? {};
    expect(folder.cdk8s('--output', 'out').status).toBe(0);
    expect(filesOf(join(folder.path, 'out', 'test'))).toEqual(before);
    const { status, stdout } = folder.cdk8s('--stdout');
    expect(status).toBe(0);
    for (const text of Object.values(before)) expect(stdout).toContain(text.slice(0, 1000));
  });
});

describe('given a run that is killed, dist/ is the old one or the new one', () => {
  let old: ReturnType<typeof filesOf>;
  let fresh: ReturnType<typeof filesOf>;
  const renamed = (name: string) => readdirSync(folder.path).filter((each) => each.startsWith(`.dist-${name}-`));
  const files = (names: readonly string[]): number =>
    names.flatMap((name) => readdirSync(join(folder.path, name), { recursive: true, encoding: 'utf8' })).length;

  const prepare = (): void => {
    folder.stack('a', 'environment: dev', 'gateway: { replicas: 2 }');
    folder.run();
    fresh = filesOf(folder.dist());
    folder.stack('a', 'environment: dev');
    folder.run();
    writeFileSync(folder.dist('own.yaml'), 'mine\n');
    fresh = { ...fresh, 'own.yaml': 'mine\n' };
    old = filesOf(folder.dist());
    folder.stack('a', 'environment: dev', 'gateway: { replicas: 2 }');
  };
  beforeEach(prepare);

  test.each<readonly [when: string, isReached: () => boolean, isAlwaysSeen: boolean]>([
    ['at its start', () => true, true],
    ['with a draft', () => renamed('new').length > 0, true],
    ['with half of a draft', () => files(renamed('new')) >= 5, true],
    // That takes so little time that it may be over before it is seen.
    ['while the folders change places', () => renamed('old').length > 0, false],
  ])('%s', async (_, isReached, isAlwaysSeen) => {
    let isKilled = await folder.killed(isReached);
    // On a busy machine, a moment may pass before anybody looks.
    for (let tries = 1; isAlwaysSeen && !isKilled && tries < 10; tries += 1) {
      prepare();
      isKilled = await folder.killed(isReached);
    }
    expect(isKilled || !isAlwaysSeen).toBe(true);
    // The next run, here one that is refused, brings back what was there between the two renames.
    if (!existsSync(folder.dist())) expect(renamed('old')).toHaveLength(1);
    folder.stack('a', 'environment: production');
    expect(folder.run().status).toBe(1);
    expect([old, fresh]).toContainEqual(filesOf(folder.dist()));
    expect(folder.drafts()).toEqual([]);
    folder.stack('a', 'environment: dev', 'gateway: { replicas: 2 }');
    expect(folder.run().status).toBe(0);
    expect(filesOf(folder.dist())).toEqual(fresh);
  });

  test('between the two renames', () => {
    // No process has this id: it is beyond the largest that Linux gives.
    const dead = 4_194_305;
    renameSync(folder.dist(), join(folder.path, `.dist-old-${dead}`));
    mkdirSync(join(folder.path, `.dist-new-${dead}`, 'a'), { recursive: true });
    folder.stack('a', 'environment: production');
    expect(folder.run().status).toBe(1);
    expect(filesOf(folder.dist())).toEqual(old);
    expect(folder.drafts()).toEqual([]);
  });

  test('and two runs at once end with the whole of it', async () => {
    expect(await Promise.all([folder.killed(() => false), folder.killed(() => false)])).toEqual([false, false]);
    expect(filesOf(folder.dist())).toEqual(fresh);
    expect(folder.drafts()).toEqual([]);
  });
});
