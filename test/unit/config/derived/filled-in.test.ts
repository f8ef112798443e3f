/** Defaults that depend on another section: a config that comes from `parse` has them. */
import { agentTenant } from '../../../../src/config/derived/agent-tenant';
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

test('the shares of a volume that Loki fills and leaves free are all of it', () => {
  expect(DISK_FULL_THRESHOLD + DISK_FREE_SHARE).toBe(1);
});
