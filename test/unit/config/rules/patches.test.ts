import { testRules } from './rows';

const reason = 'the pods of this team have a priority of their own';
const patch = { kind: 'Deployment', name: 'gateway', reason } as const;
const merge = { metadata: { annotations: { team: 'logs' } } };
const NO_SECRET = {
  rule: 'no secret: patches are rendered into manifests as they are',
  received: '(not shown)',
  remedy: 'remove it; a variable takes it from a Secret by valueFrom.secretKeyRef, in a patch with unsafe: true',
  kept: { patches: [{ ...patch, merge }] },
};

testRules([
  {
    rule: 'either merge or json',
    broken: { patches: [patch] },
    path: 'patches[0]',
    received: '{}',
    remedy: 'add one of them',
    kept: { patches: [{ ...patch, merge }] },
  },
  {
    rule: 'either merge or json',
    broken: { patches: [{ ...patch, merge, json: [{ op: 'remove', path: '/spec' }] }] },
    path: 'patches[0]',
    received: '{"merge":{"metadata":{"annotations":{"team":"logs"}}},"json":[{"op":"remove","path":"/spec"}]}',
    remedy: 'write two patches',
    kept: { patches: [{ ...patch, json: [{ op: 'remove', path: '/spec' }] }] },
  },
  {
    ...NO_SECRET,
    broken: { patches: [{ ...patch, merge: { metadata: { annotations: { password: 'hunter2' } } } }] },
    path: 'patches[0].merge.metadata.annotations.password',
  },
  {
    ...NO_SECRET,
    broken: { patches: [{ ...patch, merge: { spec: { env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] } } }] },
    path: 'patches[0].merge.spec.env[0].value',
  },
  {
    ...NO_SECRET,
    broken: {
      patches: [{ ...patch, json: [{ op: 'add', path: '/metadata/annotations/apiToken', value: 'hunter2' }] }],
    },
    path: 'patches[0].json[0].value',
  },
  {
    ...NO_SECRET,
    broken: {
      patches: [{ ...patch, merge: { metadata: { annotations: { proxy: 'http://me:hunter2@proxy.example.com' } } } }],
    },
    path: 'patches[0].merge.metadata.annotations.proxy',
  },
]);
