/** What charts say of the pods of a component, all in the same words. */
import { isMapping } from '../../config/mapping';
import type { Found } from './found';
import { below, leaves, left, missing, type Outcome, type Row, secret, taken } from './source';

const SAME = 'it is the same for all pods here, or not needed';

/** Settings that are the same for all pods here, or that none needs. */
const SAME_FOR_ALL = [
  ...['hostUsers', 'automountServiceAccountToken'],
  ...['podDisruptionBudget', 'podManagementPolicy', 'updateStrategy', 'deploymentStrategy', 'revisionHistoryLimit'],
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'terminationGracePeriodSeconds'],
  ...['dnsConfig', 'enableServiceLinks', 'resizePolicy', 'minReadySeconds', 'goSettings', 'targetModule'],
];

/**
 * Rows of one component.
 *
 * @param from - the chart's name of it, empty where its keys are those of the whole file.
 * @param component - its name in `resources` and `pods`; `all` for all of them.
 */
export function podRows(from: string, component: string): readonly Row<Found>[] {
  const rows: readonly Row<Found>[] = [
    ...(component === 'all' ? [] : [{ from: 'resources', read: readResources(component) }]),
    ...['nodeSelector', 'priorityClassName'].map((key) => ({ from: key, read: toPods(component, key) })),
    { from: 'tolerations', read: toPods(component, 'tolerations') },
    { from: 'affinity', read: readAffinity(component) },
    { from: 'podLabels', read: readLabels(component) },
    { from: 'podAnnotations', read: toPods(component, 'annotations') },
    { from: 'topologySpreadConstraints', read: readSpread(component) },
    { from: 'extraEnv', read: readEnv(component) },
    { from: 'env', read: readEnv(component) },
    { from: 'service.annotations', read: toServices(component, 'annotations') },
    { from: 'serviceAnnotations', read: toServices(component, 'annotations') },
    { from: 'service.labels', read: toServices(component, 'labels') },
    ...leaves<Found>(SAME, ...SAME_FOR_ALL),
    ...['podSecurityContext', 'containerSecurityContext', 'securityContext'].map((from) => ({ from, read: readUser })),
    { from: 'extraArgs', read: readArgs },
    { from: 'extraEnvFrom', read: () => secret('Secrets have names of the stack: docs/reference/secrets.md') },
    ...['extraVolumes', 'extraVolumeMounts', 'extraContainers', 'initContainers', 'extraInitContainers'].map((key) => ({
      from: key,
      read: () => missing('pods have the containers and volumes that the stack gives them'),
    })),
    ...leaves<Found>('labels and annotations are those of pods and Services', 'annotations', 'labels', 'serviceLabels'),
  ];
  return from === '' ? rows : below(from, rows);
}

/** Where a chart's own user is taken out, the cluster gives one, as OpenShift does: to all pods. */
function readUser(value: unknown, found: Found): Outcome {
  const given = isMapping(value) ? ['runAsUser', 'runAsGroup', 'fsGroup'].map((key) => value[key]) : [];
  return given.includes(null) ? found.put('pods.all.users', 'assigned') : left(SAME);
}

/** Variables in Loki's config are for secrets, which the stack gives by itself. */
function readArgs(value: unknown): Outcome {
  const others = Array.isArray(value) ? value.filter((one) => one !== '-config.expand-env=true') : [value];
  return others.length === 0 ? left('secrets are given by the stack') : missing('programs are called by the stack');
}

const toPods =
  (component: string, key: string) =>
  (value: unknown, found: Found): Outcome =>
    found.put(`pods.${component}.${key}`, value);

const toServices =
  (component: string, key: string) =>
  (value: unknown, found: Found): Outcome =>
    found.put(`services.${component}.${key}`, value);

/** A label by which a cloud's identity is asked for follows from the identity. */
const OF_IDENTITY = 'azure.workload.identity/use';

function readLabels(component: string) {
  return (value: unknown, found: Found): Outcome => {
    const labels = Object.entries(isMapping(value) ? value : {}).filter(([key]) => key !== OF_IDENTITY);
    return labels.length === 0
      ? left('it follows from `storage.access`')
      : found.put(`pods.${component}.labels`, Object.fromEntries(labels));
  };
}

function readResources(component: string) {
  return (value: unknown, { draft }: Found): Outcome => {
    if (!isMapping(value)) return missing('it is no mapping');
    for (const kind of ['requests', 'limits']) {
      const amount = value[kind];
      if (!isMapping(amount)) continue;
      for (const what of ['cpu', 'memory'])
        if (amount[what] !== undefined) draft.set(`resources.${component}.${kind}.${what}`, textOf(amount[what]));
    }
    return taken(`resources.${component}`);
  };
}

/** That of a chart is often a template which keeps equal pods apart: so does the stack by itself. */
function readAffinity(component: string) {
  return (value: unknown, found: Found): Outcome =>
    JSON.stringify(value).includes('{{')
      ? left('it is a template; several pods of one program are spread anyway')
      : toPods(component, 'affinity')(value, found);
}

const SELECTING: readonly string[] = ['labelSelector', 'matchLabelKeys'];

/** Each constraint selects the pods of its program by itself. */
function readSpread(component: string) {
  return (value: unknown, found: Found): Outcome => {
    if (!Array.isArray(value)) return missing('it is no list');
    const constraints = value
      .filter(isMapping)
      .map((one) => Object.fromEntries(Object.entries(one).filter(([key]) => !SELECTING.includes(key))));
    return toPods(component, 'topologySpread')(constraints, found);
  };
}

/** As a list of names and values, or as a mapping. A value from a Secret is none that a stack file can have. */
function readEnv(component: string) {
  return (value: unknown, found: Found): Outcome => {
    const pairs: readonly (readonly [string, unknown])[] = Array.isArray(value)
      ? value.filter(isMapping).map((one) => [String(one['name']), one['value']])
      : isMapping(value)
        ? Object.entries(value)
        : [];
    const known = pairs.filter(([, text]) => typeof text === 'string' || typeof text === 'number');
    if (known.length < pairs.length) return missing('variables whose value is in a Secret or a field');
    return toPods(component, 'env')(Object.fromEntries(known.map(([name, text]) => [name, String(text)])), found);
  };
}

/** A number of cores is one in YAML. */
const textOf = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);
