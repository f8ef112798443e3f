/** Settings of pods and Services reach those that they are for, and no selector. */
import type { StackConfigInput } from '../../../../src/config';
import { COMPONENTS, isAgent } from '../../../../src/config/schema/components';
import { volumePod } from '../../../../src/operations/backup/volume-pod';
import { CANARY, configWith, HA, refusals } from '../../../support/config';
import { everyStack } from '../../../support/every-stack';
import { find, type Manifest, ofKind, renderStack, workloads } from '../../../support/manifests';

type Pods = NonNullable<StackConfigInput['pods']>;
type Settings = NonNullable<Pods['all']>;

const LARGE: Partial<StackConfigInput> = { ...HA, ...CANARY, monitoring: { type: 'embedded' } };
/** Every program that there is, with either agent. */
const rendered = (differences: Partial<StackConfigInput>): readonly Manifest[] => [
  ...renderStack(configWith({ ...LARGE, ...differences })),
  ...renderStack(configWith({ ...LARGE, ...differences, agent: { type: 'collector' } })).filter(
    ({ metadata }) => metadata.namespace === 'logging-agents',
  ),
];
const podOf = (objects: readonly Manifest[], component: string) => {
  const found = workloads(objects).find(({ metadata }) => metadata.name === component);
  if (found === undefined) throw new Error(`no ${component}`);
  return found.spec.template;
};

const FULL = {
  nodeSelector: { pool: 'logs' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'logs' }],
  affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  priorityClassName: 'high',
  runtimeClassName: 'gvisor',
  labels: { team: 'logs' },
  annotations: { owner: 'logs' },
  env: { TZ: 'UTC' },
} as const satisfies Settings;

test.each(COMPONENTS)('what %s has of its own, its pods have, and no others', (component) => {
  const before = rendered({});
  const after = rendered({ pods: { [component]: FULL } });
  const { metadata, spec } = podOf(after, component);
  const { nodeSelector, tolerations, affinity, priorityClassName, runtimeClassName } = FULL;
  expect(spec).toMatchObject({ nodeSelector, tolerations, affinity, priorityClassName, runtimeClassName });
  expect(metadata).toMatchObject({ labels: FULL.labels, annotations: FULL.annotations });
  const [main, ...beside] = spec.containers;
  expect(main.env).toContainEqual({ name: 'TZ', value: 'UTC' });
  expect(beside.flatMap(({ env = [] }) => env)).toEqual([]);
  for (const object of before.filter(
    ({ metadata: { name, namespace }, kind }) =>
      !(name === component && namespace === find(after, kind, name).metadata.namespace),
  ))
    expect(after).toContainEqual(object);
});

test('what all have, each program’s pods have; where agents run, it does not decide', () => {
  const objects = rendered({ pods: { all: FULL } });
  for (const component of COMPONENTS) {
    const { metadata, spec } = podOf(objects, component);
    expect(metadata.labels).toMatchObject(FULL.labels);
    expect(spec).toMatchObject({ priorityClassName: 'high', runtimeClassName: 'gvisor' });
    expect(spec.tolerations).toEqual(
      isAgent(component) ? [{ operator: 'Exists', effect: 'NoSchedule' }] : FULL.tolerations,
    );
    expect(spec['nodeSelector']).toEqual(isAgent(component) ? undefined : FULL.nodeSelector);
    expect(spec['affinity']).toEqual(isAgent(component) ? undefined : FULL.affinity);
  }
});

test('entries of mappings are merged, a program’s own last, and all else is replaced', () => {
  const own: Settings = {
    nodeSelector: { disk: 'ssd' },
    tolerations: [],
    labels: { team: 'search', tier: 'back' },
    env: { TZ: 'Europe/Berlin', LANG: 'C' },
  };
  const { metadata, spec } = podOf(rendered({ pods: { all: FULL, loki: own } }), 'loki');
  expect(spec['nodeSelector']).toEqual({ pool: 'logs', disk: 'ssd' });
  expect(spec.tolerations).toEqual([]);
  expect(metadata.labels).toMatchObject({ team: 'search', tier: 'back' });
  expect(spec.containers[0].env?.slice(-2)).toEqual([
    { name: 'TZ', value: 'Europe/Berlin' },
    { name: 'LANG', value: 'C' },
  ]);
});

test('an own spread replaces that of the stack, also of a single pod, and selects the program’s pods', () => {
  const topologySpread = [{ topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', minDomains: 2 }] as const;
  const objects = rendered({ pods: { all: { topologySpread } } });
  for (const component of COMPONENTS)
    expect(podOf(objects, component).spec.topologySpreadConstraints).toEqual(
      isAgent(component)
        ? undefined
        : [
            {
              ...topologySpread[0],
              maxSkew: 1,
              labelSelector: {
                matchLabels: { 'app.kubernetes.io/name': component, 'app.kubernetes.io/part-of': 'spywatcher-logs' },
              },
            },
          ],
    );
});

test('an agent’s own list of tolerations replaces the preset one', () => {
  const tolerations = [{ operator: 'Exists' }] as const;
  expect(podOf(rendered({ pods: { collector: { tolerations } } }), 'collector').spec.tolerations).toEqual(tolerations);
});

test('Services have what all have and their program’s own, beside what the stack gives them', () => {
  const objects = rendered({
    services: {
      all: { labels: { team: 'logs' }, annotations: { owner: 'logs' } },
      gateway: { annotations: { owner: 'edge', 'cloud/internal': 'true' } },
    },
  });
  for (const { metadata } of ofKind(objects, 'Service')) {
    const isGateway = metadata.labels?.['app.kubernetes.io/name'] === 'gateway';
    expect(metadata.labels).toMatchObject({ team: 'logs', 'app.kubernetes.io/part-of': 'spywatcher-logs' });
    expect(metadata.annotations).toEqual(isGateway ? { owner: 'edge', 'cloud/internal': 'true' } : { owner: 'logs' });
  }
  const scraped = renderStack(
    configWith({ monitoring: { type: 'annotations' }, services: { all: { annotations: { owner: 'logs' } } } }),
  );
  expect(find(scraped, 'Service', 'gateway-loki-0-scrape').metadata.annotations).toMatchObject({
    owner: 'logs',
    'prometheus.io/scrape': 'true',
  });
});

test('no setting changes what can never change: selectors and claims', () => {
  const never = (objects: readonly Manifest[]) =>
    workloads(objects).map(({ spec }) => [spec.selector, spec['volumeClaimTemplates'], spec['serviceName']]);
  const all: Settings = { ...FULL, topologySpread: [{ topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }] };
  expect(never(rendered({ pods: { all }, services: { all: { labels: { team: 'logs' } } } }))).toEqual(
    never(rendered({})),
  );
});

test('every variable that the stack sets is refused as a further one', () => {
  const set = everyStack().flatMap(({ config }) =>
    workloads(renderStack(config)).flatMap(({ spec }) => spec.template.spec.containers.flatMap(({ env = [] }) => env)),
  );
  const further = new Set(
    everyStack().flatMap(({ config }) => Object.values(config.pods).flatMap(({ env = {} }) => Object.keys(env))),
  );
  const names = [...new Set(set.map(({ name }) => name))].filter((name) => !further.has(name));
  expect(names.length).toBeGreaterThan(20);
  const accepted = names.filter((name) => {
    const problems = refusals({ pods: { all: { env: { [name]: '/x' } } } });
    return !problems.some(({ path }) => path === `pods.all.env.${name}`);
  });
  expect(accepted).toEqual([]);
});

test('the pod that reads Loki’s volume for a backup runs where Loki does', () => {
  const pod = volumePod(configWith({ pods: { loki: FULL } }));
  const { nodeSelector, tolerations } = FULL;
  expect(pod).toMatchObject({ spec: { nodeSelector, tolerations } });
});

test('where the cluster assigns users, no pod names one, and all else of Pod Security stays', () => {
  const before = rendered({});
  const after = rendered({ pods: { all: { users: 'assigned' } } });
  for (const component of COMPONENTS) {
    const { runAsUser, runAsGroup, fsGroup, ...rest } = podOf(before, component).spec.securityContext;
    expect([runAsUser, runAsGroup]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(podOf(after, component).spec.securityContext).toEqual(
      isAgent(component) ? { ...rest, runAsUser, runAsGroup, seLinuxOptions: { type: 'spc_t' } } : rest,
    );
    expect(fsGroup).toEqual(isAgent(component) ? undefined : expect.any(Number));
  }
});

test('an image is pulled as configured, beside the program as well', () => {
  const pods = workloads(rendered({ images: { pullPolicy: 'Always' } })).map(({ spec }) => spec.template.spec);
  const policies = pods.flatMap(({ containers }) =>
    containers.map((container) => Reflect.get(container, 'imagePullPolicy') as unknown),
  );
  expect(new Set(policies)).toEqual(new Set(['Always']));
  expect(policies.length).toBeGreaterThan(pods.length);
});
