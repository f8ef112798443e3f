/** A cdk8s app with the logging stack in it. `npm run synth` writes its manifests to dist/. */
import { App, Chart } from 'cdk8s';
import { Gateway, Grafana, Loki, Namespaces, Promtail, secretTable, stackConfig } from 'spywatcher-logs';

// Only what differs from the defaults; a mistake is reported with its path, its rule and what to write instead.
const config = stackConfig({
  environment: 'staging',
  retention: { period: '14d', streams: [{ selector: '{job="security"}', period: '90d' }] },
  grafana: { url: 'https://logs.example.com', ingress: { className: 'nginx', tls: { secretName: 'grafana-tls' } } },
});

const app = new App();
new Namespaces(new Chart(app, '00-namespaces'), 'namespaces', config);

const logging = new Chart(app, '10-logging');
new Loki(logging, 'loki', config);
new Gateway(logging, 'gateway', config);
new Promtail(logging, 'promtail', config);
new Grafana(logging, 'grafana', config);
app.synth();

console.log('The pods wait for these Secrets:');
for (const { namespace, name, keys } of secretTable(config)) {
  console.log(`  ${namespace}/${name} with ${Object.keys(keys).join(', ')}`);
}
