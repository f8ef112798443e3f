import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackNames, synthesize } from '../../../charts/main';
import type { ConfigError } from '../../../src/config';

const ROOT = join(__dirname, '..', '..', '..');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synth-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Every file below a folder: path → contents. */
const filesOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );

describe('given the stacks of the repo, synth', () => {
  it('writes the same bytes each time, and those that are committed in dist/', () => {
    const [first, second] = [join(directory, '1'), join(directory, '2')];
    synthesize(ROOT, first);
    synthesize(ROOT, second);
    expect(filesOf(second)).toEqual(filesOf(first));
    expect(filesOf(first)).toEqual(filesOf(join(ROOT, 'dist')));
  });

  it('writes one file for each chart, in the order in which they are applied', () => {
    synthesize(ROOT, directory);
    const charts = (agent: string): readonly string[] => [
      ...['00-namespaces', '10-loki', '20-gateway', `30-${agent}`, '40-grafana', '50-alertmanager'],
      ...['60-monitoring', '70-canary'],
    ];
    const ofRings = charts('promtail').toSpliced(2, 0, '15-compactor');
    expect(Object.keys(filesOf(directory))).toEqual(
      stackNames(ROOT).flatMap((stack) =>
        (stack === 'prod' ? ofRings : charts(stack === 'staging' ? 'collector' : 'promtail')).map(
          (chart) => `${stack}/${chart}.k8s.yaml`,
        ),
      ),
    );
  });
});

describe('given a folder with stack files, synth', () => {
  const write = (stack: string, ...lines: readonly string[]) =>
    writeFileSync(
      join(directory, `Pulumi.${stack}.yaml`),
      ['config:', ...lines.map((line) => `  spywatcher-logs:${line}`), ''].join('\n'),
    );
  const output = () => join(directory, 'output');
  const call = () => synthesize(directory, output());

  it('takes every stack file, whatever its name, and nothing else', () => {
    writeFileSync(join(directory, 'Pulumi.yaml'), 'name: x\n');
    writeFileSync(join(directory, 'Pulumi.dev.yaml.orig'), 'name: x\n');
    write('dev', 'environment: dev');
    write('eu-1', 'environment: dev');
    expect(stackNames(directory)).toEqual(['dev', 'eu-1']);
    call();
    expect(readdirSync(output())).toEqual(['dev', 'eu-1']);
  });

  it('reports the problems of all stacks and writes nothing, not even the stacks that are right', () => {
    write('a', 'environment: dev');
    write('b', 'environment: prod');
    write('c', 'environmnt: dev', 'gateway: { replicas: 0 }');
    const error = thrownBy(call);
    expect(error).toBeInstanceOf(AggregateError);
    const { message } = error as AggregateError;
    const errors = (error as AggregateError).errors as readonly ConfigError[];
    expect(errors.map(({ source, problems }) => [source, problems.map(({ path }) => path)])).toEqual([
      [
        'Pulumi.b.yaml',
        ['storage.type', 'gateway.tls', 'grafana.ingress.tls', 'grafana.url', 'alertmanager.receivers'],
      ],
      ['Pulumi.c.yaml', ['environment', 'gateway.replicas', 'environmnt']],
    ]);
    expect(message).toBe(errors.map((one) => one.message).join('\n\n'));
    expect(existsSync(output())).toBe(false);
  });

  it('reports patches that cannot be applied, beside the problems of other stacks, and writes nothing', () => {
    write('a', 'environment: prod');
    const patch =
      '{ kind: Deployment, name: gatway, merge: { metadata: { labels: { a: b } } }, reason: for the tests }';
    write('b', 'environment: dev', `patches: [${patch}]`);
    const error = thrownBy(call);
    expect(pathsOf(error)).toContain('storage.type');
    expect((error as AggregateError).message).toMatch(
      /Pulumi\.b\.yaml: 1 problem, nothing was written or applied\.\n\n {2}patches\[0\]\.name\n/,
    );
    expect(existsSync(output())).toBe(false);
  });

  it('reports a stack file that is none, one that nobody reads and a folder without any, beside the problems of others', () => {
    expect(pathsOf(thrownBy(call))).toEqual(['Pulumi.<stack>.yaml']);
    mkdirSync(join(directory, 'Pulumi.a.yaml'));
    writeFileSync(join(directory, 'Pulumi.b.yaml'), 'config:\n  x: *unknown\n');
    writeFileSync(join(directory, 'Pulumi.c.yml'), '');
    write('d', 'environment: dev', 'gateway: { replicas: 0 }');
    expect(pathsOf(thrownBy(call))).toEqual([
      'Pulumi.c.yml',
      'Pulumi.a.yaml',
      'line 2, column 6: config.x',
      'config.x',
      'environment',
      'gateway.replicas',
    ]);
    expect(existsSync(output())).toBe(false);
  });

  it('does not take a fault of its own for a problem of the config', () => {
    expect(() => synthesize(join(directory, 'absent'), output())).toThrow(/ENOENT/);
  });
});

function pathsOf(error: unknown): readonly string[] {
  const errors = (error as AggregateError).errors as readonly ConfigError[];
  return errors.flatMap(({ problems }) => problems.map(({ path }) => path));
}

function thrownBy(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error.');
}
