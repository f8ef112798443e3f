/** Addresses of Alertmanager, Prometheus and metrics for the stack's own pods. */
import type { StackConfig } from '../../config';
import { defaults } from '../../config/defaults';
import { type AgentIdentity, ALERTMANAGER, GATEWAY, GRAFANA, PROMETHEUS } from './identity';

/** Service that gives each Alertmanager a name. */
export const ALERTMANAGER_PODS = `${ALERTMANAGER.name}-pods`;

/** Service of the gateway's second port. Each Loki pod's metrics have a path there. */
export const GATEWAY_METRICS = `${GATEWAY.name}-metrics`;

/** Service that has an address for each agent. */
export const agentMetrics = ({ name }: AgentIdentity): string => `${name}-metrics`;

/** Service that has an address for each Grafana pod, for metrics only. */
export const GRAFANA_METRICS = `${GRAFANA.name}-metrics`;

/** Names of the stack's own Alertmanager pods, in order. */
export function alertmanagerPods({ alertmanager }: Pick<StackConfig, 'alertmanager'>): readonly string[] {
  const count = alertmanager.type === 'embedded' ? alertmanager.replicas : 0;
  return Array.from({ length: count }, (_, index) => `${ALERTMANAGER.name}-${index}`);
}

/** Host name of one of these pods. */
export function alertmanagerHost(pod: string, { logging }: StackConfig['namespaces']): string {
  return `${pod}.${ALERTMANAGER_PODS}.${logging}.svc`;
}

/** URL of each Alertmanager, without a slash at the end. An alert is sent to all of them. Empty where there is none. */
export function alertmanagerUrls({
  alertmanager,
  namespaces,
}: Pick<StackConfig, 'alertmanager' | 'namespaces'>): readonly string[] {
  if (alertmanager.type === 'none') return [];
  if (alertmanager.type === 'external') return alertmanager.urls;
  return alertmanagerPods({ alertmanager }).map(
    (pod) => `http://${alertmanagerHost(pod, namespaces)}:${ALERTMANAGER.ports.http}`,
  );
}

/** URL of any of the Alertmanagers, for silences and for reading alerts. Without a slash at the end. */
export function alertmanagerUrl(config: Pick<StackConfig, 'alertmanager' | 'namespaces'>): string | undefined {
  return config.alertmanager.type === 'embedded'
    ? `http://${ALERTMANAGER.name}.${config.namespaces.logging}.svc:${ALERTMANAGER.ports.http}`
    : alertmanagerUrls(config)[0];
}

/** URL of the embedded Prometheus, without a slash at the end. Undefined where there is none. */
export function prometheusUrl(config: Pick<StackConfig, 'monitoring' | 'namespaces'>): string | undefined {
  return config.monitoring.type === 'embedded'
    ? `http://${PROMETHEUS.name}.${config.namespaces.logging}.svc:${PROMETHEUS.ports.http}`
    : undefined;
}

/** Annotations by which a Prometheus scrapes a pod or a Service. Empty unless `monitoring.type` is `annotations`. */
export function scrapeAnnotations(
  { monitoring }: Pick<StackConfig, 'monitoring'>,
  port: number,
  path = '/metrics',
): Readonly<Record<string, string>> {
  if (monitoring.type !== 'annotations') return {};
  return { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port), 'prometheus.io/path': path };
}

/** Grafana's second datasource: its URL, and the namespace and port of its pods. */
export function prometheusDatasource(
  config: Pick<StackConfig, 'grafana' | 'monitoring' | 'namespaces'>,
): NonNullable<StackConfig['grafana']['datasources']['prometheus']> {
  const { grafana, namespaces } = config;
  const own = prometheusUrl(config);
  return (
    grafana.datasources.prometheus ??
    (own === undefined
      ? defaults.grafana.prometheus
      : { url: own, namespace: namespaces.logging, port: PROMETHEUS.ports.http })
  );
}
