/** One test for each rule that joins several fields: the smallest config that breaks it, and the nearest that does not. */
import type { StackConfigInput } from '../../../src/config';
import { configWith, HA, problemsOf, S3 } from '../../support/config';

type Input = Partial<StackConfigInput>;
type Row = readonly [rule: string, broken: Input, path: string, received: string, remedy: string, kept: Input];

const PROD: Input = {
  environment: 'prod',
  storage: S3,
  grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } },
};
const tenants = (...list: { name: string; write?: string[]; read?: string[] }[]): Input => ({
  auth: { loki: { tenants: list } },
});
const SPYWATCHER = { name: 'spywatcher', write: ['promtail'], read: ['grafana'] };

const SOURCE = { job: 'backend', directory: '/var/log/backend' };

const rows: readonly Row[] = [
  [
    'a name that no other entry has',
    {
      agent: {
        files: [
          { ...SOURCE, name: 'twice' },
          { ...SOURCE, name: 'twice' },
        ],
      },
    },
    'agent.files[1].name',
    '"twice"',
    'rename one of them',
    {
      agent: {
        files: [
          { ...SOURCE, name: 'once' },
          { ...SOURCE, name: 'twice' },
        ],
      },
    },
  ],
  [
    'a name that no other entry has',
    {
      agent: {
        drop: [
          { name: 'twice', selector: '{job="a"}' },
          { name: 'twice', selector: '{job="b"}' },
        ],
      },
    },
    'agent.drop[1].name',
    '"twice"',
    'rename one of them',
    { agent: { drop: [{ name: 'once', selector: '{job="a"}' }] } },
  ],
  [
    'matchers of labels that lines have: job, service, level, namespace, app, container, node',
    { agent: { drop: [{ name: 'rule', selector: '{job="a", requestId="b=c"}' }] } },
    'agent.drop[0].selector',
    String.raw`"{job=\"a\", requestId=\"b=c\"}"`,
    'replace requestId, or match the line with patterns',
    { agent: { drop: [{ name: 'rule', selector: '{job="a", level!~"x=y"}' }] } },
  ],
  [
    'filesystem storage is of one pod: with it, replicas is 1',
    { deployment: HA.deployment },
    'deployment.replicas',
    '3',
    'set storage.type to s3, or deployment.replicas to 1',
    HA,
  ],
  [
    'at most the number of replicas (1); above it every write fails',
    { deployment: { replicationFactor: 2 } },
    'deployment.replicationFactor',
    '2',
    'set deployment.replicationFactor to 1 or less, or deployment.replicas to 2',
    { deployment: { replicationFactor: 1 } },
  ],
  [
    'mode single has one replica',
    { storage: S3, deployment: { replicas: 3 } },
    'deployment.replicas',
    '3',
    'set deployment.mode to ha',
    HA,
  ],
  [
    'mode ha has at least 3 replicas: with 2, losing one stops all writes',
    { storage: S3, deployment: { mode: 'ha', replicas: 2 } },
    'deployment.replicas',
    '2',
    'set deployment.replicas to 3, or deployment.mode to single',
    { storage: S3, deployment: { mode: 'ha', replicas: 3 } },
  ],
  [
    'prod asks for a credential',
    { ...PROD, auth: { loki: { enabled: false } } },
    'auth.loki.enabled',
    'false',
    'remove auth.loki.enabled: false',
    { auth: { loki: { enabled: false } } },
  ],
  [
    'prod serves Grafana over TLS',
    { ...PROD, grafana: { url: 'https://logs.example.com', ingress: {} } },
    'grafana.ingress.tls',
    '(missing)',
    'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate',
    PROD,
  ],
  [
    'prod serves Grafana over TLS',
    { ...PROD, grafana: { url: 'https://logs.example.com' } },
    'grafana.ingress.tls',
    '(missing)',
    'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate',
    PROD,
  ],
  [
    'a URL without a path: Grafana has a host of its own',
    { grafana: { url: 'https://logs.example.com/grafana' } },
    'grafana.url',
    '"https://logs.example.com/grafana"',
    'write https://logs.example.com',
    { grafana: { url: 'https://logs.example.com' } },
  ],
  [
    'with an Ingress, a URL with a host name',
    { grafana: { url: 'http://192.0.2.7', ingress: {} } },
    'grafana.url',
    '"http://192.0.2.7"',
    'write for example https://logs.example.com',
    { grafana: { url: 'http://192.0.2.7' } },
  ],
  [
    'in prod, a URL with https',
    { ...PROD, grafana: { ...PROD.grafana, url: 'http://logs.example.com' } },
    'grafana.url',
    '"http://logs.example.com"',
    'write https://logs.example.com',
    { grafana: { url: 'http://logs.example.com' } },
  ],
  [
    'prod does not keep its only copy on one volume without consent',
    { ...PROD, storage: { type: 'filesystem' } },
    'storage.type',
    '"filesystem"',
    'set storage.type to s3, or storage.allowInProduction to true',
    { ...PROD, storage: { type: 'filesystem', allowInProduction: true } },
  ],
  [
    'at least ingestionRate (21MB)',
    { limits: { ingestionRate: '21MB' } },
    'limits.ingestionBurst',
    '"20MB"',
    'raise limits.ingestionBurst to 21MB or lower limits.ingestionRate',
    { limits: { ingestionRate: '20MB' } },
  ],
  [
    'at least perStreamRate (3MB)',
    { limits: { perStreamBurst: '2MB' } },
    'limits.perStreamBurst',
    '"2MB"',
    'raise limits.perStreamBurst to 3MB or lower limits.perStreamRate',
    { limits: { perStreamBurst: '3MB' } },
  ],
  [
    'at most ingestionRate (2MB)',
    { limits: { ingestionRate: '2MB' } },
    'limits.perStreamRate',
    '"3MB"',
    'lower limits.perStreamRate or raise limits.ingestionRate',
    { limits: { ingestionRate: '3MB' } },
  ],
  [
    'at most the bursts: a larger batch is refused for ever',
    { agent: { batchSize: '16MB' } },
    'agent.batchSize',
    '"16MB"',
    'lower agent.batchSize, or raise limits.ingestionBurst and limits.perStreamBurst',
    { agent: { batchSize: '15MB' } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { period: '23h' } },
    'retention.period',
    '"23h"',
    'write 24h or more',
    { retention: { period: '24h' } },
  ],
  [
    'a multiple of 1h',
    { retention: { period: '24h30m' } },
    'retention.period',
    '"1470m"',
    'write 25h',
    { retention: { period: '25h' } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { streams: [{ selector: '{a="b"}', period: '2h' }] } },
    'retention.streams[0].period',
    '"2h"',
    'write 24h or more',
    { retention: { streams: [{ selector: '{a="b"}', period: '24h' }] } },
  ],
  [
    'a multiple of 1h',
    { retention: { tenants: { spywatcher: { period: '25h1s' } } } },
    'retention.tenants.spywatcher.period',
    '"90001s"',
    'write 26h',
    { retention: { tenants: { spywatcher: { period: '25h' } } } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { tenants: { spywatcher: { period: '48h', streams: [{ selector: '{a="b"}', period: '1h' }] } } } },
    'retention.tenants.spywatcher.streams[0].period',
    '"1h"',
    'write 24h or more',
    { retention: { tenants: { spywatcher: { period: '48h' } } } },
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    { retention: { tenants: { audit: { period: '48h' } } } },
    'retention.tenants.audit',
    '"audit"',
    'add the tenant there, or remove its retention',
    { retention: { tenants: { audit: { period: '48h' } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  ],
  [
    'a tenant is named once; this one is at auth.loki.tenants[0].name',
    tenants(SPYWATCHER, { name: 'spywatcher' }),
    'auth.loki.tenants[1].name',
    '"spywatcher"',
    'give each its own name',
    tenants(SPYWATCHER, { name: 'audit' }),
  ],
  [
    'a credential is named once; this one is at auth.loki.tenants[0].write[0]',
    tenants(SPYWATCHER, { name: 'b', write: ['promtail'] }),
    'auth.loki.tenants[1].write[0]',
    '"promtail"',
    'give each its own name',
    tenants(SPYWATCHER, { name: 'b', write: ['b'] }),
  ],
  [
    'a credential is named once; this one is at auth.loki.tenants[0].write[0]',
    tenants({ ...SPYWATCHER, read: ['grafana', 'promtail'] }),
    'auth.loki.tenants[0].read[1]',
    '"promtail"',
    'give each its own name',
    tenants({ ...SPYWATCHER, read: ['grafana', 'people'] }),
  ],
  [
    'a write credential of a tenant (promtail)',
    { agent: { credential: 'shipper' } },
    'agent.credential',
    '"shipper"',
    'name one of these, or add it to auth.loki.tenants[].write',
    { agent: { credential: 'shipper' }, auth: { loki: { enabled: false } } },
  ],
  [
    'a write credential of a tenant (promtail)',
    { agent: { credential: 'grafana' } },
    'agent.credential',
    '"grafana"',
    'name one of these, or add it to auth.loki.tenants[].write',
    { agent: { credential: 'promtail' } },
  ],
  [
    'a read credential of a tenant (grafana)',
    { grafana: { credential: 'promtail' } },
    'grafana.credential',
    '"promtail"',
    'name one of these, or add it to auth.loki.tenants[].read',
    { grafana: { credential: 'grafana' } },
  ],
  [
    'a namespace of its own: it is privileged, and namespaces.logging is not',
    { namespaces: { agents: 'logging' } },
    'namespaces.agents',
    '"logging"',
    'leave it out, for logging-agents',
    { namespaces: { agents: 'other' } },
  ],
  [
    'at most the limit',
    { resources: { grafana: { requests: { memory: '1Gi' } } } },
    'resources.grafana.requests.memory',
    '"1GB"',
    'raise resources.grafana.limits.memory',
    { resources: { grafana: { requests: { memory: '512Mi' } } } },
  ],
  [
    'at most the limit',
    { resources: { promtail: { requests: { cpu: '501m' } } } },
    'resources.promtail.requests.cpu',
    '"501m"',
    'raise resources.promtail.limits.cpu',
    { resources: { promtail: { requests: { cpu: '500m' } } } },
  ],
  [
    'at most half of Loki’s memory limit',
    { limits: { queryCache: '513MB' } },
    'limits.queryCache',
    '"513MB"',
    'lower limits.queryCache or raise resources.loki.limits.memory',
    { limits: { queryCache: '512MB' } },
  ],
  [
    'a multiple of 1MB: Loki counts the cache in whole megabytes',
    { limits: { queryCache: '1.5MB' } },
    'limits.queryCache',
    '"1536KB"',
    'write 2MB',
    { limits: { queryCache: '2MB' } },
  ],
  [
    'a name that no other Secret of the stack has',
    { grafana: { login: { adminSecret: 'gateway-users' } } },
    'grafana.login.adminSecret',
    '"gateway-users"',
    'leave it out, for grafana-admin',
    { grafana: { login: { adminSecret: 'gateway-users' } }, auth: { loki: { enabled: false } } },
  ],
  [
    'a name that no other Secret of the stack has',
    { storage: { ...S3, credentialsSecret: 'gateway-credential-grafana' } },
    'storage.credentialsSecret',
    '"gateway-credential-grafana"',
    'leave it out, for loki-s3',
    { storage: { ...S3, credentialsSecret: 'gateway-credential-promtail' } },
  ],
];

test.each(rows)('%s', (rule, broken, path, received, remedy, kept) => {
  expect(problemsOf({ environment: 'dev', ...broken })).toEqual([{ path, received, rule, remedy }]);
  expect(() => configWith(kept)).not.toThrow();
});

describe('given a stack for prod that has no more than its environment', () => {
  it('asks for TLS, https and durable storage, all at once', () => {
    expect(problemsOf({ environment: 'prod' }).map(({ path }) => path)).toEqual([
      'grafana.ingress.tls',
      'grafana.url',
      'storage.type',
    ]);
  });
});

describe('given one name for the two Secrets that a stack’s owner names', () => {
  it('says so of both', () => {
    const input = {
      environment: 'dev',
      grafana: { login: { adminSecret: 'same' } },
      storage: { ...S3, credentialsSecret: 'same' },
    };
    expect(problemsOf(input).map(({ path }) => path)).toEqual([
      'grafana.login.adminSecret',
      'storage.credentialsSecret',
    ]);
  });
});
