/** The StatefulSet, Services, config, rules and NetworkPolicy of the stack's own Prometheus. */
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { hasRecordingRules } from '../../alerts';
import { metricRuleGroups } from '../../alerts/metric-rule-groups';
import { stackRules } from '../../alerts/stack-rules';
import type { StackConfig } from '../../config';
import { type ContainerProps, containerPorts, goMemory, httpProbe } from '../kit/container';
import { ALERTMANAGER, GRAFANA, LOKI, PROMETHEUS } from '../kit/identity';
import { alertmanagerEgress, componentPolicy, destinationRule, dnsEgress, podsOf, tcp } from '../kit/network';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { PROMETHEUS_CONFIG, prometheusConfig, RULE_FILE } from './config';
import { scrapeJobs } from './scrape-jobs';

/** uid and gid of the image. */
const USER = 65534;
const DATA = '/prometheus';
/** The Service that names the pod. */
const HEADLESS = `${PROMETHEUS.name}-headless`;
/** Before it is ready, it reads the write-ahead log of some hours. */
const START_SECONDS = 600;
/** Long enough to write its memory to the volume. */
const END_SECONDS = 120;

/** A Prometheus for the stack itself and for the targets of the config. It is one pod. Only Grafana and Loki's ruler can reach it. */
export class Prometheus extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const { namespaces, monitoring, alerting } = props;
    const workload = new Workload(this, PROMETHEUS, namespaces.logging, props);
    const ports = [servicePort('http', PROMETHEUS.ports.http)];
    const files = {
      'prometheus.yaml': stringify(prometheusConfig(props)),
      [RULE_FILE]: stringify(metricRuleGroups(stackRules(props), alerting.runbooks), { lineWidth: 0 }),
    };

    workload.serviceAccount();
    workload.configMap('config', 'prometheus-config', files);
    this.policy(props);
    workload.service('service', { ports });
    workload.service('headless', { name: HEADLESS, headless: true, ports });
    workload.statefulSet({
      replicas: 1,
      serviceName: HEADLESS,
      volume: monitoring.embedded.persistence,
      claims: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      pod: {
        user: USER,
        files,
        terminationGracePeriodSeconds: END_SECONDS,
        containers: [this.container(props)],
        volumes: [{ name: 'config', configMap: { name: 'prometheus-config' } }],
      },
    });
  }

  private container(props: StackConfig): ContainerProps {
    const { images, resources } = props;
    return {
      name: PROMETHEUS.name,
      image: images.prometheus,
      args: [
        `--config.file=${PROMETHEUS_CONFIG}/prometheus.yaml`,
        `--storage.tsdb.path=${DATA}`,
        ...(isRecordedTo(props) ? ['--web.enable-remote-write-receiver'] : []),
        '--log.format=json',
      ],
      env: [goMemory(resources.prometheus)],
      ports: containerPorts(PROMETHEUS.ports),
      resources: resources.prometheus,
      startupProbe: { ...httpProbe('/-/ready'), periodSeconds: 1, failureThreshold: START_SECONDS },
      readinessProbe: { ...httpProbe('/-/ready'), periodSeconds: 5 },
      livenessProbe: httpProbe('/-/healthy'),
      volumeMounts: [
        { name: 'data', mountPath: DATA },
        { name: 'config', mountPath: PROMETHEUS_CONFIG, readOnly: true },
      ],
    };
  }

  private policy(props: StackConfig): void {
    const { namespaces, network, monitoring } = props;
    // Two jobs of one component need one rule.
    const scraped = new Map(
      scrapeJobs(props).map(({ component, namespace, port }) => [
        component.name,
        { to: [podsOf(component, namespace)], ports: tcp(port) },
      ]),
    );
    componentPolicy(this, PROMETHEUS, {
      namespace: namespaces.logging,
      policies: network.policies,
      ingress: [
        {
          from: [
            podsOf(GRAFANA, namespaces.logging),
            ...(isRecordedTo(props) ? [podsOf(LOKI, namespaces.logging)] : []),
          ],
          ports: tcp(PROMETHEUS.ports.http),
        },
      ],
      egress: [
        ...scraped.values(),
        ...(props.alertmanager.type === 'embedded'
          ? [{ to: [podsOf(ALERTMANAGER, namespaces.logging)], ports: tcp(ALERTMANAGER.ports.http) }]
          : []),
        ...alertmanagerEgress(props),
        ...monitoring.targets.flatMap(({ egress }) => egress.map(destinationRule)),
        ...dnsEgress(network),
      ],
    });
  }
}

/** Whether this Prometheus receives the results of Loki's recording rules. */
function isRecordedTo(props: StackConfig): boolean {
  return hasRecordingRules(props) && props.alerting.remoteWrite === undefined;
}
