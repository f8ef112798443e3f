/** Labels that agents of charts give to lines, and what is in their place here. */
import { CLUSTER_LABEL, FIELDS, LABELS, MEASURES, ORIGIN, STRUCTURED_METADATA } from '../../../log-model';

/** What a chart's label is here. */
export type Counterpart =
  /** A label of the streams, with the same values. */
  | { readonly kind: 'label'; readonly name: string }
  /** Structured metadata: a filter finds it, a selector does not. */
  | { readonly kind: 'metadata'; readonly name: string }
  /** Nothing, for all lines are of one cluster. */
  | { readonly kind: 'same for all'; readonly why: string }
  /** Nothing; and what comes near. */
  | { readonly kind: 'none'; readonly instead: string };

/** Where the old lines come from, as far as labels depend on it. */
export interface Origin {
  /** Which label follows the namespace in `job`: of the chart promtail it is the app, of k8s-monitoring the container. */
  readonly jobEndsWith: typeof LABELS.app | typeof LABELS.container;
  /** Name of the stack's cluster. */
  readonly cluster?: string | undefined;
  /** Further labels of the stack's lines, and what is further beside them. */
  readonly labels?: readonly string[];
  readonly beside?: readonly string[];
}

const label = (name: string): Counterpart => ({ kind: 'label', name });
const metadata = (name: string): Counterpart => ({ kind: 'metadata', name });
const none = (instead: string): Counterpart => ({ kind: 'none', instead });

const { namespace, app, service, container, node, level } = LABELS;
const NOT_KEPT = `it is not kept here, unless \`agent.labels\` or \`agent.podLabels\` has it; \`${app}\` and \`${namespace}\` say which program it is`;
const RELEASE = `the release of a pod is no label here, unless \`agent.podLabels\` has it; write \`${namespace}\` or \`${app}\``;
const PART = `it is no label here, unless \`agent.podLabels\` has it; write \`${app}\` or \`${container}\``;
const WORKLOAD = `it is no label here; write \`${app}\`, or \`| ${ORIGIN.pod}=~"name-.+"\``;

/** Names of labels of the charts promtail, loki-stack and k8s-monitoring, of OpenTelemetry and of Fluent Bit. */
const MAP: Readonly<Record<string, Counterpart>> = {
  ...Object.fromEntries(Object.values(LABELS).map((name) => [name, label(name)])),
  ...Object.fromEntries([...STRUCTURED_METADATA, ...MEASURES, ORIGIN.pod].map((name) => [name, metadata(name)])),
  [ORIGIN.filename]: metadata(ORIGIN.filename),
  detected_level: metadata('detected_level'),
  // the chart promtail
  node_name: label(node),
  stream: none(`it is not kept whether a line was of stdout or of stderr; \`${level}\` says how bad it is`),
  instance: none(RELEASE),
  component: none(PART),
  // the chart k8s-monitoring, and what Loki makes of OpenTelemetry's names
  app_kubernetes_io_name: label(app),
  app_kubernetes_io_instance: none(RELEASE),
  app_kubernetes_io_component: none(PART),
  service_name: label(service),
  service_namespace: label(namespace),
  service_instance_id: none(`it is no label here; write \`| ${ORIGIN.pod}="…"\``),
  k8s_namespace_name: label(namespace),
  k8s_container_name: label(container),
  k8s_node_name: label(node),
  k8s_pod_name: metadata(ORIGIN.pod),
  k8s_cluster_name: label(CLUSTER_LABEL),
  ...Object.fromEntries(
    ['deployment', 'statefulset', 'daemonset', 'cronjob', 'job', 'replicaset'].map((kind) => [
      `k8s_${kind}_name`,
      none(WORKLOAD),
    ]),
  ),
  deployment_environment: none('a stack is of one environment, and its lines do not name it'),
  deployment_environment_name: none('a stack is of one environment, and its lines do not name it'),
  trace_id: metadata(FIELDS.traceId),
  traceID: metadata(FIELDS.traceId),
  request_id: metadata(FIELDS.requestId),
  user_id: metadata(FIELDS.userId),
  severity: label(level),
  severity_text: label(level),
  // Fluent Bit and OpenShift's collector
  kubernetes_namespace_name: label(namespace),
  kubernetes_container_name: label(container),
  kubernetes_pod_name: metadata(ORIGIN.pod),
  kubernetes_host: label(node),
  namespace_name: label(namespace),
  pod_name: metadata(ORIGIN.pod),
  // docker-compose
  container_name: label(container),
  compose_service: label(app),
  compose_project: none(`it is not kept here; write \`${app}\``),
  // the journal
  unit: none('the journal of a node is not read'),
  transport: none('the journal of a node is not read'),
};

/** What a label of old lines is here. */
export function counterpartOf(name: string, { cluster, labels = [], beside = [] }: Origin): Counterpart {
  if (labels.includes(name)) return label(name);
  if (beside.includes(name)) return metadata(name);
  const known = Object.hasOwn(MAP, name) ? MAP[name] : undefined;
  const isCluster = name === CLUSTER_LABEL || (known?.kind === 'label' && known.name === CLUSTER_LABEL);
  if (!isCluster) return known ?? none(NOT_KEPT);
  return cluster === undefined
    ? { kind: 'same for all', why: `lines have no \`${CLUSTER_LABEL}\`, unless the stack file has` }
    : label(CLUSTER_LABEL);
}

/** Labels that lines have here and those of a chart have not: what `| json` finds under the same name is `…_extracted`. */
export const NEW_LABELS: readonly string[] = [level, service, node];

/** Folders in which the container runtime has the files of pods. */
const OF_PODS = /^\^?\/var\/(?:log\/(?:pods|containers)|lib\/docker)\b/;

/** Whether a value of `filename` is that of a log file on a node, such as one that `agent.files` reads. */
export const isNodesFile = (value: string): boolean => value.startsWith('/') && !OF_PODS.test(value);
export const NO_FILE_OF_POD = `lines of pods have no file name here; write \`${namespace}\`, \`| ${ORIGIN.pod}="…"\` and \`${container}\``;
