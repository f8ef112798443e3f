import type { StackConfig } from '../schema';

/**
 * Alert that always fires, so that an outside service notices when it does not come any more. kube-prometheus has made the name
 * the usual one.
 */
export const WATCHDOG = 'Watchdog';

/** Who raises it: Loki's ruler, and the stack's own Prometheus. */
export type HeartbeatSource = 'ruler' | 'prometheus';

type Parts = Pick<StackConfig, 'alertmanager' | 'alerting' | 'monitoring'>;

/** Who raises alerts of which the stack's Alertmanager is told. That of a Prometheus Operator has an Alertmanager of its own. */
export function alertSources(config: Omit<Parts, 'alertmanager'>): readonly HeartbeatSource[] {
  return [
    ...(config.alerting.enabled ? (['ruler'] as const) : []),
    ...(config.monitoring.type === 'embedded' ? (['prometheus'] as const) : []),
  ];
}

/** Sources of the heartbeat; none where the stack has no heartbeat. */
export function heartbeatSources(config: Parts): readonly HeartbeatSource[] {
  return hasHeartbeat(config) ? alertSources(config) : [];
}

export function hasHeartbeat({ alertmanager }: Pick<StackConfig, 'alertmanager'>): boolean {
  return alertmanager.type === 'embedded' && alertmanager.heartbeat !== undefined;
}

/** Its receiver in Alertmanager, and its URL's key in the Secret. No receiver of a stack file has an underscore in its name. */
export function heartbeatKey(source: HeartbeatSource): string {
  return `heartbeat_${source}`;
}
