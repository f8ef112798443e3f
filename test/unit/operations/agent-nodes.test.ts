/** The nodes on which an agent is missed: those that Kubernetes would give it. */
import { stackObjects } from '../../../charts/objects';
import type { StackConfigInput } from '../../../src/config';
import { workloads } from '../../../src/operations/observe/expected';
import { agentNodes } from '../../../src/operations/status/agent-nodes';
import { configWith } from '../../support/config';

type Settings = NonNullable<NonNullable<StackConfigInput['pods']>['promtail']>;

const NODES = [
  { name: 'a', labels: { pool: 'apps', cores: '4' }, taints: [] },
  {
    name: 'b',
    labels: { pool: 'logs', cores: '16' },
    taints: [{ key: 'dedicated', value: 'logs', effect: 'NoExecute' }],
  },
  { name: 'c', labels: {}, taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] },
];

function nodesWith(promtail: Settings): readonly string[] {
  const agent = workloads(stackObjects(configWith({ pods: { promtail } }))).find(({ name }) => name === 'promtail');
  if (agent === undefined) throw new Error('no agent');
  return agentNodes(agent, NODES);
}

const required = (
  ...matchExpressions: readonly {
    key: string;
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
    values?: string[];
  }[]
) => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  },
});
const anywhere = { tolerations: [{ operator: 'Exists' }] } as const;

test.each<[string, Settings, readonly string[]]>([
  ['nothing', {}, ['a', 'c']],
  ['a toleration of every taint', anywhere, ['a', 'b', 'c']],
  ['a toleration of this taint', { tolerations: [{ key: 'dedicated', value: 'logs' }] }, ['a', 'b', 'c']],
  ['a toleration of another value', { tolerations: [{ key: 'dedicated', value: 'jobs' }] }, ['a', 'c']],
  ['a node selector', { ...anywhere, nodeSelector: { pool: 'logs' } }, ['b']],
  ['a value', { ...anywhere, ...required({ key: 'pool', operator: 'In', values: ['apps'] }) }, ['a']],
  ['no value', { ...anywhere, ...required({ key: 'pool', operator: 'NotIn', values: ['apps'] }) }, ['b', 'c']],
  ['a label', { ...anywhere, ...required({ key: 'pool', operator: 'Exists' }) }, ['a', 'b']],
  ['no label', { ...anywhere, ...required({ key: 'pool', operator: 'DoesNotExist' }) }, ['c']],
  ['a larger number', { ...anywhere, ...required({ key: 'cores', operator: 'Gt', values: ['4'] }) }, ['b']],
  ['a smaller number', { ...anywhere, ...required({ key: 'cores', operator: 'Lt', values: ['16'] }) }, ['a']],
  [
    'two conditions',
    {
      ...anywhere,
      ...required({ key: 'pool', operator: 'Exists' }, { key: 'cores', operator: 'Gt', values: ['4'] }),
    },
    ['b'],
  ],
])('given %s, the agent is expected on these', (_, settings, nodes) => {
  expect(nodesWith(settings)).toEqual(nodes);
});
