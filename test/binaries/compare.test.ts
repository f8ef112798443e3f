/** `npm run check` against a real API server: what it finds is what the server refuses, and all else it takes. */
import { join } from 'node:path';
import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { stringify } from 'yaml';
import { type ApiServer, startApiServer } from '../support/api-server';
import { BUILD_TIMEOUT, programs, run, type RunResult } from '../../programs/program';
import { objectOf, type RenderedStack, variant } from '../../programs/rendered-stack';
import type { StackConfigInput } from '../../src/config';

const ROOT = join(__dirname, '..', '..');
const APPLY = ['apply', '--server-side', '--force-conflicts', '-f', '-'];

let api: ApiServer;
let kubectl: string;
let project: string;
beforeAll(async () => {
  ({ kubectl } = await programs('kubectl'));
  api = await startApiServer();
  project = mkdtempSync(join(tmpdir(), 'compare-'));
  await apply(stackOf({}).objects);
  // No controller is there that would make them.
  await apply([storageClass, claim]);
  await bind();
}, BUILD_TIMEOUT);
afterAll(async () => {
  await api.stop();
  rmSync(project, { recursive: true });
});

const stackOf = (differences: Partial<StackConfigInput>): RenderedStack =>
  variant('compared', { environment: 'dev', ...differences });
const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard' },
  provisioner: 'example.com/disks',
  allowVolumeExpansion: true,
};
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-loki-0', namespace: 'logging' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'standard',
    volumeName: 'disk',
    resources: { requests: { storage: '50Gi' } },
  },
};

async function apply(objects: readonly object[]): Promise<void> {
  const { code, stderr } = await api.kubectl(APPLY, objects);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

/** What a controller would do: only a bound claim can grow. */
async function bind(): Promise<void> {
  const status = JSON.stringify({ status: { phase: 'Bound', capacity: { storage: '50Gi' } } });
  const patch = ['-n', 'logging', 'patch', 'pvc', 'data-loki-0', '--subresource=status', '-p', status];
  expect(await api.kubectl(patch)).toMatchObject({ code: 0 });
}

/** The command, as its user gives it. */
function check(differences: Partial<StackConfigInput>, ...args: readonly string[]): Promise<RunResult> {
  const entries = Object.entries({ environment: 'dev', ...differences });
  const config = Object.fromEntries(entries.map(([key, value]) => [`spywatcher-logs:${key}`, value]));
  // As Pulumi reads YAML, a day without quotes is a point in time.
  writeFileSync(join(project, 'Pulumi.compared.yaml'), stringify({ config }, { version: '1.1' }));
  const cluster = ['--kubectl', kubectl, '--kubeconfig', api.kubeconfig, '--project', project];
  return run([process.execPath, join(ROOT, 'bin', 'run.js'), 'check', 'compared', ...cluster, ...args]);
}

test('given the stack that runs, it has nothing to say: what the server added is no difference', async () => {
  expect(await check({})).toMatchObject({ code: 0, stderr: 'compared: all of it can be applied to what runs.\n' });
});

test('given what may change, it has nothing to say, and the server takes it', async () => {
  const differences: Partial<StackConfigInput> = {
    retention: { period: '40d' },
    persistence: { retainOnDelete: false },
    resources: { loki: { limits: { memory: '2Gi' } } },
  };
  expect(await check(differences)).toMatchObject({ code: 0 });
  const { code } = await api.kubectl([...APPLY, '--dry-run=server'], stackOf(differences).objects);
  expect(code).toBe(0);
});

describe.each<[string, Partial<StackConfigInput>, string]>([
  ['a larger volume', { persistence: { size: '80Gi' } }, 'npm run resize'],
  ['a smaller volume', { persistence: { size: '20Gi' } }, 'a volume never gets smaller'],
  ['another class', { persistence: { storageClass: 'fast' } }, 'Kubernetes takes no change of this field'],
])('given %s', (_, differences, said) => {
  it('says so before anything is applied, and ends with 2', async () => {
    expect(await check(differences)).toMatchObject({ code: 1, stderr: expect.stringContaining(said) as string });
  });

  it('is right: the server refuses it', async () => {
    const set = objectOf(stackOf(differences), 'StatefulSet', 'loki');
    const { code, stderr } = await api.kubectl([...APPLY, '--dry-run=server'], [set]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('updates to statefulset spec for fields other than');
  });
});

test('the server lets the claim grow and never shrink, as the command says', async () => {
  const sized = (storage: string) => [{ ...claim, spec: { ...claim.spec, resources: { requests: { storage } } } }];
  const grown = await api.kubectl([...APPLY, '--dry-run=server'], sized('80Gi'));
  expect(grown).toMatchObject({ code: 0 });
  const shrunk = await api.kubectl([...APPLY, '--dry-run=server'], sized('20Gi'));
  expect(shrunk.stderr).toContain('field can not be less than');
});

test('given patches, it lists them with their reasons, and the server takes what they make', async () => {
  const differences: Partial<StackConfigInput> = {
    patches: [
      { kind: 'Deployment', name: 'gateway', merge: { spec: { minReadySeconds: 5 } }, reason: 'nodes are slow' },
      { kind: 'Deployment', name: 'grafana', merge: { spec: { paused: true } }, reason: 'a migration', unsafe: true },
    ],
  };
  const { code, stderr } = await check(differences);
  expect(code).toBe(0);
  expect(stderr).toContain('  patches[0]: Deployment gateway: nodes are slow\n');
  expect(stderr).toContain('  patches[1], unsafe: Deployment grafana: a migration\n');
  const taken = await api.kubectl([...APPLY, '--dry-run=server'], stackOf(differences).objects);
  expect(taken).toMatchObject({ code: 0, stderr: '' });
});

test('given a patch of an object that the stack does not have, it ends with 2 and names its file', async () => {
  const patch = { kind: 'Deployment', name: 'gatway', merge: {}, reason: 'nodes are slow' };
  const { code, stderr } = await check({ patches: [patch] });
  expect(code).toBe(2);
  expect(stderr).toMatch(/Pulumi\.compared\.yaml: 1 problem[^]*patches\[0\]\.name[^]*did you mean gateway\?/);
});

test('given a period that begins today, it says so in JSON, for programs', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const schema = [{ from: '2024-01-01' }, { from: today }];
  const { code, stdout } = await check({ storage: { type: 'filesystem', schema } }, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([{ path: expect.stringContaining(`schema_config of ${today}`) as string }]);
});

test('given another agent, it says what will happen, and that it can be applied', async () => {
  const agent: Partial<StackConfigInput> = { agent: { type: 'collector' } };
  const { code, stderr } = await check(agent);
  expect(code).toBe(0);
  expect(stderr).toContain('compared: all of it can be applied to what runs.');
  expect(stderr).toContain('collector does not know what promtail has sent');
  const json = await check(agent, '--json');
  expect(json.code).toBe(0);
  expect(JSON.parse(json.stdout)).toMatchObject([{ path: 'agent.type', applicable: true }]);
  const { code: taken } = await api.kubectl([...APPLY, '--dry-run=server'], stackOf(agent).objects);
  expect(taken).toBe(0);
});

describe('given a namespace in which something else runs', () => {
  const namespaces = { logging: 'observability' };
  const foreign = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'observability' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'theirs', namespace: 'observability' },
      spec: {
        selector: { matchLabels: { app: 'theirs' } },
        template: {
          metadata: { labels: { app: 'theirs' } },
          spec: { containers: [{ name: 'theirs', image: 'registry.example.com/theirs:1.0.0' }] },
        },
      },
    },
  ];

  it('it asks for consent, and with that has nothing to say', async () => {
    expect(await check({ namespaces })).toMatchObject({ code: 0 });
    await apply(foreign);
    const { code, stderr } = await check({ namespaces });
    expect(code).toBe(1);
    expect(stderr).toContain('Namespace observability');
    expect(stderr).toContain('running: Deployment observability/theirs');
    expect(stderr).toContain('namespaces.adopt: true');
    expect(await check({ namespaces: { ...namespaces, adopt: true } })).toMatchObject({ code: 0 });
  });
});

test.each([
  ['an unknown stack', ['no-such-stack'], 'no-such-stack'],
  ['no stack', [], 'usage: npm run --silent check'],
  ['a cluster that does not answer', ['dev', '--kubeconfig', '/nonexistent'], 'kubectl'],
])('given %s, it ends with 2 and says why', async (_, args, said) => {
  const result = await run([process.execPath, join(ROOT, 'bin', 'run.js'), 'check', ...args, '--kubectl', kubectl]);
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(said) as string });
});

describe('the commands that change a volume want to be told exactly', () => {
  const command = (name: string, ...args: readonly string[]) =>
    run([process.execPath, join(ROOT, 'bin', 'run.js'), name, ...args, '--kubectl', '/nonexistent/kubectl']);

  test.each([
    ['resize', [], 'usage: npm run --silent resize'],
    ['resize', ['dev', 'prod'], 'usage: npm run --silent resize'],
    ['backup', ['dev'], 'usage: npm run --silent backup'],
    ['backup', ['dev', '--out', 'file', '--from', 'file'], 'usage: npm run --silent backup'],
    ['backup', ['dev', '--out', 'file', '--replace'], 'usage: npm run --silent backup'],
    ['restore', ['dev', '--out', 'file'], 'usage: npm run --silent restore'],
    ['backup', ['dev', '--out', __filename], 'exists, and is not overwritten'],
    ['backup', ['dev', '--out', '/no/such/folder/file'], 'ENOENT'],
    ['restore', ['dev', '--from', __filename], 'incorrect header check'],
    ['backup', ['prod', '--out', join(tmpdir(), 'no-backup-of-a-bucket')], 'Chunks and index are in a bucket'],
  ])('%s %j', async (name, args, said) => {
    expect(await command(name, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) as string });
  });
});
