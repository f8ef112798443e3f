/** Where the stack's own pods find Alertmanager and Prometheus. */
import type { StackConfig } from '../../config';
import { defaults } from '../../config/defaults';
import { ALERTMANAGER, GATEWAY, GRAFANA, PROMETHEUS, PROMTAIL } from './identity';

/** Service that gives each Alertmanager a name. */
export const ALERTMANAGER_PODS = `${ALERTMANAGER.name}-pods`;

/** Service of the gateway's second port, behind which each Loki pod's metrics have a path. */
export const GATEWAY_METRICS = `${GATEWAY.name}-metrics`;

/** Service that has an address for each agent. */
export const PROMTAIL_METRICS = `${PROMTAIL.name}-metrics`;

/** Service that has an address for each Grafana pod, for metrics alone. */
export const GRAFANA_METRICS = `${GRAFANA.name}-metrics`;

/** Names of the stack's own Alertmanager pods, in order. */
export function alertmanagerPods({ alertmanager }: Pick<StackConfig, 'alertmanager'>): readonly string[] {
  const count = alertmanager.type === 'embedded' ? alertmanager.replicas : 0;
  return Array.from({ length: count }, (_, index) => `${ALERTMANAGER.name}-${index}`);
}

/** Host name of one of them. */
export function alertmanagerHost(pod: string, { logging }: StackConfig['namespaces']): string {
  return `${pod}.${ALERTMANAGER_PODS}.${logging}.svc`;
}

/** URL of each Alertmanager, without a slash at the end: an alert is told to all of them. Empty where there is none. */
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

/** Where silences are made and alerts are seen: any of the Alertmanagers. Without a slash at the end. */
export function alertmanagerUrl(config: Pick<StackConfig, 'alertmanager' | 'namespaces'>): string | undefined {
  return config.alertmanager.type === 'embedded'
    ? `http://${ALERTMANAGER.name}.${config.namespaces.logging}.svc:${ALERTMANAGER.ports.http}`
    : alertmanagerUrls(config)[0];
}

/** URL of the embedded Prometheus, without a slash at the end; undefined where there is none. */
export function prometheusUrl(config: Pick<StackConfig, 'monitoring' | 'namespaces'>): string | undefined {
  return config.monitoring.type === 'embedded'
    ? `http://${PROMETHEUS.name}.${config.namespaces.logging}.svc:${PROMETHEUS.ports.http}`
    : undefined;
}

/** What makes a Prometheus that looks for annotations scrape a pod or a Service; nothing where none is meant to. */
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
