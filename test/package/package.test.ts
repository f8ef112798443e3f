/** The package as others get it: packed, installed in an empty folder, compiled against and run. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Consumer, type ExportTarget, manifest, pack, ROOT, run, temporaryFolder } from './consumer';

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What the two consumers print. */
const SEEN_BY_CONSUMERS = {
  kinds: expect.arrayContaining(['StatefulSet', 'Service', 'ConfigMap', 'NetworkPolicy']) as string[],
  refused: [{ path: 'environment', remedy: 'did you mean dev?' }],
};

const PULUMI_SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270';

function exportedFiles(target: ExportTarget): readonly string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(exportedFiles);
}

const temporary = temporaryFolder();
let tarball: string;

beforeAll(() => {
  tarball = pack(temporary);
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe('contents', () => {
  let files: readonly string[];
  beforeAll(() => {
    run(temporary, 'tar', 'tar', '-xzf', tarball);
    files = readdirSync(join(temporary, 'package'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(temporary, 'package/').length))
      .sort();
  });

  test('the compiled library, the schema of stack files and the papers; nothing else', () => {
    const expected =
      /^(lib\/(charts|src)\/.+\.(m?js|d\.m?ts)|lib\/charts\/patches\/api-schema\.json|docs\/reference\/stack-file\.schema\.json|package\.json|README\.md|LICENSE)$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    expect(
      files.filter((file) => /^lib\/src\/docs\/|\.test\.|fixtures|lib\/(local|tools|test|examples)/.test(file)),
    ).toEqual([]);
  });

  test('everything that package.json exports', () => {
    const paths = exportedFiles(manifest().exports).map((path) => path.replace(/^\.\//, ''));
    expect(paths.filter((path) => !files.includes(path))).toEqual([]);
    expect(paths.length).toBeGreaterThan(10);
  });

  test('no path of this machine', () => {
    const paths = [ROOT, ...(homedir() === '/' ? [] : [`${homedir()}/`])];
    const found = files.filter((file) => {
      const text = readFileSync(join(temporary, 'package', file), 'utf8');
      return paths.some((path) => text.includes(path));
    });
    expect(found).toEqual([]);
  });
});

test('the examples use the versions that the repository is tested with', () => {
  const { version, devDependencies } = manifest();
  for (const example of ['cdk8s-app', 'pulumi-program']) {
    const { dependencies, devDependencies: tools } = manifest(join('examples', example));
    for (const [name, wanted] of Object.entries({ ...dependencies, ...tools })) {
      expect([example, name, wanted]).toEqual([
        example,
        name,
        name === 'spywatcher-logs' ? version : devDependencies[name],
      ]);
    }
  }
});

describe('a cdk8s app', () => {
  let app: Consumer;
  beforeAll(() => {
    app = Consumer.install('cdk8s-app', tarball);
  });
  afterAll(() => app.remove());

  test('has no Pulumi installed', () => {
    expect(readdirSync(join(app.directory, 'node_modules'))).not.toContain('@pulumi');
  });

  test('compiles, and renders the stack that it describes', () => {
    app.compile();
    expect(app.node('the cdk8s app', ['lib/main.js'])).toContain(
      'logging-agents/gateway-credential-promtail with password',
    );
    const objects = readdirSync(join(app.directory, 'dist'))
      .sort()
      .flatMap((file) => parseAllDocuments(readFileSync(join(app.directory, 'dist', file), 'utf8')))
      .map((document) => document.toJS() as KubernetesObject)
      .map(({ kind, metadata: { name, namespace = '' } }) => `${kind} ${namespace}/${name}`);
    expect(objects).toMatchSnapshot();
  });

  test('works from CommonJS and from an ES module, with types', () => {
    app.add('consumer.ts', 'consumer.cts');
    app.add('consumer.ts', 'consumer.mts');
    app.compileAll();
    for (const program of ['consumer.cjs', 'consumer.mjs']) {
      expect(JSON.parse(app.node(program, [`lib/${program}`]))).toEqual(SEEN_BY_CONSUMERS);
    }
  });
});

describe('a Pulumi program', () => {
  /** Recognisable, and as a generator would have made them. */
  const secrets = Object.fromEntries(
    ['grafanaPassword', 'grafanaKey', 'promtailCredential', 'grafanaCredential'].map((name) => [
      `logging-program:${name}`,
      `plain-${createHash('sha256').update(name).digest('base64url').slice(0, 32)}`,
    ]),
  );
  let program: Consumer;
  let resources: readonly Resource[];
  beforeAll(() => {
    program = Consumer.install('pulumi-program', tarball);
    program.add('pulumi-mocks.ts');
    program.add('pulumi-consumer.mts');
    program.compileAll();
    const output = program.node(
      'the Pulumi program under mocks',
      ['--require', './lib/pulumi-mocks.js', 'lib/main.js'],
      {
        TEST_SECRETS: JSON.stringify(secrets),
      },
    );
    resources = JSON.parse(output) as Resource[];
  });
  afterAll(() => program.remove());

  test('registers one component, one provider, and one resource for each object and Secret', () => {
    const ofType = (type: RegExp): number => resources.filter((resource) => type.test(resource.type)).length;
    expect(ofType(/^spywatcher-logs:index:LoggingStack$/)).toBe(1);
    expect(ofType(/^pulumi:providers:kubernetes$/)).toBe(1);
    expect(ofType(/^kubernetes:core\/v1:Secret$/)).toBe(5);
    expect(resources.map(({ type, name }) => `${type} ${name}`).sort()).toMatchSnapshot();
  });

  test('values of secrets are nowhere but in the Secrets, and marked as secret there', () => {
    const values = Object.values(secrets);
    const withValues = (part: unknown): boolean => values.some((value) => JSON.stringify(part).includes(value));
    const marked = (part: unknown): boolean =>
      typeof part === 'object' && part !== null && Reflect.get(part, PULUMI_SIGNATURE) === SECRET_SIGNATURE;
    const held = resources.flatMap(({ type, inputs }) =>
      Object.entries(inputs)
        .filter(([, input]) => withValues(input))
        .map(([key, input]) => [type, key, marked(input)]),
    );
    expect(held.length).toBeGreaterThan(0);
    expect(new Set(held.map((one) => one.join(' ')))).toEqual(new Set(['kubernetes:core/v1:Secret stringData true']));
  });

  test('works from an ES module, with types', () => {
    expect(program.node('pulumi-consumer.mjs', ['lib/pulumi-consumer.mjs']).trim()).toBe('LoggingStack');
  });

  test('compiles under the older module resolution that Pulumi uses without a tsconfig.json', () => {
    program.compileWith({ module: 'commonjs', moduleResolution: 'node10', noEmit: true });
  });

  test('loading the constructs alone loads no Pulumi module', () => {
    const loaded = `require('spywatcher-logs'); Object.keys(require.cache).filter((path) => path.includes('@pulumi')).length`;
    expect(program.node('the constructs alone', ['--print', loaded]).trim()).toBe('0');
  });
});
