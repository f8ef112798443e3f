/** The default of `monitoring.type`, which depends on what the stack is for, and what follows from it. */
import type { ParsedConfig, StackConfig } from '../schema';
import { hasAgentsAlone } from './components';

/** A development stack scrapes itself; other clusters have a Prometheus. Agents alone have none of their own. */
export function monitoringType({
  monitoring,
  environment,
  components,
}: Pick<ParsedConfig, 'monitoring' | 'environment' | 'components'>): StackConfig['monitoring']['type'] {
  return monitoring.type ?? (environment === 'dev' && !hasAgentsAlone({ components }) ? 'embedded' : 'annotations');
}

/** Whether a Grafana runs, so that it is scraped and missed. */
export function hasGrafana({ grafana }: Pick<StackConfig, 'grafana'>): boolean {
  return grafana.replicas > 0;
}

/** Whether Grafana has metrics to show: somebody scrapes them. */
export function hasGrafanaMetrics({ monitoring }: Pick<StackConfig, 'monitoring'>): boolean {
  return monitoring.type !== 'none';
}
