/**
 * A Pulumi program with the logging stack in it. Before the first `pulumi up`, set its secrets:
 *
 *   for name in grafanaPassword grafanaKey promtailCredential grafanaCredential; do
 *     pulumi config set --secret "$name" "$(openssl rand -hex 16)"
 *   done
 */
import * as pulumi from '@pulumi/pulumi';
import { LoggingStack, stackConfig } from 'spywatcher-logs/pulumi';

// Only what differs from the defaults; a mistake is reported with its path, its rule and what to write instead.
const config = stackConfig({
  environment: 'staging',
  retention: { period: '14d' },
  grafana: { url: 'https://logs.example.com', ingress: { className: 'nginx', tls: { secretName: 'grafana-tls' } } },
});

const secrets = new pulumi.Config();
const logging = new LoggingStack('logging', {
  config,
  secrets: {
    'grafana.adminPassword': secrets.requireSecret('grafanaPassword'),
    'grafana.secretKey': secrets.requireSecret('grafanaKey'),
    'gateway.promtail': secrets.requireSecret('promtailCredential'),
    'gateway.grafana': secrets.requireSecret('grafanaCredential'),
  },
});

export const grafanaUrl = logging.grafanaUrl;
export const gatewayUrl = logging.gatewayUrl;
