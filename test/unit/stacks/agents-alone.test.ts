/** A stack of agents alone: only what is theirs is rendered, and the commands know that there is no Loki. */
import { secretManifests } from '../../../charts/secret-manifests';
import { stackRules } from '../../../src/alerts/stack-rules';
import { stackWarnings } from '../../../src/config/derived/warnings';
import { secretTable } from '../../../src/secrets/spec';
import {
  checkSecretValues,
  credentialsOfOthers,
  freshValues,
  generateSecretValues,
  requiredSecrets,
} from '../../../src/secrets/values';
import { CA } from '../../support/certificates';
import { AGENTS_ALONE, configError, configWith, otherwiseAgents } from '../../support/config';
import { find, identify, podOf, renderStack, yamlOf } from '../../support/manifests';
import { parseStackConfig, type StackConfig } from '../../../src/config';

const config = configWith(AGENTS_ALONE);
const PASSWORD = 'Vx3b9Qw7Lr2Tz8Kd5Nf1Hs6Pj4Mc0Ya';
const collector = (): StackConfig => parseStackConfig('test', structuredClone(otherwiseAgents));

test('given agents alone, their own objects are there and no other', () => {
  expect(renderStack(config).map(identify).sort()).toEqual(
    [
      'ClusterRole logging-agents-promtail',
      'ClusterRoleBinding logging-agents-promtail',
      'ConfigMap logging-agents/promtail-config',
      'DaemonSet logging-agents/promtail',
      'Namespace logging-agents',
      'NetworkPolicy logging-agents/agent',
      'NetworkPolicy logging-agents/default-deny',
      'ServiceAccount logging-agents/promtail',
    ].sort(),
  );
});

test('given a Prometheus Operator, the agents’ monitor and rules are in their namespace, and no rule asks for another program', () => {
  const objects = renderStack(collector());
  const own = objects.filter(({ kind }) => ['PodMonitor', 'ServiceMonitor', 'PrometheusRule'].includes(kind));
  expect(own.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
    ['PodMonitor', 'shippers'],
    ['PrometheusRule', 'shippers'],
  ]);
  const rules = stackRules(collector());
  expect(rules.map(({ name }) => name)).toEqual([
    'AgentDropsLines',
    'AgentCannotDeliver',
    'AgentUnauthorized',
    'AgentBehind',
    'AgentQueueNearlyFull',
    'AgentQueueTooOld',
    'FurtherDestinationLosesLines',
    'FurtherDestinationBehind',
    'GatewayRefusesPushes',
    'TargetDown',
    'TargetMissing',
    'MemoryNearLimit',
  ]);
  const jobs = rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]*)"/g)].map(([, job]) => job));
  expect(new Set(jobs)).toEqual(new Set(['collector']));
  expect(JSON.stringify(rules)).toContain('server_address=\\"logs.example.com\\"');
});

test('given another stack’s gateway, either agent pushes there, with its credential and the CA of its secrets', () => {
  const promtail = yamlOf(
    renderStack(configWith({ ...AGENTS_ALONE, agent: { ...AGENTS_ALONE.agent, credential: 'east' } })),
    'promtail-config',
    'config.yaml',
  );
  expect(promtail.at('clients.0')).toMatchObject({
    url: 'https://logs.example.com/loki/api/v1/push',
    basic_auth: { username: 'east', password_file: '/etc/promtail-credential/password' },
  });
  expect(JSON.stringify(promtail.at('clients'))).not.toContain('tls_config');
  const objects = renderStack(collector());
  expect(yamlOf(objects, 'collector-config', 'config.yaml').at('exporters.otlp_http/loki')).toMatchObject({
    endpoint: 'https://logs.example.com/company/otlp',
    tls: { ca_file: '/etc/collector-gateway-ca/ca.crt' },
  });
  expect(JSON.stringify(podOf(objects).spec)).toContain('"secretName":"agent-gateway-ca"');
});

test('the agents may go to that gateway, and not to a gateway of their own cluster', () => {
  expect(find(renderStack(config), 'NetworkPolicy', 'agent')).toMatchObject({
    spec: {
      egress: [
        { to: [{ ipBlock: { cidr: '203.0.113.7/32' } }], ports: [{ protocol: 'TCP', port: 443 }] },
        expect.anything(),
        expect.anything(),
      ],
    },
  });
});

test('the agent does not count lines of a gateway that is elsewhere', () => {
  for (const each of [config, collector()]) expect(JSON.stringify(renderStack(each))).not.toContain('"status":50');
});

describe('of the secrets of agents alone', () => {
  it('there are the credential’s password and the CA, and none of other parts', () => {
    expect(secretTable(config).map(({ name, namespace }) => `${namespace}/${name}`)).toEqual([
      'logging-agents/gateway-credential-promtail',
    ]);
    expect(secretTable(collector()).map(({ name, namespace }) => `${namespace}/${name}`)).toEqual([
      'shippers/gateway-credential-east',
      'shippers/agent-gateway-ca',
      'shippers/agent-also',
      'shippers/gateway-credential-team-a-agent',
    ]);
  });

  it('the password is handed out by the other stack, and never made up', () => {
    expect(requiredSecrets(config)).toMatchObject([{ path: 'gateway.promtail', generated: false }]);
    expect(generateSecretValues(config)).toEqual({});
    expect(credentialsOfOthers(config)).toEqual([]);
    expect(freshValues(config, {})).toEqual({ values: {}, missing: ['GATEWAY_PROMTAIL'] });
    expect(freshValues(config, { GATEWAY_PROMTAIL: PASSWORD })).toEqual({
      values: { 'gateway.promtail': PASSWORD },
      missing: [],
    });
    expect(configError(() => checkSecretValues('test', config, {})).problems).toMatchObject([
      { path: 'secrets.gateway.promtail', received: '(missing)' },
    ]);
  });

  it('the Secrets hold them', () => {
    const values = {
      'gateway.east': PASSWORD,
      'gateway.team-a-agent': PASSWORD,
      'agent.gateway.ca': CA,
      'agent.also.archive.password': 'p',
      'agent.also.archive.ca': CA,
    };
    expect(secretManifests(collector(), values)).toMatchObject([
      { metadata: { name: 'gateway-credential-east' }, stringData: { password: PASSWORD } },
      { metadata: { name: 'agent-gateway-ca' }, stringData: { 'ca.crt': CA } },
      { metadata: { name: 'agent-also' } },
      { metadata: { name: 'gateway-credential-team-a-agent' }, stringData: { password: PASSWORD } },
    ]);
  });
});

test('nothing is warned of that is about Loki’s volume', () => {
  expect(stackWarnings(collector())).toEqual([]);
});
