import type { StackConfig } from './schema';

/** How metrics are scraped, with the default for the stack's environment. */
export function monitoringType({
  monitoring,
  environment,
}: Pick<StackConfig, 'monitoring' | 'environment'>): NonNullable<StackConfig['monitoring']['type']> {
  return monitoring.type ?? (environment === 'dev' ? 'embedded' : 'annotations');
}

/** Whether Grafana has metrics to show: somebody scrapes them. */
export function hasGrafanaMetrics(config: Pick<StackConfig, 'monitoring' | 'environment'>): boolean {
  return monitoringType(config) !== 'none';
}
