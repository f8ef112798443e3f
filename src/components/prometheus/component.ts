import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { hasRecordingRules } from '../../alerts';
import { stackRules } from '../../alerts/stack-rules';
import { metricRuleGroups } from '../../alerts/metric-rule-groups';
import type { StackConfig } from '../../config';
import { goMemoryLimit } from '../../config/units';
import { ALERTMANAGER, GRAFANA, LOKI, objectLabels, PROMETHEUS, selectorLabels } from '../kit/identity';
import { alertmanagerEgress, componentPolicy, destinationRule, dnsEgress, podsOf, tcp } from '../kit/network';
import {
  configHash,
  CONTAINER_SECURITY,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  restrictedPodSecurity,
  servicePort,
  volumeClaim,
} from '../kit/pod';
import { PROMETHEUS_CONFIG, prometheusConfig, type PrometheusConfigProps, RULE_FILE } from './config';
import { scrapeJobs } from './scrape-jobs';

/** The parts of the stack config that Prometheus is made from. */
export type PrometheusProps = PrometheusConfigProps &
  Pick<StackConfig, 'resources' | 'images' | 'network' | 'retention' | 'gateway' | 'alerting' | 'auth' | 'agent'>;

/** The image's own. */
const USER = 65534;
const DATA = '/prometheus';
const GO_MEMORY_SHARE = 0.8;
/** The write-ahead log of hours is read before it is ready. */
const START_SECONDS = 600;
/** Long enough to write down what is in memory. */
const END_SECONDS = 120;

/** A Prometheus for the stack itself, and for what the config names: one pod, which nobody reaches but Grafana and Loki's ruler. */
export class Prometheus extends Construct {
  constructor(scope: Construct, id: string, props: PrometheusProps) {
    super(scope, id);
    const { namespaces, images, resources, monitoring } = props;
    const { persistence } = monitoring.embedded;
    const selector = { ...selectorLabels(PROMETHEUS) };
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(PROMETHEUS) },
    });
    const files = {
      'prometheus.yaml': stringify(prometheusConfig(props)),
      [RULE_FILE]: stringify(metricRuleGroups(stackRules(props), props.alerting.runbooks), { lineWidth: 0 }),
    };
    const probe = (path: string): k8s.Probe => ({ httpGet: { path, port: k8s.IntOrString.fromString('http') } });

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(PROMETHEUS.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('prometheus-config'), data: files });
    this.policy(props);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(PROMETHEUS.name),
      spec: { type: 'ClusterIP', selector, ports: [HTTP_PORT] },
    });
    new k8s.KubeService(this, 'headless', {
      metadata: metadata(`${PROMETHEUS.name}-headless`),
      spec: { clusterIp: 'None', selector, ports: [HTTP_PORT] },
    });
    new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata: metadata(PROMETHEUS.name),
      spec: {
        serviceName: `${PROMETHEUS.name}-headless`,
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: selector },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
        template: {
          metadata: { labels: { ...objectLabels(PROMETHEUS) }, annotations: { ...configHash(files) } },
          spec: {
            serviceAccountName: PROMETHEUS.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            terminationGracePeriodSeconds: END_SECONDS,
            containers: [
              {
                name: PROMETHEUS.name,
                image: imageReference(images.prometheus, images),
                imagePullPolicy: 'IfNotPresent',
                args: [
                  `--config.file=${PROMETHEUS_CONFIG}/prometheus.yaml`,
                  `--storage.tsdb.path=${DATA}`,
                  ...(isRecordedTo(props) ? ['--web.enable-remote-write-receiver'] : []),
                  '--log.format=json',
                ],
                env: [
                  { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.prometheus.limits.memory, GO_MEMORY_SHARE) },
                ],
                ports: [{ name: 'http', containerPort: PROMETHEUS.ports.http, protocol: 'TCP' }],
                resources: containerResources(resources.prometheus),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                startupProbe: { ...probe('/-/ready'), periodSeconds: 1, failureThreshold: START_SECONDS },
                readinessProbe: { ...probe('/-/ready'), periodSeconds: 5 },
                livenessProbe: { ...probe('/-/healthy'), periodSeconds: 10, failureThreshold: 6 },
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'config', mountPath: PROMETHEUS_CONFIG, readOnly: true },
                ],
              },
            ],
            volumes: [{ name: 'config', configMap: { name: 'prometheus-config' } }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data', labels: selector },
            spec: volumeClaim(persistence.size, persistence.storageClass),
          },
        ],
      },
    });
  }

  private policy(props: PrometheusProps): void {
    const { namespaces, network, monitoring } = props;
    // Two jobs of one component are one rule.
    const scraped = new Map(
      scrapeJobs(props).map(({ component, namespace, port }) => [
        component.name,
        { to: [podsOf(component, namespace)], ports: tcp(port) },
      ]),
    );
    componentPolicy(this, PROMETHEUS, {
      namespace: namespaces.logging,
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
        dnsEgress(network),
      ],
    });
  }
}

/** Whether results of Loki's recording rules are sent here. */
function isRecordedTo(props: PrometheusProps): boolean {
  return hasRecordingRules(props) && props.alerting.remoteWrite === undefined;
}

const HTTP_PORT = servicePort('http', PROMETHEUS.ports.http);
