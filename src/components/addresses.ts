/** Where the stack's own pods find Alertmanager and Prometheus. */
import type { StackConfig } from '../config';
import { ALERTMANAGER, PROMETHEUS } from './identity';

/** Service that gives each Alertmanager a name. */
export const ALERTMANAGER_PODS = `${ALERTMANAGER.name}-pods`;

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

/** How metrics are scraped, with the default for the stack's environment. */
export function monitoringType({
  monitoring,
  environment,
}: Pick<StackConfig, 'monitoring' | 'environment'>): NonNullable<StackConfig['monitoring']['type']> {
  return monitoring.type ?? (environment === 'dev' ? 'embedded' : 'annotations');
}

/** URL of the embedded Prometheus, without a slash at the end; undefined where there is none. */
export function prometheusUrl(
  config: Pick<StackConfig, 'monitoring' | 'environment' | 'namespaces'>,
): string | undefined {
  return monitoringType(config) === 'embedded'
    ? `http://${PROMETHEUS.name}.${config.namespaces.logging}.svc:${PROMETHEUS.ports.http}`
    : undefined;
}
