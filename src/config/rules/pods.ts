/** Rules on pods and Services: where pods run, and what may be added to them. */
import { podSettings } from '../derived/pods';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { isAgent } from '../schema/components';
import { isSecretVariable } from '../secret-settings';
import { problem, type Rule, when } from './rule';

type Pods = StackConfig['pods'];
type Settings = NonNullable<Pods['all']>;
type Path = readonly PropertyKey[];

/** The label of a node with its zone. */
const ZONE = 'topology.kubernetes.io/zone';

/** Keys of somebody else, and who that is. */
interface Taken {
  readonly keys: RegExp;
  readonly rule: string;
  readonly remedy: string;
}

const REMOVE = 'remove it';
const BY_STACK = { rule: 'not set here: the stack sets it itself', remedy: REMOVE };
const BY_KUBERNETES = { rule: 'not set here: Kubernetes sets it itself', remedy: REMOVE };
const decidedBy = (place: string) => ({
  rule: `not set here: ${place} decides it`,
  remedy: `remove it, and set ${place}`,
});

const LABELS: readonly Taken[] = [
  { keys: /^app\.kubernetes\.io\/(?:name|part-of|managed-by)$/, ...BY_STACK },
  { keys: /^(?:spywatcher-logs|logs\.spywatcher\.dev)\//, ...BY_STACK },
  {
    keys: /^(?:(?:statefulset|apps|topology)\.kubernetes\.io\/|(?:controller-revision-hash|pod-template-(?:hash|generation))$)/,
    ...BY_KUBERNETES,
  },
];

const ANNOTATIONS: readonly Taken[] = [
  { keys: /^(?:spywatcher-logs|logs\.spywatcher\.dev)\//, ...BY_STACK },
  { keys: /^prometheus\.io\//, ...decidedBy('monitoring.type') },
  { keys: /^(?:kubectl|controller|deployment|scheduler\.alpha)\.kubernetes\.io\//, ...BY_KUBERNETES },
  { keys: /^kubernetes\.io\/config\./, ...BY_KUBERNETES },
  {
    keys: /(?:^|\.)(?:apparmor|seccomp)\.security\.[a-z]+\.kubernetes\.io\//,
    rule: 'not set: security of pods is the stack’s, and tested',
    remedy: REMOVE,
  },
  {
    keys: /^service\.beta\.kubernetes\.io\/load-balancer-source-ranges$/,
    rule: 'not set: Kubernetes refuses it on a Service without a load balancer',
    remedy: REMOVE,
  },
];

const VARIABLES: readonly Taken[] = [
  { keys: /^GOMEMLIMIT$/, ...decidedBy('limits.memory of the program in resources') },
  { keys: /^GF_/, ...decidedBy('grafana.settings') },
  { keys: /^(?:HOSTNAME|NODE_NAME|K8S_NODE_NAME|POD|POD_IP|ZONE)$/, ...BY_STACK },
  {
    keys: /^(?:AWS_(?:SHARED_CREDENTIALS_FILE|CONFIG_FILE|PROFILE|ROLE_ARN|WEB_IDENTITY_\w+|CONTAINER_\w+)|GOOGLE_APPLICATION_CREDENTIALS|AZURE_\w+)$/,
    ...decidedBy('storage.access'),
  },
  { keys: /^(?:https?|no)_proxy$/i, ...decidedBy('network.proxy') },
  { keys: /^SSL_CERT_(?:FILE|DIR)$/, ...decidedBy('network.caBundle') },
];

export const podRules: readonly Rule[] = [
  {
    reads: ['pods'],
    check: ({ pods }) =>
      each(pods, (at, settings) => [
        ...(settings.tolerations ?? []).flatMap((toleration, index) =>
          wrong([...at, 'tolerations', index], toleration),
        ),
        ...spreadProblems([...at, 'topologySpread'], settings),
        ...takenKeys([...at, 'labels'], settings.labels, LABELS),
        ...takenKeys([...at, 'annotations'], settings.annotations, ANNOTATIONS),
        ...variables([...at, 'env'], settings.env),
      ]),
  },
  {
    reads: ['pods'],
    check: ({ pods }) =>
      Object.entries(pods).flatMap(([name, { topologySpread }]) =>
        when(isAgent(name) && topologySpread !== undefined, () =>
          problem(
            ['pods', name, 'topologySpread'],
            topologySpread,
            'not of an agent: it has one pod on each node',
            REMOVE,
          ),
        ),
      ),
  },
  { reads: ['pods', 'deployment'], check: zones },
  {
    reads: ['services'],
    check: ({ services }) =>
      Object.entries(services).flatMap(([name, { labels, annotations }]) => [
        ...takenKeys(['services', name, 'labels'], labels, LABELS),
        ...takenKeys(['services', name, 'annotations'], annotations, ANNOTATIONS),
      ]),
  },
];

function each(pods: Pods, check: (at: Path, settings: Settings) => readonly Problem[]): readonly Problem[] {
  return Object.entries(pods).flatMap(([name, settings]) => check(['pods', name], settings));
}

function wrong(at: Path, toleration: NonNullable<Settings['tolerations']>[number]): readonly Problem[] {
  const { key, operator, value, effect, tolerationSeconds } = toleration;
  return [
    ...when(operator === 'Equal' && key === undefined, () =>
      problem(
        at,
        toleration,
        'a key, or operator: Exists: without both Kubernetes would compare the value of no taint',
        'add key, or write operator: Exists for every key',
      ),
    ),
    ...when(operator === 'Exists' && value !== undefined && value !== '', () =>
      problem(
        [...at, 'value'],
        value,
        'no value with operator: Exists, which takes any',
        'remove value, or write operator: Equal',
      ),
    ),
    ...when(tolerationSeconds !== undefined && effect !== 'NoExecute', () =>
      problem(
        [...at, 'tolerationSeconds'],
        tolerationSeconds,
        'only with effect: NoExecute: no other taint sends a running pod away',
        'remove it, or write effect: NoExecute',
      ),
    ),
  ];
}

function spreadProblems(at: Path, { topologySpread = [] }: Settings): readonly Problem[] {
  return topologySpread.flatMap((constraint, index) => {
    const { topologyKey, whenUnsatisfiable, minDomains } = constraint;
    const first = topologySpread.findIndex(
      (other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable,
    );
    return [
      ...when(minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule', () =>
        problem(
          [...at, index, 'minDomains'],
          minDomains,
          'only with whenUnsatisfiable: DoNotSchedule: with ScheduleAnyway no pod waits',
          'remove it, or write whenUnsatisfiable: DoNotSchedule',
        ),
      ),
      ...when(first < index, () =>
        problem(
          [...at, index],
          constraint,
          'one constraint for a topologyKey and a whenUnsatisfiable',
          'remove one of the two',
        ),
      ),
    ];
  });
}

/** A ring with zones needs its pods in as many zones as a line has copies. */
function zones({ pods, deployment }: StackConfig): readonly Problem[] {
  const { zoneAware, replicationFactor } = deployment;
  const { topologySpread } = podSettings({ pods }, 'loki');
  const keepsZones = topologySpread?.some(
    ({ topologyKey, whenUnsatisfiable, maxSkew, minDomains = 1 }) =>
      topologyKey === ZONE && whenUnsatisfiable === 'DoNotSchedule' && maxSkew === 1 && minDomains >= replicationFactor,
  );
  return when(zoneAware && keepsZones === false, () =>
    problem(
      ['pods', pods.loki?.topologySpread === undefined ? 'all' : 'loki', 'topologySpread'],
      topologySpread,
      `with deployment.zoneAware, a constraint that keeps Loki in ${replicationFactor} zones`,
      `add { topologyKey: ${ZONE}, whenUnsatisfiable: DoNotSchedule, minDomains: ${replicationFactor} }, or remove topologySpread`,
    ),
  );
}

function takenKeys(
  at: Path,
  entries: Readonly<Record<string, string>> = {},
  taken: readonly Taken[],
): readonly Problem[] {
  return Object.entries(entries).flatMap(([key, value]) => {
    const found = taken.find(({ keys }) => keys.test(key));
    return found === undefined ? [] : [problem([...at, key], value, found.rule, found.remedy)];
  });
}

function variables(at: Path, entries: Readonly<Record<string, string>> = {}): readonly Problem[] {
  return Object.entries(entries).flatMap(([name, value]) => {
    if (!isSecretVariable(name, value)) return takenKeys(at, { [name]: value }, VARIABLES);
    const rule = 'no secret: variables stand in manifests';
    const remedy = 'remove it; secrets belong to the options that mount a Secret';
    return [{ ...problem([...at, name], undefined, rule, remedy), received: '(not shown)' }];
  });
}
