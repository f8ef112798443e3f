import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import {
  type Alertmanager as AlertmanagerConfig,
  ALERTMANAGER_SECRET,
  alertmanagerKeys,
  type StackConfig,
} from '../../config';
import { heartbeatSources } from '../../config/heartbeat';
import { formatDuration, goMemoryLimit } from '../../config/units';
import { ALERTMANAGER_PODS, alertmanagerHost, alertmanagerPods, monitoringType } from '../kit/addresses';
import { alertmanagerConfig, CONFIG, RECEIVERS } from './config';
import { TEMPLATES } from './templates';
import { ALERTMANAGER, GATEWAY, GRAFANA, LOKI, objectLabels, PROMETHEUS, selectorLabels } from '../kit/identity';
import { componentPolicy, destinationRule, dnsEgress, podsOf, tcp, udp } from '../kit/network';
import {
  configHash,
  CONTAINER_SECURITY,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  restrictedPodSecurity,
  secretFiles,
  servicePort,
  spread,
  volumeClaim,
} from '../kit/pod';

/** The parts of the stack config that Alertmanager is made from. */
export type AlertmanagerProps = Pick<
  StackConfig,
  | 'environment'
  | 'namespaces'
  | 'deployment'
  | 'monitoring'
  | 'alerting'
  | 'persistence'
  | 'resources'
  | 'images'
  | 'network'
> & { readonly alertmanager: AlertmanagerConfig };

/** uid and gid of the image. */
const USER = 65534;
const DATA = '/alertmanager';
/** Share of the memory limit up to which Go collects lazily; the rest is for what Go does not count. */
const GO_MEMORY_SHARE = 0.8;

/** Alertmanager: StatefulSet with a volume for silences, Services, config and templates, NetworkPolicy; a pair also has a disruption budget. */
export class Alertmanager extends Construct {
  constructor(scope: Construct, id: string, props: AlertmanagerProps) {
    super(scope, id);
    const { namespaces, alertmanager } = props;
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(ALERTMANAGER) },
    });
    const files = {
      'alertmanager.yml': stringify(alertmanagerConfig(alertmanager, props.deployment, heartbeatSources(props))),
      'spywatcher.tmpl': TEMPLATES.file,
    };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(ALERTMANAGER.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('alertmanager-config'), data: files });
    this.policy(props);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(ALERTMANAGER.name),
      spec: { type: 'ClusterIP', selector: { ...selectorLabels(ALERTMANAGER) }, ports: [HTTP_PORT] },
    });
    new k8s.KubeService(this, 'pods', {
      metadata: metadata(ALERTMANAGER_PODS),
      // The two of a pair find each other before they are ready.
      spec: {
        clusterIp: 'None',
        publishNotReadyAddresses: true,
        selector: { ...selectorLabels(ALERTMANAGER) },
        ports: [HTTP_PORT],
      },
    });
    for (const pod of alertmanagerPods(props)) {
      new k8s.KubeService(this, `metrics-${pod}`, {
        metadata: metadata(`${pod}-metrics`),
        spec: {
          type: 'ClusterIP',
          publishNotReadyAddresses: true,
          selector: { ...selectorLabels(ALERTMANAGER), 'statefulset.kubernetes.io/pod-name': pod },
          ports: [HTTP_PORT],
        },
      });
    }
    if (alertmanager.replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'disruption-budget', {
        metadata: metadata(ALERTMANAGER.name),
        spec: {
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          selector: { matchLabels: { ...selectorLabels(ALERTMANAGER) } },
        },
      });
    }
    this.statefulSet(props, metadata(ALERTMANAGER.name), files);
  }

  private policy(props: AlertmanagerProps): void {
    const { namespaces, alertmanager, network } = props;
    const peers = podsOf(ALERTMANAGER, namespaces.logging);
    const gossip = [...tcp(ALERTMANAGER.ports.cluster), ...udp(ALERTMANAGER.ports.cluster)];
    const hasPeers = alertmanager.replicas > 1;
    const destinations = new Map(
      [...alertmanager.receivers, ...(alertmanager.heartbeat === undefined ? [] : [alertmanager.heartbeat])]
        .flatMap(({ egress }) => egress)
        .map((destination) => [JSON.stringify(destination), destination]),
    );
    componentPolicy(this, ALERTMANAGER, {
      namespace: namespaces.logging,
      ingress: [
        {
          from: [
            podsOf(LOKI, namespaces.logging), // its ruler
            podsOf(GRAFANA, namespaces.logging),
            podsOf(GATEWAY, namespaces.logging), // of which it is the metrics alone
            ...(monitoringType(props) === 'embedded' ? [podsOf(PROMETHEUS, namespaces.logging)] : []),
          ],
          ports: tcp(ALERTMANAGER.ports.http),
        },
        ...(hasPeers ? [{ from: [peers], ports: gossip }] : []),
      ],
      egress: [
        ...(hasPeers ? [{ to: [peers], ports: gossip }] : []),
        ...[...destinations.values()].map(destinationRule),
        ...(hasPeers || destinations.size > 0 ? [dnsEgress(network)] : []),
      ],
    });
  }

  private statefulSet(
    props: AlertmanagerProps,
    metadata: k8s.ObjectMeta,
    files: Readonly<Record<string, string>>,
  ): void {
    const { alertmanager, persistence, images, resources } = props;
    const selector = { ...selectorLabels(ALERTMANAGER) };
    const { storageClass, size } = alertmanager.persistence;
    const isPair = alertmanager.replicas > 1;
    const hasSecret = Object.keys(alertmanagerKeys(props)).length > 0;
    const probe = (path: string): k8s.Probe => ({ httpGet: { path, port: k8s.IntOrString.fromString('http') } });
    new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata,
      spec: {
        serviceName: ALERTMANAGER_PODS,
        replicas: alertmanager.replicas,
        revisionHistoryLimit: 5,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: selector },
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: persistence.retainOnDelete ? 'Retain' : 'Delete',
          whenScaled: 'Delete', // the other one has the same silences
        },
        template: {
          metadata: { labels: { ...objectLabels(ALERTMANAGER) }, annotations: { ...configHash(files) } },
          spec: {
            serviceAccountName: ALERTMANAGER.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            ...(isPair ? { topologySpreadConstraints: [...spread(selector)] } : {}),
            containers: [
              {
                name: ALERTMANAGER.name,
                image: imageReference(images.alertmanager, images),
                imagePullPolicy: 'IfNotPresent',
                args: [...alertmanagerArgs(props)],
                ports: [
                  { name: 'http', containerPort: ALERTMANAGER.ports.http, protocol: 'TCP' },
                  ...(isPair
                    ? ['TCP', 'UDP'].map((protocol) => ({
                        name: `cluster-${protocol.toLowerCase()}`,
                        containerPort: ALERTMANAGER.ports.cluster,
                        protocol,
                      }))
                    : []),
                ],
                env: [
                  { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.alertmanager.limits.memory, GO_MEMORY_SHARE) },
                  ...(isPair ? [POD_IP] : []),
                ],
                resources: containerResources(resources.alertmanager),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                startupProbe: { ...probe('/-/ready'), periodSeconds: 1, failureThreshold: 120 },
                readinessProbe: { ...probe('/-/ready'), periodSeconds: 5 },
                livenessProbe: { ...probe('/-/healthy'), periodSeconds: 10, failureThreshold: 6 },
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'config', mountPath: CONFIG, readOnly: true },
                  ...(hasSecret ? [{ name: 'receivers', mountPath: RECEIVERS, readOnly: true }] : []),
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'alertmanager-config' } },
              ...(hasSecret ? [secretFiles('receivers', ALERTMANAGER_SECRET)] : []),
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data', labels: selector },
            spec: volumeClaim(size, storageClass),
          },
        ],
      },
    });
  }
}

/** Alertmanager's command line. */
export function alertmanagerArgs(props: Pick<AlertmanagerProps, 'alertmanager' | 'namespaces'>): readonly string[] {
  const { alertmanager, namespaces } = props;
  const { cluster } = ALERTMANAGER.ports;
  return [
    `--config.file=${CONFIG}/alertmanager.yml`,
    `--storage.path=${DATA}`,
    `--data.retention=${formatDuration(alertmanager.retention)}`,
    // What a pod that is killed may forget of its silences; the default is 15m.
    '--data.maintenance-interval=1m',
    `--web.external-url=${alertmanager.url}`,
    // The path of that URL is none of its own.
    '--web.route-prefix=/',
    ...(alertmanager.replicas === 1
      ? ['--cluster.listen-address=']
      : [
          `--cluster.listen-address=0.0.0.0:${cluster}`,
          `--cluster.advertise-address=$(POD_IP):${cluster}`,
          // A pod's address may become that of another stack's pod.
          `--cluster.label=${namespaces.logging}/${ALERTMANAGER.name}`,
          // A pod comes back with another address; the default is to look for the old one 6h.
          '--cluster.reconnect-timeout=5m',
          ...alertmanagerPods(props).map((pod) => `--cluster.peer=${alertmanagerHost(pod, namespaces)}:${cluster}`),
        ]),
  ];
}

const POD_IP: k8s.EnvVar = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

const HTTP_PORT = servicePort('http', ALERTMANAGER.ports.http);
