import type { StackConfigInput } from '../../../../src/config';
import { testRules } from './rows';

const AUTH = {
  loki: {
    tenants: [
      { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
      { name: 'team', write: ['team-agent', 'b-agent'], read: ['team'] },
    ],
  },
};
type Entry = NonNullable<NonNullable<StackConfigInput['agent']>['tenants']>[number];
const TEAM: Entry = { namespaces: ['team'], credential: 'team-agent' };
const B: Entry = { namespaces: ['b'], credential: 'b-agent' };
const tenants = (...entries: readonly Entry[]) => ({
  auth: AUTH,
  agent: { type: 'collector' as const, tenants: entries },
});
const many = (count: number) => {
  const names = Array.from({ length: count }, (_, index) => `t${index}`);
  return {
    auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail', ...names], read: ['grafana'] }] } },
    agent: {
      type: 'collector' as const,
      tenants: names.map((credential) => ({ credential, namespaces: [credential] })),
    },
  };
};

testRules([
  {
    rule: 'none with agent.type: promtail, which sends every line with each of its credentials',
    broken: { auth: AUTH, agent: { type: 'promtail', tenants: [TEAM] } },
    path: 'agent.tenants',
    received: '["team-agent"]',
    remedy: 'write agent.type: collector, or remove agent.tenants',
    kept: tenants(TEAM),
  },
  {
    rule: 'with auth.loki.enabled: without a credential everyone is the first tenant',
    broken: { auth: { loki: { enabled: false } }, agent: { type: 'collector', tenants: [TEAM] } },
    path: 'agent.tenants',
    received: '["team-agent"]',
    remedy: 'remove auth.loki.enabled: false, or agent.tenants',
    kept: tenants(TEAM),
  },
  {
    rule: 'at most 10 tenants: each has a queue on the disk of every node',
    broken: many(11),
    path: 'agent.tenants',
    received: '["t0","t1","t2","t3","t4","t5","t6","t7","t8","t9","t10"]',
    remedy: 'give namespaces that may read each other’s lines one tenant',
    kept: many(10),
  },
  {
    rule: 'a write credential of a tenant (promtail, team-agent, b-agent)',
    broken: tenants({ ...TEAM, credential: 'team' }),
    path: 'agent.tenants[0].credential',
    received: '"team"',
    remedy: 'name one of these, or add it to auth.loki.tenants[].write',
    kept: tenants(TEAM),
  },
  {
    rule: 'a credential that is named once; this one is at agent.credential',
    broken: tenants({ ...TEAM, credential: 'promtail' }),
    path: 'agent.tenants[0].credential',
    received: '"promtail"',
    remedy: 'remove the entry: other namespaces go with agent.credential',
    kept: tenants(TEAM),
  },
  {
    rule: 'a credential that is named once; this one is at agent.tenants[0].credential',
    broken: tenants(TEAM, { ...B, credential: 'team-agent' }),
    path: 'agent.tenants[1].credential',
    received: '"team-agent"',
    remedy: 'write all namespaces of the credential in one entry',
    kept: tenants(TEAM, B),
  },
  {
    rule: 'namespaces of one tenant: agent.tenants[0].namespaces[1] (team-*) may mean the same',
    broken: tenants({ ...TEAM, namespaces: ['team', 'team-*'] }, { ...B, namespaces: ['b', '*-db'] }),
    path: 'agent.tenants[1].namespaces[1]',
    received: '"*-db"',
    remedy: 'write patterns of which no namespace fulfils two, or the names',
    kept: tenants({ ...TEAM, namespaces: ['team', 'team-*'] }, { ...B, namespaces: ['b', 'b-*-db'] }),
  },
  {
    rule: 'namespaces of others: logging is the stack’s own, and its alerts look for its lines in the tenant of agent.credential',
    broken: tenants({ ...TEAM, namespaces: ['logging'] }),
    path: 'agent.tenants[0].namespaces[0]',
    received: '"logging"',
    remedy: 'write a longer pattern, or the names',
    kept: tenants({ ...TEAM, namespaces: ['logging-of-others'] }),
  },
  {
    rule: 'namespaces that are collected: agent.excludeNamespaces leaves out team-*',
    broken: {
      auth: AUTH,
      agent: {
        type: 'collector',
        excludeNamespaces: ['team-*'],
        tenants: [{ ...TEAM, namespaces: ['team', 'team-a'] }],
      },
    },
    path: 'agent.tenants[0].namespaces[1]',
    received: '"team-a"',
    remedy: 'remove it here or there',
    kept: {
      auth: AUTH,
      agent: { type: 'collector', excludeNamespaces: ['team-a-*'], tenants: [{ ...TEAM, namespaces: ['team-*'] }] },
    },
  },
  {
    rule: 'at least agent.batchSize: a batch is made of what is in the queue',
    broken: tenants({ ...TEAM, queueSize: '10KB' }),
    path: 'agent.tenants[0].queueSize',
    received: '"10KB"',
    remedy: 'write a larger size, or lower agent.batchSize',
    kept: tenants({ ...TEAM, queueSize: '2MB' }),
  },
  {
    rule: 'at most the bursts of tenant team: a larger batch is refused for ever',
    broken: { ...tenants(TEAM), limits: { tenants: { team: { perStreamRate: '100KB', perStreamBurst: '500KB' } } } },
    path: 'agent.batchSize',
    received: '"1MB"',
    remedy: 'lower agent.batchSize, or raise the bursts of limits.tenants.team',
    kept: { auth: AUTH, limits: { tenants: { team: { perStreamRate: '100KB', perStreamBurst: '500KB' } } } },
  },
]);
