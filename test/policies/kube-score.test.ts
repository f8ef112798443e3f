/** kube-score knows what usually goes wrong in a cluster. What it finds in the rendered stacks has a reason, or is mended. */
import type { KubernetesObject } from '../../charts/objects';
import { type Finding, score, type Scores } from '../support/kube-score';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { objectOf, type PodSpec, stack } from '../../programs/rendered-stack';
import { stacksOfEveryOption } from '../support/every-stack';
import { EXCEPTIONS } from './kube-score-exceptions';

let kubeScore: string;
beforeAll(async () => {
  ({ 'kube-score': kubeScore } = await programs('kube-score'));
}, BUILD_TIMEOUT);

/** A stack on another store has the same pods. */
const stacks = stacksOfEveryOption();

/** The kinds among the stacks' that kube-score has checks for. */
const SCORED = ['DaemonSet', 'Deployment', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'StatefulSet'];

const text = ({ object, check, grade }: Finding): string => `${object}: ${check} (${grade})`;

/** What the list says is found in a stack. */
const expectedIn = (name: string): readonly string[] =>
  EXCEPTIONS.flatMap(({ found, check, grade }) => (found[name] ?? []).map((object) => text({ object, check, grade })));

/** What is found and not listed, and what is listed and not found. */
function differences(
  name: string,
  { findings }: Pick<Scores, 'findings'>,
): Readonly<Record<string, readonly string[]>> {
  const found = findings.map(text);
  const expected = expectedIn(name);
  return {
    notListed: found.filter((one) => !expected.includes(one)),
    notFound: expected.filter((one) => !found.includes(one)),
  };
}

describe.each(stacks.map((rendered) => [rendered.name, rendered] as const))('in %s', (name, { objects }) => {
  let scores: Scores;
  beforeAll(async () => {
    scores = await score(kubeScore, objects);
  });

  it('looks at every object that it has checks for', () => {
    const known = objects.filter(({ kind }) => SCORED.includes(kind));
    expect(scores.scored).toEqual(known.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort());
  });

  it('finds exactly what is listed with a reason', () => {
    expect(differences(name, scores)).toEqual({ notListed: [], notFound: [] });
  });
});

it('the list has nothing about a stack that does not exist, and nothing twice', () => {
  const names = stacks.map(({ name }) => name);
  expect(EXCEPTIONS.flatMap(({ found }) => Object.keys(found)).filter((name) => !names.includes(name))).toEqual([]);
  for (const name of names) expect(expectedIn(name)).toEqual([...new Set(expectedIn(name))]);
});

it('nothing critical is kept but what is meant so, or not seen as it is', () => {
  expect(EXCEPTIONS.flatMap(({ check, grade }) => (grade === 'critical' ? [check] : []))).toEqual([
    'pod-networkpolicy', // of a kind that kube-score does not know
    'container-image-pull-policy', // tags are immutable
    'container-security-context-user-group-id', // the agent reads root's files
    'container-security-context-user-group-id', // the cluster assigns users
    'service-targets-pod', // of one pod, by a label that kube-score does not know
  ]);
});

describe('it notices, so that the tests above can fail,', () => {
  const staging = stack('staging');

  const differencesOf = async (objects: readonly KubernetesObject[]) =>
    differences('staging', await score(kubeScore, objects));

  /** The stack with another container in the gateway's pod. */
  function withContainer(changes: object): readonly KubernetesObject[] {
    const gateway = objectOf(staging, 'Deployment', 'gateway');
    const { template, ...spec } = gateway['spec'] as { readonly template: { readonly spec: PodSpec } };
    const containers = template.spec.containers.map((container) => ({ ...container, ...changes }));
    const changed = {
      ...gateway,
      spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } },
    };
    return staging.objects.map((object) => (object === gateway ? changed : object));
  }

  it.each([
    [
      'a limit that is missing',
      { resources: { requests: { cpu: '50m', memory: '32Mi' }, limits: { cpu: '1' } } },
      'container-resources',
    ],
    ['an image without a version', { image: 'docker.io/nginxinc/nginx-unprivileged' }, 'container-image-tag'],
    ['a readiness probe that is missing', { readinessProbe: undefined }, 'pod-probes'],
    [
      'a variable that is set twice',
      { env: ['1', '2'].map((value) => ({ name: 'TWICE', value })) },
      'environment-variable-key-duplication',
    ],
    [
      'a port that is named twice',
      { ports: [8080, 8081].map((containerPort) => ({ name: 'http', containerPort })) },
      'container-ports-check',
    ],
  ])('%s', async (_what, changes, check) => {
    const { notListed } = await differencesOf(withContainer(changes));
    expect(notListed).toContain(`Deployment gateway: ${check} (critical)`);
  });

  it('a pod without a policy', async () => {
    const { notListed } = await differencesOf(staging.objects.filter(({ kind }) => kind !== 'NetworkPolicy'));
    expect(notListed).toContain('Deployment gateway: pod-networkpolicy (critical)');
  });

  it('an exception that nothing needs any more', async () => {
    const objects = staging.objects.filter(({ metadata }) => !/^grafana(-metrics)?$/.test(metadata.name));
    const { notListed, notFound } = await differencesOf(objects);
    expect(notListed).toEqual([]);
    expect(notFound).toContain('Deployment grafana: deployment-replicas (warning)');
  });
});
