/** One row for each way in which a part of the config has the wrong shape. */
import { problemsOf, S3 } from '../../support/config';
import { eachOf, type Row } from '../../support/wrong-values';

const DNS_LABEL = {
  rule: 'a DNS label: lower-case letters, digits and hyphens, at most 63',
  remedy: 'write for example spywatcher-logs',
};
const FLAG = { rule: 'true or false', remedy: 'write true or false, without quotes' };
const LIST = { rule: 'a list', remedy: 'write each entry after a hyphen, or all of them in [ ]' };
const TEXT = { rule: 'text', remedy: 'put it in quotes' };
const CLIENT = {
  rule: 'pods as { namespace, podLabels }, or addresses as { cidr }',
  remedy: 'write for example { namespace: tools, podLabels: { app: logcli } } or { cidr: 10.20.0.0/24 }',
};
const KEYS_BELOW = 'write its keys below it, or leave it out';

const rows: readonly Row[] = [
  ...eachOf('a flag', (enabled) => ({ auth: { loki: { enabled } } }), 'auth.loki.enabled', FLAG, 'no', 0),
  ...eachOf(
    'a list',
    (excludeNamespaces) => ({ agent: { excludeNamespaces } }),
    'agent.excludeNamespaces',
    LIST,
    'kube-system',
    { a: 1 },
  ),
  ...eachOf(
    'the text of a rule',
    (expr) => ({ alerting: { recording: [{ record: 'a', expr }] } }),
    'alerting.recording[0].expr',
    TEXT,
    1,
    true,
  ),
  ...eachOf(
    'labels',
    (podLabels) => ({ network: { dns: { podLabels } } }),
    'network.dns.podLabels',
    { rule: 'a mapping', remedy: KEYS_BELOW },
    'k8s-app',
    [],
  ),
  ...eachOf(
    'a list of addresses',
    (cidrs) => ({ network: { apiServer: { cidrs } } }),
    'network.apiServer.cidrs',
    { rule: 'at least one entry', remedy: 'add an entry to network.apiServer.cidrs' },
    [],
  ),
  ...eachOf(
    'a list of address families',
    (ipFamilies) => ({ network: { ipFamilies } }),
    'network.ipFamilies',
    { rule: 'at least one entry', remedy: 'add an entry to network.ipFamilies' },
    [],
  ),
  ...eachOf(
    'an address family',
    (family) => ({ network: { ipFamilies: [family] } }),
    'network.ipFamilies[0]',
    { rule: 'one of IPv4, IPv6', remedy: 'did you mean IPv6?' },
    'ipv6',
  ),
  ...eachOf('a client', (client) => ({ network: { clients: [client] } }), 'network.clients[0]', CLIENT, '', null),
  ...eachOf(
    'a section',
    (limits) => ({ limits }),
    'limits',
    { rule: expect.stringMatching(/^a mapping with the keys ingestionRate, /) as string, remedy: KEYS_BELOW },
    null,
    '15MB',
    [],
  ),
  ...eachOf(
    'an environment',
    (environment) => ({ environment }),
    'environment',
    { rule: 'one of dev, staging, prod', remedy: 'write dev, staging or prod' },
    'production',
    3,
  ),
  ...eachOf(
    'an environment',
    (environment) => ({ environment }),
    'environment',
    { rule: 'one of dev, staging, prod', remedy: 'did you mean staging?' },
    'stagging',
  ),
  ...eachOf(
    'a mode',
    (mode) => ({ deployment: { mode } }),
    'deployment.mode',
    { rule: 'one of single, ha', remedy: 'did you mean ha?' },
    'HA',
  ),
  ...eachOf(
    'a workload',
    (name) => ({ deploy: { skipAwait: [name] } }),
    'deploy.skipAwait[0]',
    {
      rule: 'one of loki, compactor, gateway, promtail, collector, grafana, alertmanager, prometheus, canary',
      remedy: 'did you mean loki?',
    },
    'lokki',
  ),
  ...eachOf(
    'a type of storage',
    (type) => ({ storage: { type } }),
    'storage.type',
    { rule: 'one of filesystem, s3, gcs, azure', remedy: 'write filesystem, s3, gcs or azure' },
    'swift',
    3,
  ),

  [
    'no environment',
    { environment: undefined },
    {
      path: 'environment',
      received: '(missing)',
      rule: 'required: one of dev, staging, prod',
      remedy: 'add environment: dev, staging or prod',
    },
  ],
  [
    'storage without a type',
    { storage: { bucket: 'logs' } },
    {
      path: 'storage.type',
      received: '(missing)',
      rule: 'required: one of filesystem, s3, gcs, azure',
      remedy: 'add storage.type: filesystem, s3, gcs or azure',
    },
  ],
  [
    'a port left out',
    { monitoring: { targets: [{ job: 'a', host: 'a.example.com', egress: [{ cidr: '10.0.0.0/8', port: 443 }] }] } },
    {
      path: 'monitoring.targets[0].port',
      received: '(missing)',
      rule: 'required: a port: 1 to 65535',
      remedy: 'add monitoring.targets[0].port; write for example 443',
    },
  ],
  [
    'a region left out',
    { storage: { ...S3, region: undefined } },
    {
      path: 'storage.region',
      received: '(missing)',
      rule: 'required: the name of a region: at most 63 letters, digits, hyphens and underscores',
      remedy: 'add storage.region; write for example eu-central-1',
    },
  ],
  [
    'a client that is empty',
    { network: { clients: [{}] } },
    {
      path: 'network.clients[0]',
      received: '{}',
      ...CLIENT,
    },
  ],
  [
    'a client with the keys of two shapes',
    { network: { clients: [{ namespace: 'a', cidr: '10.20.0.0/24' }] } },
    { path: 'network.clients[0]', received: '{"namespace":"a","cidr":"10.20.0.0/24"}', ...CLIENT },
  ],
  [
    'a destination that may become either shape',
    { storage: { ...S3, egress: [{ port: 443 }] } },
    {
      path: 'storage.egress[0]',
      received: '{"port":443}',
      rule: 'addresses as { cidr, port }, or pods as { namespace, podLabels, port }',
      remedy: 'write for example { cidr: 203.0.113.0/24, port: 443 } or { namespace: databases, port: 5432 }',
    },
  ],
  [
    'a client whose shape is clear, with a wrong field',
    { network: { clients: [{ namespace: 'A', podLabels: {} }] } },
    { path: 'network.clients[0].namespace', received: '"A"', ...DNS_LABEL },
  ],
  [
    'a client whose shape is clear, without a field',
    { network: { clients: [{ podLabels: { app: 'exporter' } }] } },
    {
      path: 'network.clients[0].namespace',
      received: '(missing)',
      rule: `required: ${DNS_LABEL.rule}`,
      remedy: `add network.clients[0].namespace; ${DNS_LABEL.remedy}`,
    },
  ],
  [
    'addresses that are none, one shape within another',
    { network: { clients: [{ cidr: '10.20.0.5' }] } },
    {
      path: 'network.clients[0].cidr',
      received: '"10.20.0.5"',
      rule: 'an IPv4 or IPv6 CIDR, whose address is the first of its range',
      remedy: 'write for example 10.0.0.0/8',
    },
  ],
];

test.each(rows.map(([given, input, ...expected]) => ({ given, input, expected })))(
  'given $given, the report says where, what, which rule and what to do',
  ({ input, expected }) => {
    expect(problemsOf({ environment: 'dev', ...input })).toEqual(expected);
  },
);
