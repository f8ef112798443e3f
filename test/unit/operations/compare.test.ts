/** A rendered stack against one that runs, which is here another rendered one with what a cluster adds. */
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { StackConfigInput } from '../../../src/config';
import { type KubernetesObject, stackObjects } from '../../../charts/objects';
import {
  compareStack,
  compareWithRunning,
  formatAnnounced,
  formatFindings,
} from '../../../src/operations/compare/compare';
import { AZURE, configWith, GCS, HA, S3 } from '../../support/config';

type Differences = Partial<StackConfigInput>;

const NOW = new Date('2027-02-10T15:00:00Z');
const objectsOf = (differences: Differences = {}) => stackObjects(configWith(differences));

/** A claim as the controller makes it. */
const claim = (name: string, size: string, storageClassName = 'standard'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'logging' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    volumeMode: 'Filesystem',
    storageClassName,
    resources: { requests: { storage: size } },
  },
});
const storageClass = (allowVolumeExpansion?: boolean): KubernetesObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard' },
  provisioner: 'example.com/disks',
  ...(allowVolumeExpansion === undefined ? {} : { allowVolumeExpansion }),
});

/** What a stack looks like once it runs. */
function running(differences: Differences = {}, more: readonly KubernetesObject[] = [storageClass(true)]) {
  const config = configWith(differences);
  const size = `${config.persistence.size.bytes / 2 ** 30}Gi`;
  const claims = Array.from({ length: config.deployment.replicas }, (_, index) => claim(`data-loki-${index}`, size));
  return [...stackObjects(config), ...claims, ...more];
}

const compared = (wanted: Differences, before: readonly KubernetesObject[], now = NOW) =>
  compareWithRunning(objectsOf(wanted), before, now);

describe('given nothing that runs', () => {
  test.each<[string, Differences]>([
    ['a single Loki', {}],
    ['a ring', HA],
  ])('%s can be made in any way', (_, wanted) => {
    expect(compared(wanted, [])).toEqual([]);
  });
});

describe('given the same stack, or what may be changed of it', () => {
  test.each<[string, Differences, Differences]>([
    ['the same', {}, {}],
    ['the same ring', HA, HA],
    [
      'memory, limits and retention',
      {},
      { retention: { period: '40d' }, resources: { loki: { limits: { memory: '2Gi' } } } },
    ],
    ['what becomes of the volume on delete', {}, { persistence: { retainOnDelete: false } }],
    ['another number of replicas', HA, { ...HA, deployment: { ...HA.deployment, replicas: 5 } }],
  ])('nothing is found: %s', (_, before, wanted) => {
    expect(compared(wanted, running(before))).toEqual([]);
  });
});

describe('given another size of Loki’s volume', () => {
  const size = (gigabytes: number): Differences => ({ persistence: { size: `${gigabytes}Gi` } });

  it('lets it grow by a command, where its class lets it', () => {
    expect(compared(size(80), running(size(50)))).toMatchObject([
      {
        path: 'StatefulSet logging/loki: size of volume data',
        running: '50Gi',
        wanted: '80Gi',
        remedy: 'npm run resize -- --stack <stack>, then apply',
        resizable: true,
      },
    ]);
  });

  it.each([
    ['whose class lets none grow', [storageClass()], 'standard has no allowVolumeExpansion'],
    ['whose class is gone', [], 'standard has no allowVolumeExpansion'],
  ])('refuses to grow one %s', (_, classes, rule) => {
    expect(compared(size(80), running(size(50), classes))).toMatchObject([
      { rule: expect.stringContaining(rule) as string, resizable: false },
    ]);
  });

  it('refuses a smaller one, and says how to get there', () => {
    expect(compared(size(20), running(size(50)))).toMatchObject([
      {
        running: '50Gi',
        wanted: '20Gi',
        rule: 'a volume never gets smaller',
        remedy: expect.stringContaining('docs/storage.md#a-smaller-volume') as string,
        resizable: false,
      },
    ]);
  });

  it('takes the same size in another form for the same', () => {
    const other = running(size(50)).map(
      (object) => JSON.parse(JSON.stringify(object).replaceAll('"50Gi"', '"51200Mi"')) as KubernetesObject,
    );
    expect(compared(size(50), other)).toEqual([]);
  });

  it('finds the volume that a removed stack has left, and that is smaller', () => {
    const left = running(size(50)).filter(({ kind }) => kind === 'PersistentVolumeClaim' || kind === 'StorageClass');
    expect(compared(size(80), left)).toMatchObject([{ running: '50Gi', wanted: '80Gi', resizable: true }]);
    expect(compared(size(50), left)).toEqual([]);
    expect(compared(size(20), left)).toEqual([]);
  });
});

describe('given another size of Grafana’s volume, whose claim is no StatefulSet’s', () => {
  const size = (gigabytes: number): Differences => ({ grafana: { persistence: { size: `${gigabytes}Gi` } } });
  const ran = (classes: readonly KubernetesObject[]) => [
    ...running(size(4), classes).filter(({ metadata }) => metadata.name !== 'grafana-data'),
    claim('grafana-data', '4Gi'),
  ];

  it('is grown by applying it, where its class lets it', () => {
    expect(compared(size(8), ran([storageClass(true)]))).toEqual([]);
  });

  it.each([
    ['grow where the class lets it not', 8, 'allowVolumeExpansion'],
    ['get smaller', 2, 'a volume never gets smaller'],
  ])('cannot %s', (_, gigabytes, rule) => {
    expect(compared(size(gigabytes), ran([storageClass(false)]))).toMatchObject([
      { path: 'PersistentVolumeClaim logging/grafana-data: size', rule: expect.stringContaining(rule) as string },
    ]);
  });
});

describe('given a field of a StatefulSet that Kubernetes takes no change of', () => {
  it('finds another class of a volume', () => {
    const wanted = { persistence: { storageClass: 'fast' } };
    expect(compared(wanted, running())).toMatchObject([
      { path: 'StatefulSet logging/loki: spec.volumeClaimTemplates[data].spec.storageClassName', wanted: '"fast"' },
    ]);
  });

  it('finds a class that is not written any more', () => {
    expect(compared({}, running({ persistence: { storageClass: 'fast' } }))).toMatchObject([
      { running: '"fast"', wanted: '(none)' },
    ]);
  });

  /** As an earlier release might have rendered it. */
  const loki = (change: (text: string) => string) =>
    running().map((object) =>
      object.kind === 'StatefulSet' ? (JSON.parse(change(JSON.stringify(object))) as KubernetesObject) : object,
    );

  test.each([
    ['spec.serviceName', (text: string) => text.replace('"loki-headless"', '"loki"')],
    ['spec.podManagementPolicy', (text: string) => text.replace('"podManagementPolicy":"Parallel",', '')],
    ['spec.selector', (text: string) => text.replace('"matchLabels":{', '"matchLabels":{"old":"label",')],
    [
      'spec.volumeClaimTemplates[data]',
      (text: string) =>
        text
          .replace('"metadata":{"labels"', '"metadata":{"x":"y","labels"')
          .replace('"name":"data"},"spec":{"accessModes"', '"name":"storage"},"spec":{"accessModes"'),
    ],
    [
      'spec.volumeClaimTemplates[data].spec.accessModes',
      (text: string) => text.replace('ReadWriteOnce', 'ReadWriteOncePod'),
    ],
    [
      'spec.volumeClaimTemplates[data].metadata.labels',
      (text: string) =>
        text.replace(
          '"name":"data"},"spec":{"accessModes"',
          '"name":"data","labels":{"old":"label"}},"spec":{"accessModes"',
        ),
    ],
    [
      'spec.somethingNew',
      (text: string) => text.replace('"podManagementPolicy"', '"somethingNew":1,"podManagementPolicy"'),
    ],
  ])('%s', (path, change) => {
    const paths = compared({}, loki(change)).map((finding) => finding.path);
    expect(paths).toContain(`StatefulSet logging/loki: ${path}`);
  });
});

describe('given periods of the index', () => {
  const periods = (...days: readonly string[]): Differences => ({
    storage: { type: 'filesystem', schema: days.map((from) => ({ from })) },
  });
  const before = periods('2024-01-01', '2027-01-01', '2027-06-01');
  const [BEGUN, FUTURE] = ['a period that has begun never changes', 'a new period begins in the future (UTC)'];

  test.each<[string, Differences]>([
    ['a further one in the future', periods('2024-01-01', '2027-01-01', '2027-06-01', '2027-07-01')],
    ['one that has not begun, left out', periods('2024-01-01', '2027-01-01')],
    ['one that has not begun, on another day in the future', periods('2024-01-01', '2027-01-01', '2027-05-01')],
    ['tomorrow, in UTC', periods('2024-01-01', '2027-01-01', '2027-02-11')],
  ])('takes %s', (_, wanted) => {
    expect(compared(wanted, running(before))).toEqual([]);
  });

  test.each<[string, Differences, readonly string[]]>([
    ['one that has begun, left out', periods('2024-01-01', '2027-06-01'), [BEGUN]],
    ['one that has begun, on another day', periods('2024-01-01', '2027-01-02', '2027-06-01'), [BEGUN, FUTURE]],
    ['the first one, on another day', periods('2024-01-02', '2027-01-01', '2027-06-01'), [BEGUN, FUTURE]],
    [
      'one before the first, which takes its prefix',
      periods('2023-01-01', '2024-01-01', '2027-01-01'),
      [BEGUN, FUTURE],
    ],
    ['a new one that begins today', periods('2024-01-01', '2027-01-01', '2027-02-10'), [FUTURE]],
    ['a new one in the past', periods('2024-01-01', '2026-01-01', '2027-01-01', '2027-06-01'), [FUTURE]],
  ])('refuses %s', (_, wanted, rules) => {
    const found = compared(wanted, running(before));
    expect(found.map(({ rule }) => rules.find((start) => rule.startsWith(start)) ?? rule)).toEqual(rules);
  });

  it('says which day is the first that can be', () => {
    const found = (now: string) => compared(periods('2024-01-01', '2027-02-10'), running(), new Date(now))[0]?.remedy;
    expect(found('2027-02-10T15:00:00Z')).toBe('write 2027-02-11 or later');
    // An hour before midnight there is no time left to bring it to all pods.
    expect(found('2027-02-10T23:30:00Z')).toBe('write 2027-02-12 or later');
    expect(found('2027-02-10T23:00:00Z')).toBe('write 2027-02-11 or later');
  });

  it('refuses tomorrow half an hour before it begins', () => {
    const late = new Date('2027-02-10T23:30:00Z');
    expect(compared(periods('2024-01-01', '2027-02-11'), running(), late)).toMatchObject([
      { wanted: expect.stringContaining('2027-02-11') as string },
    ]);
  });
});

/** Loki's config with the client of the bucket that stacks had before. */
function earlier({ data }: KubernetesObject): string {
  const { 'config.yaml': text } = z.looseObject({ 'config.yaml': z.string() }).parse(data);
  return stringify({ ...z.looseObject({}).parse(parse(text)), storage_config: { aws: { bucketnames: S3.bucket } } });
}

describe('given a stack that moves from its volume to a bucket', () => {
  const schema = [{ from: '2024-01-01', store: 'filesystem' }, { from: '2027-03-01' }] as const;

  it('may, with a new period for the bucket', () => {
    expect(compared({ storage: { ...S3, schema } }, running())).toEqual([]);
  });

  it('may not, with the old period in the bucket', () => {
    expect(compared({ storage: S3 }, running())).toMatchObject([
      { rule: expect.stringContaining('a period that has begun never changes') as string },
    ]);
  });

  it('may change its client of the store, with the bucket that it has, and not with another one', () => {
    const before = running({ storage: S3 }).map((object) =>
      object.metadata.name === 'loki-config' ? { ...object, data: { 'config.yaml': earlier(object) } } : object,
    );
    expect(compared({ storage: S3 }, before)).toEqual([]);
    expect(compared({ storage: { ...S3, bucket: 'another' } }, before)).toMatchObject([
      { running: '"spywatcher-logs"', wanted: '"another"' },
    ]);
  });

  it.each<[string, Differences['storage'], Differences['storage'], string, string]>([
    ['prefix', S3, { ...S3, prefix: 'logs' }, 'spywatcher-logs', 'spywatcher-logs/logs'],
    ['bucket of Google', GCS, { ...GCS, bucket: 'another' }, 'spywatcher-logs', 'another'],
    ['account of Azure', AZURE, { ...AZURE, account: 'another' }, 'spywatcher/logs', 'another/logs'],
    ['container of Azure', AZURE, { ...AZURE, container: 'another' }, 'spywatcher/logs', 'spywatcher/another'],
  ])('may not have another %s', (_, before, storage, has, wanted) => {
    expect(compared({ storage }, running({ storage: before }))).toMatchObject([
      { running: JSON.stringify(has), wanted: JSON.stringify(wanted) },
    ]);
  });

  it('may not have other names of tables in a period that has begun', () => {
    const named = { ...S3, schema: [{ from: '2024-01-01', indexPrefix: 'loki_index_' }] };
    expect(compared({ storage: named }, running({ storage: S3 }))).toMatchObject([
      { rule: expect.stringContaining('a period that has begun never changes') as string },
    ]);
  });

  it('may not leave its bucket for another one', () => {
    expect(compared({ storage: { ...S3, bucket: 'another' } }, running({ storage: S3 }))).toMatchObject([
      {
        path: 'ConfigMap logging/loki-config: config.yaml: storage_config, place of s3',
        running: '"spywatcher-logs"',
        wanted: '"another"',
      },
    ]);
  });
});

describe('given the agent’s positions', () => {
  const agents = { namespaces: { agents: 'other-agents' } };
  const positionsDirectory = '/var/lib/spywatcher-logs/promtail';

  it('a change of their folder is said, with what to write', () => {
    expect(compared(agents, running({ ...agents, agent: { positionsDirectory } }))).toEqual([
      {
        path: 'DaemonSet other-agents/promtail: positions on the nodes',
        running: positionsDirectory,
        wanted: '/var/lib/spywatcher-logs/promtail-other-agents',
        rule: 'positions stay where they are: without them the agent reads all files from their beginning, and sends what is there already',
        remedy: `write agent.positionsDirectory: ${positionsDirectory}; or, if lines may come twice, delete the DaemonSet first`,
        resizable: false,
        applicable: false,
      },
    ]);
    expect(
      compared({ ...agents, agent: { positionsDirectory } }, running({ ...agents, agent: { positionsDirectory } })),
    ).toEqual([]);
  });

  it('of the Collector, they stay with its queue', () => {
    const collector = (directory: string): Differences => ({
      agent: { type: 'collector', positionsDirectory: directory },
    });
    expect(compared(collector('/var/lib/b'), running(collector('/var/lib/a')))).toMatchObject([
      {
        path: 'DaemonSet logging-agents/collector: positions on the nodes',
        running: '/var/lib/a',
        wanted: '/var/lib/b',
      },
    ]);
  });

  it('an agent that is new in its namespace has none', () => {
    expect(compared(agents, running())).toEqual([]);
  });
});

describe('given another agent than the one that runs', () => {
  const collector = (since?: string): Differences => ({
    agent: { type: 'collector', ...(since === undefined ? {} : { since }) },
  });
  const stackCompared = (wanted: Differences, before: readonly KubernetesObject[]) =>
    compareStack(configWith(wanted), before, NOW);

  it.each<readonly [string, Differences, Differences, string]>([
    ['Promtail', {}, collector(), 'collector does not know what promtail has sent'],
    ['the Collector', collector(), {}, 'promtail does not know what collector has sent'],
  ])('in place of %s, it may be applied, and what comes twice is said', (_, before, wanted, effect) => {
    const { refused, announced } = stackCompared(wanted, running(before));
    expect(refused).toEqual([]);
    expect(announced).toMatchObject([
      {
        path: 'agent.type',
        rule: expect.stringContaining(effect) as string,
        remedy: expect.stringMatching(/^write agent\.since.*docs\/agents\.md#how-to-move$/) as string,
        applicable: true,
      },
    ]);
  });

  it('with a moment that has passed, it is said what is left out, and what comes twice', () => {
    const { refused, announced } = stackCompared(collector('2027-02-10T14:58:00Z'), running());
    expect(refused).toEqual([]);
    expect(announced).toMatchObject([
      { running: 'promtail', wanted: 'collector, since 2027-02-10T14:58:00Z', applicable: true },
    ]);
  });

  it('with a moment in the future, it is refused: lines until then would be lost', () => {
    const { refused, announced } = stackCompared(collector('2027-02-10T15:00:01Z'), running());
    expect(announced).toEqual([]);
    expect(refused).toMatchObject([
      { path: 'agent.since', running: 'it is 2027-02-10T15:00:00.000Z', wanted: '2027-02-10T15:00:01Z' },
    ]);
    expect(stackCompared(collector('2027-02-10T15:00:00Z'), running()).refused).toEqual([]);
  });

  it('while both run, it is said which one to delete', () => {
    const promtail = running().filter(({ kind }) => kind === 'DaemonSet');
    const { refused, announced } = stackCompared(collector(), [...running(collector()), ...promtail]);
    expect(refused).toEqual([]);
    expect(announced).toMatchObject([
      {
        running: 'promtail and collector',
        wanted: 'collector',
        rule: expect.stringContaining('each record is sent twice') as string,
        remedy: expect.stringContaining('kubectl -n logging-agents delete daemonset promtail') as string,
      },
    ]);
  });

  it.each<readonly [string, readonly KubernetesObject[]]>([
    ['where none runs', []],
    ['where the same one runs', running(collector())],
    ['where another stack has another one', running({ namespaces: { agents: 'other-agents' } })],
  ])('%s, nothing is said', (_, before) => {
    expect(stackCompared(collector(), before).announced).toEqual([]);
  });

  it('the report says that it can be applied', () => {
    expect(formatAnnounced('prod', stackCompared(collector(), running()).announced))
      .toBe(`prod: know before you apply it:

  agent.type
    running: promtail
    wanted:  collector
    effect:  collector does not know what promtail has sent: it begins with every line that is still on the nodes, and Loki gets these again
    remedy:  write agent.since, a moment of the last minutes; or apply it as it is, if lines may come twice: docs/agents.md#how-to-move`);
  });
});

describe('given a ring that runs', () => {
  type Step = 'accepted' | 'sent' | 'demanded';
  const ring = (clusterLabel: Step, bucket: string = S3.bucket): Differences => ({
    deployment: { ...HA.deployment, clusterLabel },
    storage: { ...S3, bucket },
  });
  /** As rings ran before there were labels. */
  const unlabelled = () =>
    running(ring('accepted')).map(
      (object) => JSON.parse(JSON.stringify(object).replaceAll(/ *cluster_label\w*: \w+\\n/g, '')) as KubernetesObject,
    );

  it.each<readonly [string, readonly KubernetesObject[], Step]>([
    ['no label', unlabelled(), 'accepted'],
    ['accepted', running(ring('accepted')), 'sent'],
    ['sent', running(ring('sent')), 'demanded'],
    ['demanded', running(ring('demanded')), 'demanded'],
    ['demanded', running(ring('demanded')), 'sent'],
    ['sent', running(ring('sent')), 'accepted'],
  ])('from %s, it may go on to %s', (_, before, step) => {
    expect(compared(ring(step), before)).toEqual([]);
  });

  it.each<readonly [string, readonly KubernetesObject[], Step, string]>([
    ['none', unlabelled(), 'sent', 'accepted'],
    ['none', unlabelled(), 'demanded', 'accepted'],
    ['accepted', running(ring('accepted')), 'demanded', 'sent'],
    ['demanded (logging/spywatcher-logs)', running(ring('demanded')), 'accepted', 'sent'],
  ])('from %s, it may not leave a step out', (from, before, step, next) => {
    expect(compared(ring(step), before)).toMatchObject([
      {
        path: 'ConfigMap logging/loki-config: config.yaml: memberlist.cluster_label',
        running: from,
        remedy: `write deployment.clusterLabel: ${next} first: docs/ha.md#the-rings-label`,
      },
    ]);
  });

  it('its label may become another one where none is demanded', () => {
    const labels = (before: Step, after: Step) =>
      compared(ring(after, 'another'), running(ring(before))).filter(({ path }) => path.endsWith('cluster_label'));
    expect(labels('sent', 'sent')).toEqual([]);
    expect(labels('demanded', 'demanded')).toMatchObject([{ remedy: expect.stringContaining('sent first') as string }]);
    expect(labels('sent', 'demanded')).toMatchObject([{ remedy: expect.stringContaining('sent first') as string }]);
  });

  it('a single Loki may become a ring that demands its label', () => {
    const move = compared(ring('demanded'), running({ storage: S3 }));
    expect(move.filter(({ path }) => path.includes('memberlist'))).toEqual([]);
  });
});

describe('given a namespace that is there already', () => {
  const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  });
  const thing = (kind: string, name: string, labels = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'observability', labels },
  });
  const inShared = (logging: string, adopt = false): Differences => ({ namespaces: { logging, adopt } });
  const others = ['one', 'two', 'three', 'four'].map((name) => thing('Pod', name));

  it('with what others run in it, it asks for consent', () => {
    expect(compared(inShared('observability'), [namespace('observability'), ...others])).toEqual([
      {
        path: 'Namespace observability',
        running: 'Pod observability/one, Pod observability/two, Pod observability/three and 1 more',
        wanted: 'nothing talks there but what the stack’s policies list; Pod Security restricted',
        rule: 'a namespace of the stack’s own; in this one other things run, which would be cut off or refused',
        remedy: 'write other names in namespaces; or namespaces.adopt: true, if that is what they are to get',
        resizable: false,
        applicable: false,
      },
    ]);
  });

  it.each(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'])('a %s of theirs is enough', (kind) => {
    expect(compared(inShared('observability'), [namespace('observability'), thing(kind, 'theirs')])).toHaveLength(1);
  });

  it('with consent, it is taken', () => {
    expect(compared(inShared('observability', true), [namespace('observability'), ...others])).toEqual([]);
  });

  it('and empty but for what every namespace has, it is taken', () => {
    const everyNamespaceHas = thing('ConfigMap', 'kube-root-ca.crt');
    expect(compared(inShared('observability'), [namespace('observability'), everyNamespaceHas])).toEqual([]);
  });

  it('and is the stack’s since its first day, it asks nothing, whatever has come since', () => {
    const own = namespace('observability', { 'app.kubernetes.io/part-of': 'spywatcher-logs' });
    expect(compared(inShared('observability'), [own, ...others])).toEqual([]);
  });

  it('with pods of the stack alone, as a namespace that somebody else makes has them, it asks nothing', () => {
    const own = thing('Pod', 'loki-0', { 'app.kubernetes.io/part-of': 'spywatcher-logs' });
    expect(compared(inShared('observability'), [namespace('observability'), own])).toEqual([]);
  });

  it('what runs in other namespaces is not its affair', () => {
    expect(compared({}, [namespace('observability'), namespace('logging'), ...others])).toEqual([]);
  });
});

test('the report says where, what runs, what was wanted, the rule and what to do', () => {
  const found = compared({ persistence: { size: '80Gi' } }, running());
  expect(formatFindings('prod', found))
    .toBe(`prod: 1 difference that cannot be applied to what runs; nothing was applied.

  StatefulSet logging/loki: size of volume data
    running: 50Gi
    wanted:  80Gi
    rule:    a StatefulSet takes no other size; its volumes grow beneath it
    remedy:  npm run resize -- --stack <stack>, then apply`);
});
