/** Which kind of file a file is: each kind has rows of its own. */
import { isMapping } from '../../config/mapping';
import { CHART_GRAFANA } from './chart-grafana';
import { CHART_K8S_MONITORING } from './chart-k8s-monitoring';
import { CHART_LOKI } from './chart-loki';
import { CHART_PROMTAIL } from './chart-promtail';
import { COMPOSE } from './compose';
import type { Found } from './found';
import { RUNTIME_CONFIG } from './limits';
import { LOKI_CONFIG } from './loki-config';
import { below, leaves, type Row } from './source';

interface Kind {
  /** As the report calls it. */
  readonly title: string;
  /** Keys of which a file of this kind has one at its root. */
  readonly keys: readonly string[];
  readonly rows: readonly Row<Found>[];
}

/** In the order in which they are looked for: the first whose key a file has. */
export const KINDS = {
  config: {
    title: 'Loki’s own config',
    keys: ['schema_config', 'auth_enabled', 'limits_config', 'storage_config', 'common', 'compactor'],
    rows: LOKI_CONFIG,
  },
  runtime: { title: 'Loki’s runtime config', keys: ['overrides'], rows: RUNTIME_CONFIG },
  compose: { title: 'a docker-compose file', keys: ['services'], rows: COMPOSE },
  'k8s-monitoring': {
    title: 'values of the chart k8s-monitoring',
    keys: ['destinations', 'podLogs', 'clusterMetrics', 'alloy-logs', 'externalServices'],
    rows: CHART_K8S_MONITORING,
  },
  'loki-stack': {
    title: 'values of the chart loki-stack',
    keys: ['fluent-bit', 'filebeat', 'logstash', 'promtail'],
    rows: [
      ...below('promtail', CHART_PROMTAIL),
      ...below('grafana', CHART_GRAFANA),
      ...below('loki.config', LOKI_CONFIG),
      ...below('loki', CHART_LOKI),
      ...leaves<Found>('other agents have no counterpart here', 'fluent-bit', 'filebeat', 'logstash'),
      ...leaves<Found>('a Prometheus of the stack is `monitoring.type: embedded`', 'prometheus'),
      ...leaves<Found>(
        'it is about the chart itself',
        'test_pod',
        'proxy',
        'loki.enabled',
        'loki.isDefault',
        'loki.url',
      ),
    ],
  },
  loki: {
    title: 'values of the chart loki',
    keys: ['loki', 'deploymentMode', 'singleBinary', 'lokiCanary', 'write', 'backend', 'chunksCache', 'minio'],
    rows: CHART_LOKI,
  },
  promtail: {
    title: 'values of the chart promtail',
    keys: ['config', 'daemonset', 'defaultVolumes'],
    rows: CHART_PROMTAIL,
  },
  grafana: {
    title: 'values of the chart grafana',
    keys: [
      'grafana.ini',
      'adminPassword',
      'adminUser',
      'admin',
      'datasources',
      'dashboardProviders',
      'sidecar',
      'persistence',
    ],
    rows: CHART_GRAFANA,
  },
} as const satisfies Readonly<Record<string, Kind>>;
export type KindName = keyof typeof KINDS;

export const isKind = (name: string): name is KindName => Object.hasOwn(KINDS, name);

/** The kind of a file by its keys, undefined if none has them. */
export function kindOf(root: unknown): KindName | undefined {
  if (!isMapping(root)) return undefined;
  const names = Object.keys(KINDS).filter(isKind);
  return names.find((name) => KINDS[name].keys.some((key) => Object.hasOwn(root, key)));
}
