import { testRules } from './rows';

const SOURCE = { job: 'backend', directory: '/var/log/backend' };

testRules([
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
    'a key, or operator: Exists: without both Kubernetes would compare the value of no taint',
    { agent: { tolerations: [{ effect: 'NoSchedule' }] } },
    'agent.tolerations[0]',
    '{"operator":"Equal","effect":"NoSchedule"}',
    'add key, or write operator: Exists for every key',
    { agent: { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] } },
  ],
  [
    'no value with operator: Exists, which takes any',
    { agent: { tolerations: [{ key: 'dedicated', operator: 'Exists', value: 'logs' }] } },
    'agent.tolerations[0].value',
    '"logs"',
    'remove value, or write operator: Equal',
    { agent: { tolerations: [{ key: 'dedicated', value: 'logs' }] } },
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
    'matchers of labels that lines have: job, service, level, namespace, app, container, node',
    { agent: { drop: [{ name: 'a', selector: '{userId="1"}' }] } },
    'agent.drop[0].selector',
    '"{userId=\\"1\\"}"',
    'replace userId, or match the line with patterns',
    { agent: { drop: [{ name: 'a', selector: '{job="1"}' }] } },
  ],
  [
    'a level that lines have: error, warn, info, debug',
    { agent: { drop: [{ name: 'a', selector: '{level="trace"}' }] } },
    'agent.drop[0].selector',
    '"{level=\\"trace\\"}"',
    'replace trace; the agent gives each line one of these, however its program spells it',
    { agent: { drop: [{ name: 'a', selector: '{level="debug"}' }] } },
  ],
]);
