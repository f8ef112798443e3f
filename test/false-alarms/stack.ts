/** The stack that is to raise no false alarm: default rules, thresholds, intervals, limits and resources. */
import type { StackConfig } from '../../src/config';
import { e2eConfig } from '../e2e/cluster';

/** As the end-to-end tests have it, with the defaults of all that decides on alerts, and with the agent that they have not. */
export function calmConfig(): StackConfig {
  const { alertmanager } = e2eConfig();
  const receivers = alertmanager.type === 'embedded' ? alertmanager.receivers : [];
  return e2eConfig({
    gateway: { tls: {} },
    agent: { type: 'collector' },
    alerting: {},
    monitoring: {},
    alertmanager: { type: 'embedded', receivers },
    resources: {},
  });
}
