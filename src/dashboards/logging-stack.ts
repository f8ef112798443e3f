/** "Spywatcher - Logging Stack": the state of the stack itself, from its metrics. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { StackConfig } from '../config/schema';
import { place } from './layout';
import { stackOverview } from './stack-overview';
import { stackRows } from './stack-rows';

export const LOGGING_STACK_UID = 'spywatcher-logging-stack';

/** The dashboard as Grafana's JSON model. */
export function loggingStackDashboard(config: StackConfig): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder('Spywatcher - Logging Stack')
    .uid(LOGGING_STACK_UID)
    .tags(['spywatcher', 'logs', 'metrics'])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .timezone('browser');
  place(builder, stackOverview(config), stackRows(config));
  return builder.build();
}
