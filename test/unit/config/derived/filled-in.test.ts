/** Defaults that depend on another section: a config that comes from `parse` has them. */
import { agentCredentials, agentTenant, agentTenants } from '../../../../src/config/derived/agent-tenant';
import { DISK_FREE_SHARE, DISK_FULL_THRESHOLD } from '../../../../src/config/derived/disk-full';
import { configWith } from '../../../support/config';

describe('given no monitoring.type,', () => {
  it('a development stack scrapes itself', () => {
    expect(configWith().monitoring.type).toBe('embedded');
  });

  it('another one is scraped by whoever looks for annotations', () => {
    expect(configWith({ environment: 'staging' }).monitoring.type).toBe('annotations');
  });
});

test('given a monitoring.type, it stays, whatever the stack is for', () => {
  expect(configWith({ monitoring: { type: 'none' } }).monitoring.type).toBe('none');
  expect(configWith({ environment: 'staging', monitoring: { type: 'embedded' } }).monitoring.type).toBe('embedded');
});

test.each([
  [
    'in the default namespace agents keep their positions where they always were',
    {},
    '/var/lib/spywatcher-logs/promtail',
  ],
  [
    'in another namespace they have a folder of its own',
    { namespaces: { agents: 'other' } },
    '/var/lib/spywatcher-logs/promtail-other',
  ],
  [
    'a folder that is written stays',
    { namespaces: { agents: 'other' }, agent: { positionsDirectory: '/var/lib/mine' } },
    '/var/lib/mine',
  ],
])('%s', (_, input, folder) => {
  expect(configWith(input).agent.positionsDirectory).toBe(folder);
});

test.each([
  [
    'a NetworkPolicy allows the places where the API server may be',
    {},
    ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'],
  ],
  ['a CiliumNetworkPolicy needs no address of the API server', { policies: 'cilium' as const }, []],
  [
    'addresses that are written stay',
    { policies: 'cilium' as const, apiServer: { cidrs: ['203.0.113.7/32'] } },
    ['203.0.113.7/32'],
  ],
])('%s', (_, network, cidrs) => {
  expect(configWith({ network }).network.apiServer.cidrs).toEqual(cidrs);
});

test.each([
  [['IPv4'], ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']],
  [['IPv6'], ['fc00::/7']],
  [
    ['IPv6', 'IPv4'],
    ['fc00::/7', '10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'],
  ],
] as const)('the API server of a cluster of %s is in a private range', (ipFamilies, cidrs) => {
  expect(configWith({ network: { ipFamilies } }).network.apiServer.cidrs).toEqual(cidrs);
});

test('the addresses of an API server that are written stay', () => {
  const apiServer = { cidrs: ['fd00::1/128'] };
  expect(configWith({ network: { ipFamilies: ['IPv6'], apiServer } }).network.apiServer.cidrs).toEqual(apiServer.cidrs);
});

describe('the agent’s tenant', () => {
  const tenants = [
    { name: 'first', write: ['other'], read: ['grafana'] },
    { name: 'second', write: ['promtail'], read: ['reader'] },
  ];

  it('is that of its credential', () => {
    expect(agentTenant(configWith({ auth: { loki: { tenants } } }))?.name).toBe('second');
  });

  it('is none if no tenant knows the credential: the rules refuse such a config', () => {
    const { auth, agent } = configWith({ auth: { loki: { tenants } } });
    expect(agentTenant({ auth, agent: { ...agent, credential: 'nobody' } })).toBeUndefined();
  });
});

test('the agent’s tenants are that of its credential, and then those of the namespaces that have one of their own, each once', () => {
  const tenants = [
    { name: 'first', write: ['a', 'b'], read: ['grafana'] },
    { name: 'second', write: ['promtail', 'c'], read: ['reader'] },
    { name: 'third', write: ['others'], read: ['other'] },
  ];
  const of = (...credentials: readonly string[]) =>
    configWith({
      auth: { loki: { tenants } },
      agent: {
        type: 'collector',
        tenants: credentials.map((credential) => ({ credential, namespaces: [credential] })),
      },
    });
  expect(agentTenants(of()).map(({ name }) => name)).toEqual(['second']);
  expect(agentTenants(of('a', 'c', 'b')).map(({ name }) => name)).toEqual(['second', 'first']);
  expect(agentCredentials(of('a', 'c'))).toEqual(['promtail', 'a', 'c']);
});

test('the shares of a volume that Loki fills and leaves free are all of it', () => {
  expect(DISK_FULL_THRESHOLD + DISK_FREE_SHARE).toBe(1);
});
