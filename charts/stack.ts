/** What is applied together, in this order; wiring only. */
import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { ConfigError, type StackConfig } from '../src/config';
import { hasAgentsAlone } from '../src/config/derived/components';
import { Alertmanager } from '../src/components/alertmanager';
import { Canary } from '../src/components/canary';
import { Collector } from '../src/components/collector';
import { ExternalSecrets } from '../src/components/external-secrets';
import { Gateway } from '../src/components/gateway';
import { Grafana } from '../src/components/grafana';
import { Compactor, Loki } from '../src/components/loki';
import { Namespaces } from '../src/components/namespaces';
import { OperatorMonitoring, Prometheus } from '../src/components/prometheus';
import { Promtail } from '../src/components/promtail';
import { applyPatches } from './patches/apply';

/**
 * Adds the charts of one stack, with its patches applied. The numbers make `kubectl apply -f` take the namespaces first.
 *
 * @param source - what the stack is read from, for the report
 * @throws ConfigError with everything that is wrong with the patches: they can be checked once the objects are there.
 */
export function addStackCharts(scope: Construct, config: StackConfig, source = 'The stack'): void {
  addCharts(scope, config);
  const problems = applyPatches(scope, config);
  if (problems.length > 0) throw new ConfigError(source, problems);
}

function addCharts(scope: Construct, config: StackConfig): void {
  new Namespaces(new Chart(scope, '00-namespaces'), 'namespaces', config);
  if (config.secretSource.type === 'externalSecrets')
    new ExternalSecrets(new Chart(scope, '05-secrets'), 'secrets', config);
  if (!hasAgentsAlone(config)) addLoki(scope, config);
  addAgent(scope, config);
  if (!hasAgentsAlone(config)) addReaders(scope, config);
  addMonitoring(scope, config);
}

/** Loki, and the way to it. */
function addLoki(scope: Construct, config: StackConfig): void {
  new Loki(new Chart(scope, '10-loki'), 'loki', config);
  if (config.deployment.mode === 'ha') new Compactor(new Chart(scope, '15-compactor'), 'compactor', config);
  new Gateway(new Chart(scope, '20-gateway'), 'gateway', config);
}

/** What reads lines, and what tells of them. */
function addReaders(scope: Construct, config: StackConfig): void {
  new Grafana(new Chart(scope, '40-grafana'), 'grafana', config);
  const { alertmanager } = config;
  if (alertmanager.type === 'embedded')
    new Alertmanager(new Chart(scope, '50-alertmanager'), 'alertmanager', { ...config, alertmanager });
  if (config.canary !== undefined)
    new Canary(new Chart(scope, '70-canary'), 'canary', { ...config, canary: config.canary });
}

function addMonitoring(scope: Construct, config: StackConfig): void {
  switch (config.monitoring.type) {
    case 'embedded':
      new Prometheus(new Chart(scope, '60-monitoring'), 'prometheus', config);
      break;
    case 'operator':
      new OperatorMonitoring(new Chart(scope, '60-monitoring'), 'monitoring', config);
      break;
    case 'annotations':
    case 'none':
  }
}

/** The agent has a chart by its name, so that another one is another file. */
function addAgent(scope: Construct, config: StackConfig): void {
  switch (config.agent.type) {
    case 'promtail':
      new Promtail(new Chart(scope, '30-promtail'), 'promtail', config);
      break;
    case 'collector':
      new Collector(new Chart(scope, '30-collector'), 'collector', config);
  }
}
