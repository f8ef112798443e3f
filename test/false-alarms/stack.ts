/** The stack that is to raise no false alarm: default rules, thresholds, intervals, limits and resources. */
import { buildNodeImage } from '../../local/images/catalog';
import type { StackConfig } from '../../src/config';
import { GRAFANA } from '../../src/components/identity';
import { e2eConfig } from '../e2e/cluster';

const STAND_IN = 'spywatcher/grafana-stand-in:1.0.0';

/** As the end-to-end tests have it, with the defaults of all that decides on alerts. */
export function calmConfig(): StackConfig {
  const { alertmanager } = e2eConfig();
  const receivers = alertmanager.type === 'embedded' ? alertmanager.receivers : [];
  return e2eConfig({
    gateway: { tls: {} },
    alerting: {},
    monitoring: {},
    alertmanager: { type: 'embedded', receivers },
    resources: {},
    images: { grafana: STAND_IN },
  });
}

/**
 * Answers Grafana's probes and has metrics. Grafana's server is in no package registry; without anything in its place the
 * stack would say, and rightly, that it is down.
 */
export function buildGrafanaStandIn(): Promise<string> {
  const server = `require('node:http').createServer((request, response) => response
    .setHeader('content-type', 'text/plain; version=0.0.4') // without it Prometheus refuses an answer
    .end(request.url === '/metrics' ? 'grafana_stand_in 1\\n' : 'ok')).listen(${GRAFANA.ports.http})`;
  return buildNodeImage({ name: STAND_IN, folders: {}, command: ['-e', server] });
}
