/** Values of the community's Loki chart, 6.x to 18.x. */
import { defaults } from '../../config/defaults';
import { isMapping } from '../../config/mapping';
import { STORAGE } from './chart-loki-storage';
import type { Found } from './found';
import { ingressOf } from './ingress';
import { LOKI_CONFIG } from './loki-config';
import { RUNTIME_CONFIG } from './limits';
import { podRows } from './pods';
import { below, leaves, left, missing, type Outcome, partsOf, readTree, type Row, secret, taken } from './source';
import { nameTenants } from './tenants';
import { parseYaml } from '../../syntax/yaml';

type LokiRow = Row<Found>;

const HELM = 'it is about the chart itself';
const OTHER_MODE = 'there is one kind of Loki pod here';

/** Components of the chart that take lines, in the modes with several. Each has a volume. */
const WRITERS = ['write', 'ingester'];
/** Components of those modes that do nothing here: each Loki does their work. */
const OTHERS = [
  'read',
  'backend',
  'distributor',
  'querier',
  'queryFrontend',
  'queryScheduler',
  'indexGateway',
  'compactor',
  'ruler',
  'bloomGateway',
  'bloomPlanner',
  'bloomBuilder',
  'patternIngester',
  'overridesExporter',
];

/** Where the chart has parts of Loki's config, by the chart's names. */
const PARTS: Readonly<Record<string, string>> = {
  schemaConfig: 'schema_config',
  commonConfig: 'common',
  rulerConfig: 'ruler',
  memberlistConfig: 'memberlist',
  extraMemberlistConfig: 'memberlist',
};

/** The chart's keys below `loki` that are Loki's config: those with its own names, and those with others, of which a part may have two. */
const CONFIG: readonly LokiRow[] = LOKI_CONFIG.flatMap(({ from, read }) => {
  const [first = '', ...rest] = partsOf(from);
  const names = Object.keys(PARTS).filter((name) => PARTS[name] === first);
  return [first, ...names].map((part) => ({ from: ['loki', part, ...rest], read }));
});

/** Users of the chart's gateway: each is a tenant of its name. */
function readTenants(value: unknown, found: Found): Outcome {
  if (!Array.isArray(value)) return missing('it is no list');
  nameTenants(found, ...value.filter(isMapping).map(({ name }) => String(name)));
  found.note(
    'Each tenant gets a write and a read credential. The users of the chart’s gateway could do both, with one password.',
  );
  return secret('`npm run secrets`, which makes new passwords; the tenants are in `auth.loki.tenants`');
}

/** Loki's whole config, or what is laid over it: as an object, or as the text of a template. */
function readConfig(value: unknown, found: Found): Outcome {
  const text = typeof value === 'string' ? value : undefined;
  if (text?.includes('{{') === true) return missing('it is a template: give the rendered file with --config');
  const root = text === undefined ? value : parseYaml(text).value;
  const unread = readTree(root, LOKI_CONFIG, found).filter(({ outcome }) => outcome.kind === 'missing');
  return unread.length === 0
    ? taken('as the rest of Loki’s config')
    : missing(`of it: ${unread.map(({ path }) => path).join(', ')}`);
}

const MODES: Readonly<Record<string, 'single' | 'ha'>> = {
  SingleBinary: 'single',
  Monolithic: 'single',
  SimpleScalable: 'ha',
  Distributed: 'ha',
};

function readMode(value: unknown, found: Found): Outcome {
  const mode = MODES[String(value)];
  if (mode === undefined) return missing(`known are ${Object.keys(MODES).join(', ')}`);
  found.mode = String(value);
  if (mode === 'ha') {
    found.replicas ??= 3;
    found.note(
      `The chart ran as ${String(value)}. Here it is three Lokis in a ring, each of which does all parts of the work: compare \`resources.loki\` with the sum of the chart’s pods.`,
    );
  }
  return taken('deployment.mode');
}

function readGrace(value: unknown, found: Found): Outcome {
  if (typeof value === 'number') found.graceSeconds = value;
  return left('Loki has the time here that it needs to write its memory');
}

function readReplicas(value: unknown, found: Found): Outcome {
  if (typeof value !== 'number') return missing('it is no number');
  if (value === 0) return left('there are none');
  found.replicas = Math.max(found.replicas ?? 0, value);
  return taken('deployment.replicas');
}

const persistence: readonly LokiRow[] = [
  { from: 'size', read: (value, found) => found.put('persistence.size', value) },
  { from: 'storageClass', read: (value, found) => found.put('persistence.storageClass', value) },
  ...leaves<Found>(
    'a volume is always there',
    'enabled',
    'accessModes',
    'enableStatefulSetAutoDeletePVC',
    'whenDeleted',
    'whenScaled',
    'enableStatefulSetRecreationForSizeChange',
    'volumeClaimsEnabled',
    'inMemory',
  ),
];

export const CHART_LOKI: readonly LokiRow[] = [
  { from: 'deploymentMode', read: readMode },
  ...below('loki.storage', STORAGE),
  { from: 'loki.tenants', read: readTenants },
  { from: 'loki.config', read: readConfig },
  { from: 'loki.structuredConfig', read: readConfig },
  ...below('loki.runtimeConfig', RUNTIME_CONFIG),
  ...CONFIG,
  ...leaves<Found>('schemas for a test are not taken over', 'loki.testSchemaConfig'),
  {
    from: 'loki.useTestSchema',
    read: (value, found) => {
      if (value === true)
        found.periods = [{ from: '2024-04-01', store: 'tsdb', objectStore: '', schema: 'v13', prefix: 'index_' }];
      return taken('storage.schema');
    },
  },
  {
    from: 'serviceAccount.annotations',
    read: (value, found) => {
      if (isMapping(value)) found.identity = value;
      return taken('storage.access');
    },
  },
  { from: 'singleBinary.replicas', read: readReplicas },
  ...WRITERS.map((target) => ({ from: `${target}.replicas`, read: readReplicas })),
  ...below('singleBinary.persistence', persistence),
  ...WRITERS.flatMap((target) => below(`${target}.persistence`, persistence)),
  { from: 'singleBinary.terminationGracePeriodSeconds', read: readGrace },
  ...podRows('singleBinary', 'loki'),
  ...WRITERS.flatMap((target) => podRows(target, 'loki')),
  ...podRows('loki', 'loki'),
  ...podRows('gateway', 'gateway'),
  ...podRows('lokiCanary', 'canary'),
  ...podRows('defaults', 'all'),
  { from: 'gateway.replicas', read: (value, found) => found.put('gateway.replicas', value) },
  {
    from: 'gateway.enabled',
    read: (value, { note }) => {
      if (value === false) note('There was no gateway. Here everything reaches Loki through one, with a credential.');
      return taken('gateway');
    },
  },
  {
    from: 'gateway.basicAuth',
    read: () => secret('`npm run secrets`, which makes new passwords; the credentials are in `auth.loki.tenants`'),
  },
  { from: 'gateway.ingress', read: readIngress },
  { from: 'ingress', read: readIngress },
  {
    from: 'lokiCanary.enabled',
    read: (value, { draft }) => {
      if (value === true) draft.set('canary', {});
      return taken('canary');
    },
  },
  { from: 'ruler.enabled', read: () => left('Loki always evaluates rules') },
  { from: 'global.image.registry', read: registry },
  { from: 'global.imageRegistry', read: registry },
  { from: 'imagePullSecrets', read: readPullSecrets },
  {
    from: 'minio.enabled',
    read: (value, { note }) => {
      if (value === true)
        note(
          'The chart’s MinIO is no part of a stack. Keep it, and say in `storage.endpoint` and `storage.egress` where it is.',
        );
      return left('MinIO is no part of a stack');
    },
  },
  { from: 'minio', read: () => left('MinIO is no part of a stack') },
  ...leaves<Found>(OTHER_MODE, ...OTHERS),
  ...leaves<Found>(
    OTHER_MODE,
    'singleBinary.autoscaling',
    'write.autoscaling',
    'ingester.autoscaling',
    'ingester.zoneAwareReplication',
    'ingester.maxUnavailable',
  ),
  ...leaves<Found>(
    HELM,
    'nameOverride',
    'fullnameOverride',
    'namespaceOverride',
    'kubeVersionOverride',
    'clusterLabelOverride',
    'test',
    'enterprise',
    'migrate',
    'adminApi',
    'rollout_operator',
    'extraObjects',
    'loki.configStorageType',
    'loki.configObjectName',
    'loki.generatedConfigObjectName',
    'global.clusterDomain',
    'kubectlImage',
    'rbac',
    'global.dnsService',
    'commonLabels',
  ),
  ...leaves<Found>(
    'caches of chunks and results in memcached are no part of a stack: `limits.queryCache`',
    'chunksCache',
    'resultsCache',
    'memcached',
    'memcachedExporter',
  ),
  { from: 'networkPolicy.flavor', read: (value, found) => found.put('network.policies', value) },
  ...leaves<Found>('every component has its policy: `network`', 'networkPolicy'),
  { from: 'global.dnsNamespace', read: readDns },
  ...['defaults', 'loki'].flatMap((part) => [
    {
      from: `${part}.service.ipFamilies`,
      read: (value: unknown, found: Found) => found.put('network.ipFamilies', value),
    },
    ...leaves<Found>('it follows from `network.ipFamilies`', `${part}.service.ipFamilyPolicy`),
  ]),
  ...leaves<Found>('dashboards, alerts and scrape targets are part of a stack: `monitoring`', 'monitoring'),
  ...leaves<Found>(
    'the images are pinned: `images`',
    'loki.image',
    'gateway.image',
    'lokiCanary.image',
    'sidecar.image',
  ),
  { from: 'sidecar.rules', read: readRuleSidecar },
  ...leaves<Found>('rules are in the stack file: `alerting.rules` and `alerting.files`', 'sidecar'),
  ...leaves<Found>(
    'it follows from `canary`',
    'lokiCanary.push',
    'lokiCanary.lokiurl',
    'lokiCanary.labelname',
    'lokiCanary.kind',
    'lokiCanary.tenant',
    'lokiCanary.replicas',
  ),
  ...leaves<Found>(
    'requests are in the gateway’s log, as JSON: docs/access.md',
    'gateway.verboseLogging',
    'gateway.nginxConfig',
  ),
  ...leaves<Found>(
    'Services and ServiceAccounts have fixed names',
    'serviceAccount',
    'gateway.service',
    'gateway.containerPort',
    'memberlist',
    'loki.service',
  ),
  ...leaves<Found>(HELM, 'tableManager'),
];

/** OpenShift's DNS is elsewhere, and its pods listen on a port of their own. */
function readDns(value: unknown, found: Found): Outcome {
  if (value !== 'openshift-dns') return found.put('network.dns.namespace', value);
  const podLabels = { 'dns.operator.openshift.io/daemonset-dns': 'default' };
  return found.put('network.dns', { namespace: value, port: 5353, podLabels });
}

function registry(value: unknown, found: Found): Outcome {
  return found.put('images.registry', value);
}

function readPullSecrets(value: unknown, found: Found): Outcome {
  if (!Array.isArray(value)) return missing('it is no list');
  return found.put(
    'images.pullSecrets',
    value.map((one: unknown) => (isMapping(one) ? one['name'] : one)),
  );
}

/** The sidecar that reads rules from labelled ConfigMaps all the time. Here they are read before a stack is applied. */
function readRuleSidecar(value: unknown, found: Found): Outcome {
  if (!isMapping(value)) return missing('it is no mapping');
  const { enabled, label, labelValue, searchNamespace, resource } = value;
  if (enabled === false) return left('it is off');
  if (resource === 'secret') return missing('rules are read from ConfigMaps: `alerting.configMaps`');
  const written: readonly unknown[] = Array.isArray(searchNamespace) ? searchNamespace : [searchNamespace ?? ''];
  const namespaces = written
    .flatMap((names) => String(names).split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (namespaces.length === 0 || namespaces.includes('ALL'))
    return missing('it names no namespace: `alerting.configMaps.namespaces` lists those with rules');
  // Without a value, the label may have any.
  const selector = [
    label ?? defaults.alerting.configMaps.label,
    ...(labelValue === '' ? [] : [labelValue ?? []].flat()),
  ];
  found.note(
    'Run `npm run rules` before the first `synth`: it copies the rules of the ConfigMaps. Nothing reads them while Loki runs.',
  );
  return found.put('alerting.configMaps', {
    label: selector.map((part: unknown) => String(part)).join('='),
    folder: 'rules',
    namespaces: namespaces.map((name) => ({ name })),
  });
}

/** The way in from outside, to the chart's gateway or to Loki itself. Here it is one for those that write. */
function readIngress(value: unknown, found: Found): Outcome {
  const ingress = ingressOf(value);
  if (ingress === undefined) return left('it is off');
  const { host, otherHosts, keys } = ingress;
  if (host === undefined) return missing('it names no host: `gateway.expose`');
  if (otherHosts.length > 0)
    found.note(`\`gateway.expose\` has one host, ${host}. Left out: ${otherHosts.join(', ')}.`);
  found.note(
    'Clients from outside need a credential of `gateway.expose.credentials`. These are the ones that write. Add one that reads if somebody queries from outside.',
  );
  return found.put('gateway.expose', { type: 'ingress', host, credentials: [{ name: defaults.auth.write }], ...keys });
}
