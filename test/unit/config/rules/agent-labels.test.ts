import type { StackConfigInput } from '../../../../src/config';
import { testRules } from './rows';

type Agent = NonNullable<StackConfigInput['agent']>;
type PodLabel = NonNullable<Agent['podLabels']>[number];
const TEAM: PodLabel = { type: 'label', name: 'team', podLabel: 'example.com/team', values: ['a'] };
const owner = (name: string): PodLabel => ({ type: 'metadata', name, podLabel: 'example.com/owner' });
const labelsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, 'x']));
const valuesOf = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

testRules([
  ...['job', 'level', 'requestId', 'message', 'pod', 'format', 'service_name', 'detected_level'].map((name) => ({
    rule: 'a name that lines have no other value under',
    broken: { agent: { labels: { [name]: 'x' } } },
    path: `agent.labels.${name}`,
    received: JSON.stringify(name),
    remedy: `write for example own_${name}`,
    kept: { agent: { labels: { [`own_${name}`]: 'x' } } },
  })),
  {
    rule: 'a name that lines have no other value under',
    broken: { agent: { labels: { cluster: 'east' } } },
    path: 'agent.labels.cluster',
    received: '"cluster"',
    remedy: 'set the key cluster of the stack file',
    kept: { cluster: 'east', agent: { labels: { region: 'eu' } } },
  },
  {
    rule: 'a name that lines have no other value under',
    broken: { agent: { podLabels: [TEAM, owner('userId')] } },
    path: 'agent.podLabels[1].name',
    received: '"userId"',
    remedy: 'write for example own_userId',
    kept: { agent: { podLabels: [TEAM, owner('owner')] } },
  },
  {
    rule: 'a name that is given once; this one is at agent.labels.team',
    broken: { agent: { labels: { team: 'x' }, podLabels: [TEAM] } },
    path: 'agent.podLabels[0].name',
    received: '"team"',
    remedy: 'rename one of them',
    kept: { agent: { labels: { region: 'x' }, podLabels: [TEAM] } },
  },
  {
    rule: 'at most 5 labels in agent.labels, agent.podLabels and agent.extract: Loki refuses a stream with more than 15',
    broken: { agent: { labels: labelsOf(5), podLabels: [TEAM] } },
    path: 'agent',
    received: '["l0","l1","l2","l3","l4","team"]',
    remedy: 'keep those that no selector needs as metadata',
    kept: { agent: { labels: labelsOf(4), podLabels: [TEAM, owner('a'), owner('b')] } },
  },
  {
    rule: 'at most 50 values: each may make a stream of each app',
    broken: { agent: { podLabels: [{ ...TEAM, values: valuesOf(51) }] } },
    path: 'agent.podLabels[0].values',
    received: '"51 values"',
    remedy: 'keep it as metadata, without values',
    kept: { agent: { podLabels: [{ ...TEAM, values: valuesOf(50) }] } },
  },
  {
    rule: 'a label whose values stay: Kubernetes makes new ones of this with each pod or roll-out',
    broken: { agent: { podLabels: [{ ...TEAM, podLabel: 'pod-template-hash' }] } },
    path: 'agent.podLabels[0].podLabel',
    received: '"pod-template-hash"',
    remedy: 'write type: metadata, without values',
    kept: { agent: { podLabels: [{ type: 'metadata', name: 'hash', podLabel: 'pod-template-hash' }] } },
  },
]);
