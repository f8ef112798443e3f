/** Patches of the stack file: which object they change, and what is refused. */
import { stackObjects } from '../../../charts/objects';
import { KNOWN_KINDS, schemaFaults, schemaKey } from '../../../charts/patches/api-schema';
import { differences } from '../../../charts/patches/differences';
import type { Problem } from '../../../src/config';
import { patchWarnings } from '../../../src/config/derived/warnings';
import { AGENTS_ALONE, configError, configWith } from '../../support/config';
import { everyStack } from '../../support/every-stack';
import { KINDS } from '../../support/manifests';
import { gateway, patchProblems, type PatchInput, REASON } from '../../support/patches';

const PRIORITY = { spec: { template: { spec: { priorityClassName: 'high' } } } };
const HOST_NETWORK = { spec: { template: { spec: { hostNetwork: true } } } };
const container = '/spec/template/spec/containers/0';

const objectsOf = (...patches: readonly PatchInput[]) => stackObjects(configWith({ patches }));
const objectOf = (kind: string, name: string, ...patches: readonly PatchInput[]) =>
  objectsOf(...patches).find((object) => object.kind === kind && object.metadata.name === name);

describe('given a patch, its object is changed, and no other one', () => {
  const plain = objectsOf();

  test.each([
    ['by a merge patch', gateway({ merge: PRIORITY })],
    [
      'by a JSON patch',
      gateway({ json: [{ op: 'add', path: '/spec/template/spec/priorityClassName', value: 'high' }] }),
    ],
  ])('%s', (_, patch) => {
    const patched = objectsOf(patch);
    const changed = patched.filter((object, index) => JSON.stringify(object) !== JSON.stringify(plain[index]));
    expect(changed).toMatchObject([{ kind: 'Deployment', metadata: { name: 'gateway' }, ...PRIORITY }]);
    expect(
      differences(
        plain.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'gateway'),
        changed[0],
      ),
    ).toEqual([['spec', 'template', 'spec', 'priorityClassName']]);
  });

  test('one of two with its kind and name, by the namespace', () => {
    const policy = { kind: 'NetworkPolicy', name: 'default-deny', reason: REASON };
    const merge = { metadata: { annotations: { a: 'b' } } };
    const patched = objectsOf({ ...policy, namespace: 'logging-agents', merge });
    expect(patched.filter((object, index) => JSON.stringify(object) !== JSON.stringify(plain[index]))).toMatchObject([
      { metadata: { name: 'default-deny', namespace: 'logging-agents', annotations: { a: 'b' } } },
    ]);
  });

  test('of agents alone as well', () => {
    const patch = { kind: 'DaemonSet', name: 'promtail', merge: PRIORITY, reason: REASON };
    const agent = stackObjects(configWith({ ...AGENTS_ALONE, patches: [patch] })).find(
      ({ kind }) => kind === 'DaemonSet',
    );
    expect(agent).toMatchObject(PRIORITY);
  });

  test('patches are applied in their order', () => {
    const path = '/metadata/annotations/example.com~1team';
    const add = gateway({ merge: { metadata: { annotations: { 'example.com/team': 'a' } } } });
    const replace = gateway({
      json: [
        { op: 'test', path, value: 'a' },
        { op: 'replace', path, value: 'b' },
      ],
    });
    expect(objectOf('Deployment', 'gateway', add, replace)?.metadata.annotations).toEqual({ 'example.com/team': 'b' });
    expect(patchProblems([replace, add])).toMatchObject([{ path: 'patches[0].json[0].path' }]);
  });

  test('with consent, what keeps the stack safe is changed as well', () => {
    expect(objectOf('Deployment', 'gateway', gateway({ merge: HOST_NETWORK, unsafe: true }))).toMatchObject(
      HOST_NETWORK,
    );
  });

  test('it is among the warnings, with its reason', () => {
    const patches = [
      gateway({ merge: PRIORITY }),
      gateway({ namespace: 'logging', merge: HOST_NETWORK, unsafe: true }),
    ];
    expect(patchWarnings(configWith({ patches }))).toEqual([
      `patches[0]: Deployment gateway: ${REASON}`,
      `patches[1], unsafe: Deployment logging/gateway: ${REASON}`,
    ]);
  });
});

describe('given a patch that cannot be applied, the report says why', () => {
  const rows: readonly (readonly [string, PatchInput, Problem])[] = [
    [
      'another kind',
      gateway({ kind: 'Deploymnt', merge: PRIORITY }),
      {
        path: 'patches[0].kind',
        received: '"Deploymnt"',
        rule: expect.stringMatching(/^a kind of which the stack has an object: .*, Deployment, /) as string,
        remedy: 'did you mean Deployment?',
      },
    ],
    [
      'a kind like no other',
      gateway({ kind: 'Gadget', merge: PRIORITY }),
      {
        path: 'patches[0].kind',
        received: '"Gadget"',
        rule: expect.stringContaining('a kind of which the stack has an object') as string,
        remedy: 'remove the patch',
      },
    ],
    [
      'another name',
      gateway({ name: 'gatway', merge: PRIORITY }),
      {
        path: 'patches[0].name',
        received: '"gatway"',
        rule: 'the name of a Deployment of this stack: gateway, grafana',
        remedy: 'did you mean gateway?',
      },
    ],
    [
      'another namespace',
      gateway({ namespace: 'default', merge: PRIORITY }),
      {
        path: 'patches[0].namespace',
        received: '"default"',
        rule: 'the namespace of Deployment gateway: logging',
        remedy: 'correct it, or leave it out',
      },
    ],
    [
      'two objects of that kind and name',
      {
        kind: 'NetworkPolicy',
        name: 'default-deny',
        reason: REASON,
        merge: { metadata: { annotations: { a: 'b' } } },
      },
      {
        path: 'patches[0].namespace',
        received: '(missing)',
        rule: 'one object: this one is in logging and logging-agents',
        remedy: 'add its namespace',
      },
    ],
    [
      'what is so already',
      gateway({ merge: { spec: { replicas: 1 } } }),
      {
        path: 'patches[0]',
        received: '"Deployment gateway"',
        rule: 'a patch that changes something: the object is so already',
        remedy: 'remove the patch',
      },
    ],
    [
      'consent that it does not need',
      gateway({ merge: PRIORITY, unsafe: true }),
      {
        path: 'patches[0].unsafe',
        received: 'true',
        rule: 'consent only where it is needed',
        remedy: 'remove unsafe',
      },
    ],
    [
      'a field that the API does not have',
      gateway({ merge: { spec: { replicaz: 3 } } }),
      {
        path: 'patches[0]',
        received: '3',
        rule: '/spec/replicaz: the API has no such field',
        remedy: 'correct it; kubectl explain has the fields',
      },
    ],
    [
      'a value of another type',
      gateway({ json: [{ op: 'replace', path: `${container}/readinessProbe/periodSeconds`, value: 'soon' }] }),
      {
        path: 'patches[0]',
        received: '"soon"',
        rule: `${container}/readinessProbe/periodSeconds: must be integer`,
        remedy: 'correct it; kubectl explain has the fields',
      },
    ],
    [
      'a field that a custom resource does not have, with consent',
      {
        kind: 'Certificate',
        name: 'gateway',
        reason: REASON,
        merge: { spec: { issuer: 'a' } },
        unsafe: true,
      },
      {
        path: 'patches[0]',
        received: '"a"',
        rule: '/spec/issuer: the API has no such field',
        remedy: 'correct it; kubectl explain has the fields',
      },
    ],
  ];
  test.each(rows)('%s', (_, patch, expected) => {
    expect(patchProblems([patch], { gateway: { tls: { clusterIssuer: 'cluster-ca' } } })).toEqual([expected]);
  });

  test('all of several at once, under the name of their stack file, and none is applied', () => {
    const patches = [
      gateway({ name: 'gatway', merge: PRIORITY }),
      gateway({ merge: { spec: { replicaz: 3, template: { spec: { hostNetwork: true } } } } }),
    ];
    const error = configError(() => stackObjects(configWith({ patches }), 'Pulumi.dev.yaml'));
    expect(error.source).toBe('Pulumi.dev.yaml');
    expect(error.problems.map(({ path, rule }) => `${path}: ${rule}`)).toEqual([
      'patches[0].name: the name of a Deployment of this stack: gateway, grafana',
      'patches[1]: /spec/replicaz: the API has no such field',
      'patches[1]: changed with unsafe: true alone: the pod is kept from the node, from the API and from other pods',
    ]);
  });
});

describe('the API’s schema', () => {
  test.each(everyStack().map((one) => [one.name, one] as const))('takes every object of %s', (_, { objects }) => {
    const faults = objects.flatMap((object) => schemaFaults(object).map((fault) => ({ ...object.metadata, ...fault })));
    expect(faults).toEqual([]);
  });

  test('has every kind that a stack may have, custom resources as well, and no other', () => {
    const keys = everyStack().flatMap(({ objects }) => objects.map(schemaKey));
    expect([...new Set(keys)].sort()).toEqual([...KNOWN_KINDS].sort());
    expect(KNOWN_KINDS.map((key) => key.split('/').at(-1)).sort()).toEqual(KINDS);
  });

  test('of a kind that it has not, it tells nothing', () => {
    expect(() => schemaFaults({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a' } })).toThrow(
      'batch/v1/Job is not in api-schema.json',
    );
  });
});
