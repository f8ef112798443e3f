/** No option is accepted and ignored: each one, changed alone, changes an object. */
import { parseStackConfig } from '../../../src/config';
import { ANOTHER_CA } from '../../support/certificates';
import {
  AUDIT_RULES,
  everything,
  GUILD_RULES,
  ORDERS_DASHBOARD,
  OTHER_STORES,
  otherwise,
  ROUTED,
} from '../../support/config';
import { leaves, renderStack } from '../../support/manifests';

/** Receivers of alerts, in their order, and those of the routes. */
const RECEIVERS = [
  'channel',
  'chat',
  'mail',
  'hook',
  'pager',
  ...ROUTED.filter((name) => !['chat', 'mail', 'hook'].includes(name)),
];
const ROUTES = ['pager', ...ROUTED];
const receiverAt = (name: string, key: string): string => `alertmanager.receivers.${RECEIVERS.indexOf(name)}.${key}`;

/** These say what is allowed, what is there or how to apply, and so stand in no object. */
const NOT_RENDERED: Readonly<Record<string, unknown>> = {
  environment: 'dev',
  'storage.lifecycle.expireAfter': '601d',
  'expectedLoad.linesPerSecond': 400,
  'expectedLoad.bytesPerLine': 400,
  'deploy.timeout': '1m',
  'agent.redact.0.name': 'changed',
  'agent.containerLogMaxSize': '20Mi',
  'deploy.skipAwait.0': 'loki',
  'network.policiesElsewhere': false,
  'alerting.configMaps.label': 'changed',
  'alerting.configMaps.folder': 'changed',
  'grafana.dashboards.folder': 'changed',
  'grafana.dashboards.files.0.name': 'changed.json',
  'patches.0.reason': 'changed for the tests',
  'patches.1.reason': 'changed for the tests',
};
/** These cannot change alone: they say which other options there are. */
const SHAPES = [
  'storage.type',
  'storage.access.type',
  'storage.encryption.type',
  'storage.schema.1.store',
  'storage.schema.1.index', // of the last one, each is the only one
  'storage.schema.1.version',
  'deployment.mode',
  'gateway.expose.type',
  'gateway.expose.credentials.0.name',
  'agent.type',
  'agent.containerRuntime.type',
  'agent.podLabels.0.type',
  'agent.podLabels.1.type',
  'agent.extract.0.type',
  'agent.extract.1.type',
  'auth.loki.tenants.1.name',
  'auth.loki.crossTenantReaders.0.tenants.0',
  'auth.loki.crossTenantReaders.0.tenants.1',
  'secretSource.type',
  'grafana.database.type',
  'grafana.plugins.type',
  'network.caBundle.type',
  'grafana.datasources.tempo.secrets.0', // go with basicAuthUser
  'grafana.datasources.others.0.secrets.1',
  'grafana.login.oauth.generic.type',
  'alertmanager.type',
  ...RECEIVERS.map((name) => receiverAt(name, 'type')),
  'alertmanager.receivers.3.auth.type',
  // They name an object, a place in it, and what is there.
  ...[0, 1].flatMap((index) => ['kind', 'name', 'namespace', 'unsafe'].map((key) => `patches.${index}.${key}`)),
  ...[0, 1, 2].flatMap((index) => ['op', 'path'].map((key) => `patches.1.json.${index}.${key}`)),
  'patches.1.json.0.value',
  'pods.all.topologySpread.0.whenUnsatisfiable', // goes with minDomains
  ...['topologyKey', 'whenUnsatisfiable'].map((key) => `pods.loki.topologySpread.0.${key}`), // go with zoneAware
];
/** These are of a choice that {@link everything} does not take. */
const OF_ANOTHER_CHOICE = [
  'grafana.persistence.size',
  'grafana.persistence.storageClass',
  'storage.schema.0.store',
  'agent.queueSize',
  'images.collector',
  ...['requests', 'limits'].flatMap((kind) => ['cpu', 'memory'].map((what) => `resources.collector.${kind}.${what}`)),
];
/** These change together with another one, or the config would be refused. */
const TOGETHER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'namespaces.logging': { 'patches.1.namespace': 'changed' },
  'namespaces.agents': { 'patches.0.namespace': 'changed' },
  'auth.loki.tenants.0.write.0': { 'agent.credential': 'changed' },
  'agent.credential': { 'auth.loki.tenants.0.write.0': 'changed' },
  'auth.loki.tenants.0.read.0': { 'grafana.credential': 'changed' },
  'auth.loki.tenants.0.read.1': { 'canary.credential': 'changed' },
  'canary.credential': { 'auth.loki.tenants.0.read.1': 'changed' },
  'grafana.credential': { 'auth.loki.tenants.0.read.0': 'changed' },
  'auth.loki.tenants.0.name': {
    'auth.loki.crossTenantReaders.0.tenants.0': 'changed',
    'alerting.rules.0.tenant': 'changed',
    'alerting.recording.0.tenant': 'changed',
    'alerting.configMaps.namespaces.0.tenant': 'changed',
    'alertmanager.routes.0.tenants.0': 'changed',
    'alertmanager.inhibit.0.while.tenants.0': 'changed',
  },
  'alerting.configMaps.namespaces.0.name': { 'alerting.configMaps.files.0.namespace': 'changed' },
  'alerting.configMaps.files.0.namespace': { 'alerting.configMaps.namespaces.0.name': 'changed' },
  'auth.loki.enabled': {
    'network.clients.1': { namespace: 'changed' },
    'auth.loki.crossTenantReaders': [],
    'auth.loki.tenants.0.erase': [],
    'auth.loki.tenants.1.erase': [],
    'grafana.datasources.tenants': [],
    'gateway.expose': undefined,
  },
  'grafana.login.ldap.port': { 'grafana.login.ldap.egress.0.port': 388 },
  'grafana.login.ldap.egress.0.port': { 'grafana.login.ldap.port': 388 },
  'grafana.login.ldap.encryption': { 'grafana.login.ldap.port': 636, 'grafana.login.ldap.egress.0.port': 636 },
  'monitoring.type': { 'monitoring.targets': [] },
  'agent.podLabels.0.name': { 'agent.extract.1.selector': '{namespace="shop", changed="audit"}' },
  'agent.extract.1.metadata.0.from': { 'agent.extract.1.expression': 'shop=(?P<changed>[a-z]+)' },
  'monitoring.targets.0.port': { 'monitoring.targets.0.egress.0.port': 3000 },
  'monitoring.targets.0.egress.0.port': { 'monitoring.targets.0.port': 3000 },
  'auth.loki.tenants.1.write.0': { 'gateway.expose.credentials.0.name': 'changed' },
  'auth.loki.tenants.1.read.0': { 'grafana.datasources.tenants.0.credential': 'changed' },
  'grafana.datasources.tenants.0.credential': { 'auth.loki.tenants.1.read.0': 'changed' },
  'grafana.datasources.tempo.egress.0.port': { 'grafana.datasources.tempo.url': 'https://tempo.example.com:442/tempo' },
  'storage.access.egress.0.port': { 'storage.access.egress.1': { cidr: '10.20.0.8/32', port: 443 } },
  'grafana.plugins.egress.0.port': { 'grafana.plugins.list.0.url': 'https://plugins.example.com:442/lokiexplore.zip' },
  'grafana.smtp.port': { 'grafana.smtp.egress.0.port': 2524 },
  'grafana.smtp.egress.0.port': { 'grafana.smtp.port': 2524 },
  [receiverAt('channel', 'name')]: { 'alertmanager.fallback': 'changed' },
  ...Object.fromEntries(
    ROUTES.map((name, index) => [receiverAt(name, 'name'), { [`alertmanager.routes.${index}.receiver`]: 'changed' }]),
  ),
  'alertmanager.receivers.2.port': { 'alertmanager.receivers.2.egress.0.port': 2525 },
  'alertmanager.receivers.2.egress.0.port': { 'alertmanager.receivers.2.port': 2525 },
  ...Object.fromEntries(
    RECEIVERS.filter((name) => !['mail', 'hook', 'town-square'].includes(name)).map((name) => [
      receiverAt(name, 'egress.0.port'),
      { [receiverAt(name, 'egress.1')]: { cidr: '203.0.113.16/32', port: 443 } },
    ]),
  ),
  ...Object.fromEntries(
    ROUTES.map((name, index) => [
      `alertmanager.routes.${index}.receiver`,
      { [`alertmanager.routes.${ROUTES.length}`]: { receiver: name } },
    ]),
  ),
  'alertmanager.fallback': { [`alertmanager.routes.${ROUTES.length}`]: { receiver: 'channel' } },
  ...Object.fromEntries(
    ['mute', 'active'].map((key, at) => [
      `alertmanager.muteTimes.${at}.name`,
      Object.fromEntries(ROUTES.map((_, index) => [`alertmanager.routes.${index}.${key}.0`, 'changed'])),
    ]),
  ),
  ...Object.fromEntries(
    ROUTES.flatMap((_, index) =>
      ['mute', 'active'].map((key) => [
        `alertmanager.routes.${index}.${key}.0`,
        { 'alertmanager.muteTimes.2': { name: 'changed', days: ['monday'] } },
      ]),
    ),
  ),
  'agent.tenants.0.credential': { 'auth.loki.tenants.1.write.0': 'changed' },
  'pods.promtail.tolerations.0.operator': { 'pods.promtail.tolerations.0.value': '' },
  'pods.all.tolerations.0.operator': { 'pods.all.tolerations.0.value': '' },
  'pods.all.tolerations.0.effect': { 'pods.all.tolerations.0': { key: 'dedicated', value: 'watch' } },
  'network.ingressController.type': { 'network.policies': 'cilium' },
  'network.ipFamilies.0': { 'network.ipFamilies.1': 'IPv4' },
  'network.ipFamilies.1': { 'network.ipFamilies.0': 'IPv6' },
  'alertmanager.urls.0': { 'alertmanager.egress.0.port': 443 },
  'agent.also.0.egress.0.port': { 'agent.also.0.url': 'https://otlp.example.com:4317/otlp' },
  'alertmanager.egress.0.port': { 'alertmanager.egress.1': { cidr: '198.51.100.93/32', port: 443 } },
};
/** Limits by Loki's names whose values {@link another} cannot make. */
const LOKI_LIMITS = {
  tsdb_sharding_strategy: 'power_of_two',
  max_query_capacity: 0.25,
  max_querier_bytes_read: '1GB',
  'enforced_labels.0': 'app',
  'policy_enforced_labels.finance.0': 'job',
  'policy_enforced_labels.finance.1': 'job',
  'policy_enforced_labels.support.0': 'app',
  'policy_stream_mapping.finance.0.selector': '{job="changed"}',
  'policy_stream_mapping.support.0.selector': '{job="changed"}',
};

/** Values that {@link another} cannot make. */
const SPECIAL: Readonly<Record<string, unknown>> = {
  'retention.streams.0.selector': '{job="changed"}',
  'retention.tenants.audit.streams.0.selector': '{job="changed"}',
  ...Object.fromEntries(
    ['limits', 'limits.tenants.audit'].flatMap((at) =>
      Object.entries(LOKI_LIMITS).map(([key, value]) => [`${at}.loki.${key}`, value]),
    ),
  ),
  'limits.loki.ingestion_rate_strategy': 'global',
  'limits.loki.blocked_queries.0.types.0': 'limited',
  'limits.loki.blocked_queries.0.types.1': 'limited',
  'limits.tenants.audit.loki.blocked_queries.0.types.0': 'metric',
  'deployment.replicas': 9, // as many in each zone
  'deployment.replicationFactor': 6,
  'deployment.clusterLabel': 'accepted',
  'storage.compression': 'zstd',
  'gateway.expose.credentials.0.cidrs.0': '203.0.113.64/26',
  'gateway.expose.sourceRanges.0': '203.0.0.0/16',
  'gateway.expose.trustedProxies.0': '10.99.0.0/16',
  'storage.endpoint': 'https://changed.storage.svc:9000',
  'storage.egress.0.cidr': '10.99.0.0/16',
  'storage.access.roleArn': 'arn:aws:iam::123456789012:role/changed',
  'storage.access.egress.0.cidr': '10.99.0.0/16',
  'storage.schema.0.from': '2024-02-29',
  'storage.schema.0.store': 's3',
  'storage.schema.0.indexPrefix': 'changed_',
  'storage.schema.0.index': 'tsdb',
  'storage.schema.0.version': 'v12',
  'storage.schema.1.indexPrefix': 'changed_',
  'storage.encryption.keyId': 'alias/changed',
  'storage.trustedCa': ANOTHER_CA,
  'storage.access.serviceAccount': 'changed@spywatcher-1.iam.gserviceaccount.com',
  'storage.endpointSuffix': 'blob.core.changed.net',
  'storage.schema.1.from': '2025-07-01',
  'grafana.url': 'https://changed.example.com',
  'grafana.links.sentry': 'https://changed.example.com/{id}',
  'grafana.links.traces': 'https://changed.example.com/{id}',
  'grafana.datasources.prometheus.url': 'http://changed.example.com',
  'grafana.plugins.list.0.version': '1.0.40',
  'grafana.plugins.list.0.url': 'https://changed.example.com',
  'grafana.plugins.egress.0.cidr': '10.99.0.0/16',
  'grafana.plugins.directory': '/opt/changed',
  'grafana.datasources.tempo.url': 'https://changed.example.com',
  'grafana.datasources.tempo.egress.0.cidr': '10.99.0.0/16',
  'grafana.datasources.others.0.type': 'mysql',
  'grafana.datasources.others.0.url': 'changed.databases.svc:5434',
  'grafana.dashboards.files.0.content': ORDERS_DASHBOARD.replace('Orders', 'Changed'),
  'grafana.database.sslMode': 'verify-full',
  'network.caBundle.certificates': ANOTHER_CA,
  'grafana.smtp.from': 'changed@example.com',
  'grafana.smtp.egress.0.cidr': '10.99.0.0/16',
  'grafana.login.ldap.bindDn': 'cn=changed,dc=example,dc=com',
  'grafana.login.ldap.encryption': 'tls',
  'grafana.login.ldap.egress.0.cidr': '10.99.0.0/16',
  'grafana.login.ldap.searchBaseDns.0': 'ou=changed,dc=example,dc=com',
  'grafana.login.ldap.searchFilter': '(changed=%s)',
  'grafana.login.ldap.groups.0.dn': 'cn=changed,dc=example,dc=com',
  'grafana.login.ldap.groups.0.role': 'viewer',
  'grafana.login.oauth.github.roles.admin.0': '@spywatcher/changed',
  'grafana.login.oauth.github.roles.editor.0': '@spywatcher/changed',
  'grafana.login.oauth.github.roles.others': 'viewer',
  'grafana.login.oauth.github.egress.0.cidr': '10.99.0.0/16',
  'grafana.login.oauth.google.domains.0': 'changed.example',
  'grafana.login.oauth.google.roles.admin.0': 'changed@spywatcher.example',
  'grafana.login.oauth.google.roles.editor.0': 'changed@spywatcher.example',
  'grafana.login.oauth.google.roles.others': 'viewer',
  'grafana.login.oauth.google.egress.0.cidr': '10.99.0.0/16',
  'grafana.login.oauth.generic.authUrl': 'https://changed.example.com',
  'grafana.login.oauth.generic.tokenUrl': 'https://changed.example.com',
  'grafana.login.oauth.generic.apiUrl': 'https://changed.example.com',
  'grafana.login.oauth.generic.domains.0': 'changed.example',
  'grafana.login.oauth.generic.roles.others': 'viewer',
  'grafana.login.oauth.generic.guilds.0': '81384788765712399',
  'grafana.login.oauth.generic.roles.admin.0': '81384788765712399',
  'grafana.login.oauth.generic.roles.editor.0': '81384788765712399',
  'grafana.login.oauth.generic.egress.0.cidr': '10.99.0.0/16',
  'agent.also.0.url': 'https://changed.example.com:4318',
  'agent.also.0.egress.0.cidr': '10.99.0.0/16',
  'agent.also.1.url': 'https://changed.example.com',
  'alerting.disabled.0': 'SlowQueries',
  'alerting.rules.0.name': 'ChangedName',
  'alerting.rules.0.expr': 'sum(rate({job="backend"}[5m])) > 1',
  'alerting.rules.0.severity': 'critical',
  'alerting.rules.0.tenant': 'audit',
  'alerting.rules.0.runbook': 'https://changed.example.com',
  'alerting.recording.0.expr': 'sum(rate({job="backend"}[5m]))',
  'alerting.recording.0.tenant': 'audit',
  'alerting.configMaps.namespaces.0.tenant': 'audit',
  'alerting.configMaps.files.0.key': 'changed.yaml',
  'alerting.configMaps.files.0.content': GUILD_RULES.replace('severity: info', 'severity: warning'),
  'alerting.files.0.path': 'alerts/changed.yaml',
  'alerting.files.0.tenant': 'app',
  'alerting.files.0.content': AUDIT_RULES.replace('severity: info', 'severity: warning'),
  'alerting.remoteWrite.url': 'https://changed.example.com',
  'alerting.remoteWrite.egress.0.cidr': '10.99.0.0/16',
  'alerting.runbooks': 'https://changed.example.com',
  'alertmanager.url': 'https://changed.example.com',
  'alertmanager.urls.0': 'https://changed.example.com',
  'alertmanager.egress.0.cidr': '10.99.0.0/16',
  'alertmanager.heartbeat.egress.0.cidr': '10.99.0.0/16',
  ...Object.fromEntries(RECEIVERS.map((name) => [receiverAt(name, 'egress.0.cidr'), '10.99.0.0/16'])),
  'alertmanager.receivers.2.to.0': 'changed@spywatcher.example',
  'alertmanager.receivers.2.to.1': 'changed@spywatcher.example',
  'alertmanager.receivers.2.from': 'changed@spywatcher.example',
  [receiverAt('pager', 'region')]: 'us',
  [receiverAt('on-call', 'region')]: 'eu',
  [receiverAt('on-call', 'responders.0.type')]: 'user',
  ...Object.fromEntries(
    ['critical', 'warning', 'info'].map((severity) => [receiverAt('on-call', `priorities.${severity}`), 'P5']),
  ),
  [receiverAt('phone', 'priorities.info')]: 1,
  [receiverAt('group', 'format')]: 'text',
  [receiverAt('rocket', 'url')]: 'https://changed.example.com',
  ...Object.fromEntries(
    ROUTES.flatMap((_, index) => [
      [`alertmanager.routes.${index}.matchers.0`, 'namespace="changed"'],
      [`alertmanager.routes.${index}.severities.0`, 'info'],
      [`alertmanager.routes.${index}.tenants.0`, index === 0 ? 'audit' : 'app'],
      [`alertmanager.routes.${index}.receiver`, 'none'],
    ]),
  ),
  'alertmanager.fallback': 'none',
  ...Object.fromEntries(ROUTES.map((_, index) => [`alertmanager.routes.${index}.alerts.0`, 'LokiLosesLines'])),
  'alertmanager.inhibit.0.while.alerts.0': 'LokiLosesLines',
  'alertmanager.inhibit.0.silence.alerts.0': 'LokiLosesLines',
  'alertmanager.inhibit.0.while.severities.0': 'info',
  'alertmanager.inhibit.0.while.tenants.0': 'audit',
  'alertmanager.inhibit.0.silence.severities.0': 'info',
  'alertmanager.inhibit.0.silence.tenants.0': 'app',
  'alertmanager.inhibit.0.while.matchers.0': 'namespace="changed"',
  'alertmanager.inhibit.0.silence.matchers.0': 'pod="changed"',
  ...Object.fromEntries(
    [0, 1].flatMap((index) => [
      [`alertmanager.muteTimes.${index}.days.0`, 'tuesday'],
      [`alertmanager.muteTimes.${index}.hours.from`, '02:00'],
      [`alertmanager.muteTimes.${index}.hours.to`, '19:00'],
      [`alertmanager.muteTimes.${index}.months.0`, 'may'],
      [`alertmanager.muteTimes.${index}.months.1`, 'may'],
      [`alertmanager.muteTimes.${index}.timeZone`, 'UTC'],
    ]),
  ),
  'alertmanager.muteTimes.0.daysOfMonth.0.from': 2,
  'images.alertmanager': 'docker.io/prom/alertmanager:v0.31.99',
  'secretSource.storeKind': 'ClusterSecretStore',
  'monitoring.type': 'none',
  'monitoring.thresholds.volumeUsed': 0.6,
  'monitoring.thresholds.memoryUsed': 0.8,
  'monitoring.targets.0.path': '/changed',
  'agent.positionsDirectory': '/var/lib/changed',
  'agent.podLogsDirectory': '/data/changed',
  'agent.containerRuntime.directory': '/changed/containers',
  'agent.since': '2026-01-02T03:04:06Z',
  'agent.files.0.format': 'redis',
  'agent.files.0.directory': '/var/log/changed',
  'agent.drop.0.selector': '{job="changed"}',
  'agent.extract.0.selector': '{job="changed"}',
  'agent.extract.1.selector': '{job="changed"}',
  'agent.extract.1.expression': 'changed=(?P<shop>[a-z]+)',
  'agent.drop.0.keep': 0.25,
  'pods.promtail.tolerations.0.operator': 'Exists',
  'pods.promtail.tolerations.0.effect': 'NoSchedule',
  'pods.all.tolerations.0.operator': 'Exists',
  'pods.all.tolerations.0.effect': 'NoSchedule',
  'pods.all.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.preference.matchExpressions.0.values.0':
    '5',
  'pods.gateway.topologySpread.0.whenUnsatisfiable': 'DoNotSchedule',
  'pods.all.topologySpread.0.nodeAffinityPolicy': 'Honor',
  'pods.all.topologySpread.0.nodeTaintsPolicy': 'Ignore',
  'network.policies': 'cilium',
  'network.ingressController.type': 'cilium',
  'network.clients.1.cidr': '10.99.0.0/16',
  'network.dns.cidrs.0': '10.99.0.1/32',
  'network.proxy.http': 'http://changed.example.com',
  'network.proxy.https': 'http://changed.example.com',
  'network.proxy.noProxy.1': '10.99.0.0/16',
  'network.proxy.egress.0.cidr': '10.99.0.0/16',
  'images.pullPolicy': 'Never',
  'pods.all.users': 'assigned',
  'pods.grafana.users': 'fixed',
  'network.apiServer.cidrs.0': '10.99.0.1/32',
  'network.ipFamilies.0': 'IPv6',
  'network.ipFamilies.1': 'IPv4',
};

const render = (input: unknown) => JSON.stringify(renderStack(parseStackConfig('test', input)));

/** Operators, each with another one for the same values. */
const OPERATORS: Readonly<Record<string, string>> = { In: 'NotIn', NotIn: 'In', Gt: 'Lt' };

/** Another value that the same field accepts. */
function another(path: string, value: unknown): unknown {
  if (path in SPECIAL) return SPECIAL[path];
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value - 1 || 2;
  const text = String(value);
  const operator = OPERATORS[text];
  if (operator !== undefined) return operator;
  const amount = /^(\d+)([a-zA-Z]+)$/.exec(text);
  if (amount !== null) return `${Number(amount[1]) - 1 || 2}${amount[2] ?? ''}`;
  const tag = /^(.+:v?\d+\.\d+\.)\d+(.*)$/.exec(text);
  return tag === null ? 'changed' : `${tag[1] ?? ''}99${tag[2] ?? ''}`;
}

function withValues(base: object, values: Readonly<Record<string, unknown>>): unknown {
  const copy: unknown = structuredClone(base);
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    const parent = keys.slice(0, -1).reduce<unknown>((node, key) => Reflect.get(node as object, key), copy);
    Reflect.set(parent as object, keys.at(-1) ?? '', value);
  }
  return copy;
}

/** Each option of a config, but for those that stand in no object and those listed. */
const optionsOf = (base: object, ...without: readonly string[]) =>
  leaves(base)
    .map(([path, value]) => [path.join('.'), value] as const)
    .filter(([path]) => !SHAPES.includes(path) && !without.includes(path) && !(path in NOT_RENDERED));

describe('given every option', () => {
  const rendered = render(everything);

  test.each(optionsOf(everything, ...OF_ANOTHER_CHOICE))('changing %s changes the objects', (path, value) => {
    expect(render(withValues(everything, { ...TOGETHER[path], [path]: another(path, value) }))).not.toBe(rendered);
  });

  test.each(Object.entries(NOT_RENDERED))('changing %s changes no object', (path, value) => {
    expect(render(withValues(everything, { [path]: value }))).toBe(rendered);
  });
});

describe.each(Object.entries(OTHER_STORES))('given the options of %s', (_, input) => {
  const rendered = render(input);
  const ofStorage = optionsOf(input, 'storage.schema.0.store').filter(([path]) => path.startsWith('storage.'));

  test.each(ofStorage)('changing %s changes the objects', (path, value) => {
    const isPort = path === 'storage.egress.0.port';
    const together = isPort ? { 'storage.egress.1': { cidr: '10.20.0.8/32', port: 443 } } : {};
    expect(render(withValues(input, { ...together, [path]: another(path, value) }))).not.toBe(rendered);
  });
});

describe('given the options of the other choices', () => {
  const rendered = render(otherwise);
  const inEverything = new Set(optionsOf(everything, ...OF_ANOTHER_CHOICE).map(([path]) => path));
  const isOwn = ([path]: readonly [string, unknown]): boolean =>
    !inEverything.has(path) || path.startsWith('grafana.login.oauth.generic');

  test.each(optionsOf(otherwise).filter(isOwn))('changing %s changes the objects', (path, value) => {
    const together = path === 'grafana.login.form' ? {} : TOGETHER[path];
    expect(render(withValues(otherwise, { ...together, [path]: another(path, value) }))).not.toBe(rendered);
  });
});
