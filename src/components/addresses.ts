/** Where the stack's own pods find Alertmanager and Prometheus. */
import type { StackConfig } from '../config';
import { ALERTMANAGER, PROMETHEUS } from './identity';

/** Service that gives each Alertmanager a name. */
export const ALERTMANAGER_PODS = `${ALERTMANAGER.name}-pods`;

/** URL of each Alertmanager, without a slash at the end: an alert is told to all of them. Empty where there is none. */
export function alertmanagerUrls({
  alertmanager,
  namespaces,
}: Pick<StackConfig, 'alertmanager' | 'namespaces'>): readonly string[] {
  if (alertmanager.type === 'none') return [];
  if (alertmanager.type === 'external') return alertmanager.urls;
  return Array.from(
    { length: alertmanager.replicas },
    (_, index) =>
      `http://${ALERTMANAGER.name}-${index}.${ALERTMANAGER_PODS}.${namespaces.logging}.svc:${ALERTMANAGER.ports.http}`,
  );
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
