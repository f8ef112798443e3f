/** Values files of charts, and Loki's own config, become a stack file; and each of their values is accounted for. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { loadStackConfig } from '../../../../src/config';
import { isMapping } from '../../../../src/config/mapping';
import { ConfigError } from '../../../../src/config/problem';
import command from '../../../../src/operations/import/command';
import { Draft } from '../../../../src/operations/import/draft';
import { importStack } from '../../../../src/operations/import/import';
import type { Outcome } from '../../../../src/operations/import/source';
import { imported, VALUES_FILES, valuesBytes } from '../../../support/values-files';

const PROJECT_FILE = join(__dirname, '../../../../Pulumi.yaml');

const text = (yaml: string, kind?: Parameters<typeof importStack>[0][number]['kind']) =>
  importStack([{ file: 'values.yaml', bytes: Buffer.from(yaml), kind }]);

/** What became of the value at a path. */
function outcomeOf(yaml: string, path: string): Outcome | undefined {
  return text(yaml)
    .files.flatMap(({ entries }) => entries)
    .find((entry) => entry.path === path)?.outcome;
}

/** Paths of everything that says something, down to scalars and lists. */
function leaves(value: unknown, path = ''): readonly string[] {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return [];
  if (!isMapping(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => {
    const part = key.includes('.') ? `"${key}"` : key;
    return leaves(inner, path === '' ? part : `${path}.${part}`);
  });
}

describe.each(VALUES_FILES)('given %s', (name) => {
  const result = imported(name);

  test('then it becomes this stack file', () => {
    expect(result.stackFile).toMatchSnapshot();
  });

  test('and this is said of it', () => {
    expect(result.report).toMatchSnapshot();
  });

  test('and the stack file is whole', () => {
    expect(result.problems).toEqual([]);
  });

  test('and a stack is loaded from it as from any other', () => {
    const folder = mkdtempSync(join(tmpdir(), 'import-'));
    copyFileSync(PROJECT_FILE, join(folder, 'Pulumi.yaml'));
    writeFileSync(join(folder, 'Pulumi.moved.yaml'), result.stackFile);
    expect(loadStackConfig(folder, 'moved')).toEqual(result.draft.config());
    rmSync(folder, { recursive: true });
  });

  test('and each of its values is accounted for, once', () => {
    const paths = result.files.flatMap(({ entries }) => entries.map(({ path }) => path));
    const unaccounted = leaves(parse(new TextDecoder().decode(valuesBytes(name)))).filter(
      (leaf) => paths.filter((path) => leaf === path || leaf.startsWith(`${path}.`)).length !== 1,
    );
    expect(unaccounted).toEqual([]);
  });

  test('and no secret of it is written or shown', () => {
    expect(`${result.stackFile}${result.report}`).not.toMatch(/not-a-real/);
  });

  test('and without any of its keys, it would be another stack', () => {
    const { content } = result.draft;
    for (const key of leaves(content)) {
      const less = new Draft(content).smallest().content;
      expect(leaves(less)).toContain(key);
    }
  });
});

test('given values of several charts, then they become one stack file', () => {
  const { draft } = imported('s3-irsa.yaml', 'promtail-taints.yaml', 'grafana-keycloak.yaml');
  expect(draft.get('storage.bucket')).toBe('acme-loki-chunks');
  expect(draft.get('grafana.url')).toBe('https://logs.example.com');
  expect(draft.get('auth.loki.tenants')).toEqual([
    { name: 'platform', write: ['promtail'], read: ['grafana', 'canary'] },
  ]);
});

describe('given a Loki without auth', () => {
  test('then its lines stay with the tenant that they have', () => {
    const { draft } = text('loki: { auth_enabled: false }');
    expect(draft.get('auth.loki.tenants')).toEqual([{ name: 'fake', write: ['promtail'], read: ['grafana'] }]);
  });
});

describe('given periods of the index', () => {
  interface Written {
    readonly from: string;
    readonly store?: string;
    readonly schema?: string;
    readonly tables?: string;
  }
  const periods = (...written: readonly Written[]) => {
    const configs = written.map(({ from, store = 'tsdb', schema = 'v13', tables = '24h' }) => ({
      ...{ from, store, schema, object_store: 'filesystem' },
      index: { prefix: 'loki_index_', period: tables },
    }));
    const bytes = Buffer.from(stringify({ schema_config: { configs }, limits_config: { retention_period: '240h' } }));
    return importStack([{ file: 'loki.yaml', bytes }], new Date('2026-06-15T12:00:00Z'));
  };
  const LAST = { from: '2026-06-10' };
  const KEPT = { from: '2026-06-10', indexPrefix: 'loki_index_' };

  test('then one keeps its first day and its prefix', () => {
    expect(periods(LAST).draft.get('storage.schema')).toEqual([KEPT]);
  });

  test.each([
    ['tsdb', 'v12', { version: 'v12' }],
    ['tsdb', 'v11', { version: 'v11' }],
    ['boltdb-shipper', 'v13', { index: 'boltdb-shipper' }],
    ['boltdb-shipper', 'v11', { index: 'boltdb-shipper', version: 'v11' }],
  ])('when an older one is %s with %s, then Loki reads it', (store, schema, kind) => {
    const { draft, problems } = periods({ from: '2024-01-01', store, schema }, LAST);
    expect(draft.smallest().get('storage.schema')).toMatchObject([{ from: '2024-01-01', ...kind }, KEPT]);
    expect(problems).toEqual([]);
  });

  test.each([
    ['its store', { store: 'cassandra', schema: 'v11' }],
    ['its schema', { store: 'boltdb-shipper', schema: 'v9' }],
    ['its tables', { store: 'boltdb-shipper', schema: 'v11', tables: '168h' }],
  ])('when Loki does not read %s, then it is said by when its lines have expired', (_what, kind) => {
    expect(periods({ from: '2024-01-01', ...kind }, LAST).problems).toEqual([
      expect.objectContaining({
        path: 'storage.schema',
        received: expect.stringContaining(`from 2024-01-01: ${kind.store} ${kind.schema}`) as string,
        remedy: 'move on 2026-06-20 or later, when this one’s lines have expired',
      }),
    ]);
  });

  test('when its lines have expired, then it is left out', () => {
    const old = { from: '2024-01-01', store: 'cassandra', schema: 'v9' };
    const { draft, problems, report } = periods(old, { from: '2026-06-05' });
    expect(draft.get('storage.schema')).toHaveLength(1);
    expect(problems).toEqual([]);
    expect(report).toContain('The period from 2024-01-01 is left out: its lines had expired by 2026-06-15.');
  });

  test('when Loki does not read the last one, then another one has to begin', () => {
    expect(periods({ from: '2024-01-01', store: 'cassandra', schema: 'v9' }).problems[0]?.remedy).toContain(
      'move 240h after its first day',
    );
  });

  test('when the last one is of an older kind, then another one has to begin', () => {
    expect(periods({ from: '2024-01-01', schema: 'v12' }).problems).toEqual([
      expect.objectContaining({ path: 'storage.schema[0].version', received: '"v12"' }),
    ]);
  });

  test('when the last one has not begun, then the move waits for it', () => {
    const { problems, report } = periods({ from: '2024-01-01', schema: 'v12' }, { from: '2026-07-01' });
    expect(problems).toEqual([]);
    expect(report).toContain('Move on 2026-07-01 or later');
    expect(periods({ from: '2024-01-01', schema: 'v12' }, LAST).report).not.toContain('Move on');
  });
});

describe('given the sidecar of the Loki chart that reads rules', () => {
  const KNOWN = 'loki: { auth_enabled: false }';
  const sidecar = (rules: string) => `${KNOWN}\nsidecar: { rules: ${rules} }`;

  test('then the same ConfigMaps are read before a stack is applied', () => {
    const { draft, report } = text(
      sidecar('{ enabled: true, label: team_rule, labelValue: "1", searchNamespace: "guilds, users" }'),
    );
    expect(draft.get('alerting.configMaps')).toEqual({
      label: 'team_rule=1',
      folder: 'rules',
      namespaces: [{ name: 'guilds' }, { name: 'users' }],
    });
    expect(report).toContain('Run `npm run rules` before the first `synth`');
  });

  test('then its namespaces may be a list, and its label has any value by default', () => {
    expect(text(sidecar('{ searchNamespace: [guilds] }')).draft.get('alerting.configMaps.namespaces')).toEqual([
      { name: 'guilds' },
    ]);
  });

  test.each(['{ enabled: true }', '{ searchNamespace: ALL }'])(
    'when it is %s, then namespaces are to be listed',
    (rules) => {
      expect(outcomeOf(sidecar(rules), 'sidecar.rules')).toEqual({
        kind: 'missing',
        why: 'it names no namespace: `alerting.configMaps.namespaces` lists those with rules',
      });
    },
  );

  test('when it reads Secrets alone, then it is without a counterpart', () => {
    expect(outcomeOf(sidecar('{ resource: secret, searchNamespace: guilds }'), 'sidecar.rules')).toMatchObject({
      kind: 'missing',
    });
  });

  test('when it is off, then nothing is read', () => {
    expect(outcomeOf(sidecar('{ enabled: false, searchNamespace: guilds }'), 'sidecar.rules')).toEqual({
      kind: 'left',
      why: 'it is off',
    });
  });
});

describe('given an Ingress of the Loki chart', () => {
  const INGRESS = 'gateway: { ingress: { enabled: true, hosts: [{ host: logs.example.com }] } }';
  const KNOWN = 'loki: { auth_enabled: false }';

  test('then clients from outside come in by it, with the credential that writes', () => {
    expect(text(`${KNOWN}\n${INGRESS}`).draft.get('gateway.expose')).toEqual({
      type: 'ingress',
      host: 'logs.example.com',
      credentials: [{ name: 'promtail' }],
    });
  });

  test('then prod wants a certificate of it', () => {
    expect(text(`${KNOWN}\n${INGRESS}`).forProd.map(({ path }) => path)).toContain('gateway.expose.tls');
  });

  test('when it leads to Loki itself, then it becomes one to the gateway', () => {
    const { draft } = text(`${KNOWN}\ningress: { enabled: true, hosts: [loki.example.com] }`);
    expect(draft.get('gateway.expose.host')).toBe('loki.example.com');
  });

  test('when it has several hosts, then the others are said to be left out', () => {
    const { draft, report } = text(`${KNOWN}\ningress: { enabled: true, hosts: [a.example.com, b.example.com] }`);
    expect(draft.get('gateway.expose.host')).toBe('a.example.com');
    expect(report).toContain('Left out: b.example.com.');
  });

  test('when it names no host, then it is without a counterpart', () => {
    expect(outcomeOf(`${KNOWN}\ngateway: { ingress: { enabled: true } }`, 'gateway.ingress')).toEqual({
      kind: 'missing',
      why: 'it names no host: `gateway.expose`',
    });
  });

  test('when its host is a template, then the rule is said', () => {
    const templated = 'ingress: { enabled: true, hosts: ["{{ .Release.Name }}.example.com"] }';
    expect(outcomeOf(`${KNOWN}\n${templated}`, 'ingress')).toMatchObject({ kind: 'missing' });
  });

  test('when it is off, then it is left out', () => {
    expect(outcomeOf(`${KNOWN}\n${INGRESS.replace('true', 'false')}`, 'gateway.ingress')).toEqual({
      kind: 'left',
      why: 'it is off',
    });
  });
});

test('given a retention of the table manager, then its author gets it', () => {
  const { draft } = text(
    'table_manager: { retention_deletes_enabled: true, retention_period: 336h }\nauth_enabled: false',
  );
  expect(draft.get('retention.period')).toBe('336h');
});

test('given a value that the stack file would refuse, then the rule is said', () => {
  expect(outcomeOf('limits_config: { retention_period: 12h }', 'limits_config.retention_period')).toEqual({
    kind: 'missing',
    why: expect.stringContaining('24h') as string,
  });
});

test('given a key that nobody knows, then it is without a counterpart', () => {
  expect(outcomeOf('loki: { somethingNew: { a: 1 } }', 'loki.somethingNew.a')).toEqual({ kind: 'missing' });
});

describe('given limits of single tenants', () => {
  const OVERRIDES = `overrides:
  team.a: { retention_period: 2160h, ingestion_rate_mb: 30, max_query_parallelism: 16, reject_old_samples: true }
  b: { retention_stream: [{ selector: '{level="debug"}', period: 24h }], max_line_size: 1MB }`;

  test('when they are in Loki’s runtime config, then each tenant has its own', () => {
    const { draft, problems } = text(OVERRIDES);
    expect(draft.get('retention.tenants')).toEqual({
      'team.a': { period: '2160h' },
      b: { period: '720h', streams: [{ selector: '{level="debug"}', period: '24h' }] },
    });
    expect(draft.get('limits.tenants')).toEqual({
      'team.a': { ingestionRate: '30MB', ingestionBurst: '30MB', loki: { max_query_parallelism: 16 } },
    });
    expect(problems).toEqual([]);
  });

  test('when they are in the chart’s values, then it is the same', () => {
    const ofChart = text(`loki:\n  runtimeConfig:\n${OVERRIDES.replaceAll(/^/gm, '    ')}`);
    expect(ofChart.draft.content).toEqual(text(OVERRIDES).draft.content);
  });

  test('then whoever has some is a tenant', () => {
    const names = text(`loki: { auth_enabled: true, tenants: [{ name: b }] }\n`).draft.get('auth.loki.tenants');
    expect(names).toMatchObject([{ name: 'b' }]);
    expect(text(OVERRIDES).draft.get('auth.loki.tenants')).toMatchObject([{ name: 'team.a' }, { name: 'b' }]);
  });

  test('when one cannot be a tenant’s own, then that is said', () => {
    expect(outcomeOf(OVERRIDES, 'overrides.b.max_line_size')).toEqual({
      kind: 'missing',
      why: 'it is the same for all tenants: `limits.maxLineSize`',
    });
  });
});

test('given a rate above its burst, then the burst is raised', () => {
  const { draft, report } = text('limits_config: { ingestion_rate_mb: 50, ingestion_burst_size_mb: 10 }');
  expect(draft.get('limits.ingestionBurst')).toBe('50MB');
  expect(report).toContain('A burst holds at least one second here');
});

test('given a part of Loki’s config under the second of the chart’s names, then it is read', () => {
  for (const name of ['memberlistConfig', 'extraMemberlistConfig', 'memberlist'])
    expect(outcomeOf(`loki: { ${name}: { join_members: [a] } }`, `loki.${name}`)?.kind).toBe('left');
});

describe('given pods whose user is taken out', () => {
  test('then the cluster gives one to all pods', () => {
    const { draft } = text('loki: { podSecurityContext: { runAsUser: null, fsGroup: null } }');
    expect(draft.get('pods')).toEqual({ all: { users: 'assigned' } });
  });

  test('when there is another one instead, then it is not taken over', () => {
    expect(outcomeOf('loki: { podSecurityContext: { runAsUser: 1000 } }', 'loki.podSecurityContext')?.kind).toBe(
      'left',
    );
  });
});

describe('given Grafana’s roles as an expression', () => {
  const login = (settings: Readonly<Record<string, unknown>>) => {
    const urls = Object.fromEntries(['auth', 'token', 'api'].map((key) => [`${key}_url`, 'https://id.example.com/x']));
    const oauth = { enabled: true, client_id: 'grafana', ...urls, ...settings };
    return text(stringify({ 'grafana.ini': { 'auth.generic_oauth': oauth } }));
  };
  const GENERIC = 'grafana.login.oauth.generic';

  test('when groups have roles, then they are those of the stack', () => {
    const { draft } = login({
      role_attribute_path: `contains(realm_access.roles[*], 'ops') && 'Admin' || contains(realm_access.roles[*], 'dev') && 'Editor' || 'Viewer'`,
      allowed_domains: 'example.com',
    });
    expect(draft.get(GENERIC)).toMatchObject({
      groupsClaim: 'realm_access.roles',
      domains: ['example.com'],
      roles: { admin: ['ops'], editor: ['dev'] },
    });
  });

  test('when everyone may come in, then only groups with a role do, and that is said', () => {
    const { draft, report } = login({ role_attribute_path: `contains(groups[*], 'ops') && 'Admin' || 'Viewer'` });
    expect(draft.get(`${GENERIC}.roles`)).toEqual({ admin: ['ops'], others: 'none' });
    expect(report).toContain('Everyone whom the provider knows could log in, as viewer.');
  });

  test('when a group may look, then it is one of those that may come in', () => {
    const { draft } = login({
      role_attribute_path: `contains(groups[*], 'ops') && 'Admin' || contains(groups[*], 'all') && 'Viewer'`,
      role_attribute_strict: true,
    });
    expect(draft.get(GENERIC)).toMatchObject({ groups: ['ops', 'all'], roles: { admin: ['ops'] } });
  });

  test('when it is strict, then nobody else comes in', () => {
    const path = `contains(groups[*], 'ops') && 'GrafanaAdmin' || contains(groups[*], 'dev') && 'Editor'`;
    const { draft } = login({ role_attribute_path: path, role_attribute_strict: true });
    expect(draft.get(`${GENERIC}.roles`)).toEqual({ admin: ['ops'], editor: ['dev'], others: 'none' });
  });

  test.each([`email == 'a@b.c' && 'Admin'`, `contains(a[*], 'x') && 'Admin' || contains(b[*], 'y') && 'Editor'`])(
    'when it is another one, then it is said what to give: %s',
    (path) => {
      const { report } = login({ role_attribute_path: path, allowed_domains: 'example.com' });
      expect(report).toContain('in place of `role_attribute_path`');
    },
  );
});

describe('given a URL of S3 with a key in it', () => {
  const { stackFile, report, draft } = text(
    'storage_config: { aws: { s3: "s3://AKIAEXAMPLE:not-a-real-key@eu-west-1/chunks" } }\nschema_config: { configs: [{ from: "2024-01-01", store: tsdb, object_store: aws, schema: v13, index: { prefix: index_ } }] }',
  );

  test('then bucket and region are taken over, and the key is not', () => {
    expect([draft.get('storage.bucket'), draft.get('storage.region')]).toEqual(['chunks', 'eu-west-1']);
    expect(`${stackFile}${report}`).not.toMatch(/AKIA|not-a-real/);
  });
});

describe('given a wrong file', () => {
  test.each([
    ['no YAML', 'a: [', /line 1/],
    ['nothing', '', /an empty file/],
    ['something else', 'hello: world', /--chart/],
  ])('when it is %s, then an error says so', (_what, yaml, message) => {
    expect(() => text(yaml)).toThrow(ConfigError);
    expect(() => text(yaml)).toThrow(message);
  });

  test('when it has all of Loki’s defaults, then an error says how to get it without them', () => {
    const limits = Array.from({ length: 61 }, (_, index) => `  key_${index}: 1`).join('\n');
    expect(() => text(`limits_config:\n${limits}`)).toThrow(/mode=diff/);
  });

  test('then nothing is written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'import-'));
    const file = join(folder, 'values.yaml');
    writeFileSync(file, 'hello: world');
    const run = async () =>
      command.run({ stack: 'moved', project: folder, config: undefined, chart: undefined, replace: false }, [file]);
    await expect(run()).rejects.toThrow(ConfigError);
    expect(readdirSync(folder)).toEqual(['values.yaml']);
    rmSync(folder, { recursive: true });
  });
});

test('given a stack file that is there, then it is written anew only when that is asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  const file = join(folder, 'values.yaml');
  writeFileSync(file, 'loki: { auth_enabled: false }');
  writeFileSync(join(folder, 'Pulumi.moved.yaml'), 'config: {}');
  const options = { stack: 'moved', project: folder, config: undefined, chart: undefined };
  await expect((async () => command.run({ ...options, replace: false }, [file]))()).rejects.toThrow('--replace');
  expect(await command.run({ ...options, replace: true }, [file])).toBe(0);
  rmSync(folder, { recursive: true });
});

describe('given what the old Loki is, the move', () => {
  const S3_VALUES = `storage: { type: s3, bucketNames: { chunks: logs }, s3: { region: eu-central-1 } }
  schemaConfig: { configs: [{ from: '2024-04-01', store: tsdb, object_store: s3, schema: v13, index: { prefix: loki_index_, period: 24h } }] }`;
  const moveOf = (yaml: string): string => text(yaml).report.split('The move:')[1] ?? '';

  it('of a ring on a bucket is without a pause: the new ring joins, and the old one leaves pod by pod', () => {
    const move = moveOf(`deploymentMode: SimpleScalable\nwrite: { replicas: 4 }\nloki:\n  ${S3_VALUES}`);
    expect(move).toContain('deployment.joins');
    expect(move).toContain(
      'scale statefulset/loki-write --replicas=3, then --replicas=2, then --replicas=1, then --replicas=0',
    );
    expect(move).toContain('deployment/loki-read, statefulset/loki-backend');
    expect(move).toContain('Nothing pauses.');
    expect(move).toContain('Back, while an old Loki runs');
  });

  it('of a ring with fewer copies of a line has a pause', () => {
    const one = `  commonConfig: { replication_factor: 1 }`;
    const move = moveOf(`deploymentMode: SimpleScalable\nwrite: { replicas: 3 }\nloki:\n  ${S3_VALUES}\n${one}`);
    expect(move).toContain('scale statefulset/loki-write --replicas=0');
    expect(move).not.toContain('joins');
  });

  it('of a single Loki has a pause, whose length comes from the time that it has to end', () => {
    const move = moveOf(`singleBinary: { replicas: 1, terminationGracePeriodSeconds: 90 }\nloki:\n  ${S3_VALUES}`);
    expect(move).toContain('Nothing can be searched for 120 s at most: 90 s (terminationGracePeriodSeconds)');
    expect(move).toContain('scale statefulset/loki --replicas=0');
    expect(move).not.toContain('with-a-volume');
    expect(move).toContain('Back: scale the new Loki to 0');
  });

  it('of a Loki on a volume goes on with that volume', () => {
    const move = moveOf('singleBinary: { replicas: 1 }\nloki: { storage: { type: filesystem } }');
    expect(move).toContain('docs/from-charts.md#with-a-volume');
  });

  it('of agents alone has no pause', () => {
    const { report } = imported('agents-of-clusters.yaml');
    expect(report.split('The move:')[1]).toContain('Once the new agents are ready, end the old ones.');
  });

  it('of Grafana alone is none', () => {
    expect(imported('grafana-keycloak.yaml').report).not.toContain('The move:');
  });
});

test('given labels that Promtail gave all lines, then they are those of the agent, but for names of the log model', () => {
  const { draft, report } = importStack([
    {
      file: 'values.yaml',
      bytes: Buffer.from('config: { clients: [{ url: http://loki, external_labels: { region: eu-1, job: all } }] }'),
      kind: 'promtail',
    },
  ]);
  expect(draft.config().agent.labels).toEqual({ region: 'eu-1' });
  expect(report).toContain(
    'Lines lose their label job: `agent.labels.job` wants a name that lines have no other value under.',
  );
});
