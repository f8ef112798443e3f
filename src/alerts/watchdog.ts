/** The alert that always fires, in LogQL and in PromQL alike. */
import { type HeartbeatSource, WATCHDOG } from '../config/derived/heartbeat';
import type { AlertRule } from './rule';

/** Names of the sources in the alert's text. */
const NAMES: Readonly<Record<HeartbeatSource, string>> = { ruler: 'Loki’s ruler', prometheus: 'Prometheus' };

/** The heartbeat of a source of alerts. Alertmanager distinguishes the sources by the label `source`. */
export function watchdog(source: HeartbeatSource): AlertRule<'none'> {
  return {
    name: WATCHDOG,
    expr: 'vector(1)',
    for: '0s',
    severity: 'none',
    labels: { source },
    summary: `${NAMES[source]} and Alertmanager work`,
    description: 'This alert always fires. An outside service misses it when it does not come any more.',
  };
}
