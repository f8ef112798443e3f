/** The list of programs with metrics. The scrape config of a Prometheus and an operator's monitors are made from it. */
import { hasGrafana, type StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import { pathsOfGateway } from '../gateway/metrics';
import { agentMetrics, GATEWAY_METRICS, GRAFANA_METRICS } from '../kit/addresses';
import { agentOf, ALERTMANAGER, CANARY, COMPACTOR, GATEWAY, GRAFANA, type Identity, LOKI } from '../kit/identity';

/** Metrics of one program of the stack. */
export interface ScrapeJob {
  /** Label `job` of its metrics. */
  readonly job: string;
  /** The pods that listen. */
  readonly component: Identity;
  readonly namespace: string;
  /** Service in front of them. */
  readonly service: string;
  /** Name of the container port. */
  readonly portName: string;
  readonly port: number;
  /** Path of each pod, where one port has the metrics of several pods. @default - `/metrics` of each pod that listens */
  readonly paths?: readonly { readonly path: string; readonly pod: string }[];
}

/** Every program of the stack that has metrics. */
export function scrapeJobs(config: StackConfig): readonly ScrapeJob[] {
  const { logging, agents } = config.namespaces;
  const agent = agentOf(config);
  const ofAgent: ScrapeJob = {
    job: agent.name,
    component: agent,
    namespace: agents,
    service: agentMetrics(agent),
    portName: 'metrics',
    port: agent.ports.metrics,
  };
  if (hasAgentsAlone(config)) return [ofAgent];
  const throughGateway = (program: Identity): ScrapeJob => ({
    job: program.name,
    component: GATEWAY,
    namespace: logging,
    service: GATEWAY_METRICS,
    portName: 'metrics',
    port: GATEWAY.ports.metrics,
    // The name of a StatefulSet's pod ends in its ordinal.
    paths: pathsOfGateway(config).filter(({ pod }) => pod.replace(/-\d+$/, '') === program.name),
  });
  return [
    throughGateway(LOKI),
    ...(config.alertmanager.type === 'embedded' ? [throughGateway(ALERTMANAGER)] : []),
    ...(config.deployment.mode === 'ha' ? [throughGateway(COMPACTOR)] : []),
    ...(config.gateway.tls === undefined ? [] : [throughGateway(GATEWAY)]),
    ofAgent,
    ...(hasGrafana(config)
      ? [
          {
            job: GRAFANA.name,
            component: GRAFANA,
            namespace: logging,
            service: GRAFANA_METRICS,
            portName: 'metrics',
            port: GRAFANA.ports.metrics,
          },
        ]
      : []),
    ...(config.canary === undefined
      ? []
      : [
          {
            job: CANARY.name,
            component: CANARY,
            namespace: logging,
            service: CANARY.name,
            portName: 'metrics',
            port: CANARY.ports.metrics,
          },
        ]),
  ];
}
