/** What stands in for Grafana: its server is in no package registry, and an empty place would be an alert of its own. */
import { buildNodeImage } from '../../local/images/catalog';
import { GRAFANA } from '../../src/components/kit/identity';

export const GRAFANA_STAND_IN = 'spywatcher/grafana-stand-in:1.0.0';

/** Answers Grafana's probes, says that its database is well, and has metrics. */
const SERVER = `
  const answers = {
    '/metrics': ['text/plain; version=0.0.4', 'grafana_stand_in 1\\n'], // without a type Prometheus refuses an answer
    '/api/health': ['application/json', '{"database":"ok","version":"0.0.0"}'],
  };
  require('node:http').createServer((request, response) => {
    const [type, body] = answers[request.url] ?? ['text/plain', 'ok'];
    response.setHeader('content-type', type).end(body);
  }).listen(${GRAFANA.ports.http});`;

export function buildGrafanaStandIn(): Promise<string> {
  return buildNodeImage({ name: GRAFANA_STAND_IN, folders: {}, command: ['-e', SERVER] });
}
