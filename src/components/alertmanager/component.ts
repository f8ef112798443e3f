/** Alertmanager's StatefulSet, Services, config, templates and NetworkPolicy. */
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import {
  type Alertmanager as AlertmanagerConfig,
  ALERTMANAGER_SECRET,
  SECRET_NAMES,
  type StackConfig,
} from '../../config';
import { heartbeatSources } from '../../config/derived/heartbeat';
import { hasIpv6 } from '../../config/derived/ip-families';
import { formatDuration } from '../../config/units';
import { ALERTMANAGER_PODS, alertmanagerHost, alertmanagerPods } from '../kit/addresses';
import { type ContainerProps, containerPorts, goMemory, httpProbe, podField } from '../kit/container';
import { ALERTMANAGER, GATEWAY, GRAFANA, LOKI, PROMETHEUS } from '../kit/identity';
import { componentPolicy, destinationRule, dnsEgress, podsOf, proxyEgress, tcp, udp } from '../kit/network';
import { secretFiles } from '../kit/pod';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { alertmanagerConfig, CONFIG } from './config';
import { RECEIVERS } from './receivers';
import { templateFiles } from './templates';

/** A stack config with an Alertmanager of its own. */
export type AlertmanagerProps = StackConfig & { readonly alertmanager: AlertmanagerConfig };

/** uid and gid of the image. */
const USER = 65534;
const DATA = '/alertmanager';

/** Alertmanager: StatefulSet with a volume for silences, Services, config, templates and NetworkPolicy. A pair also has a disruption budget. */
export class Alertmanager extends Construct {
  constructor(scope: Construct, id: string, props: AlertmanagerProps) {
    super(scope, id);
    const { namespaces, alertmanager, persistence } = props;
    const workload = new Workload(this, ALERTMANAGER, namespaces.logging, props);
    const files = {
      'alertmanager.yml': stringify(alertmanagerConfig(alertmanager, props, heartbeatSources(props))),
      ...templateFiles(alertmanager, props.cluster !== undefined),
    };

    workload.serviceAccount();
    workload.configMap('config', 'alertmanager-config', files);
    this.policy(props);
    this.services(workload, props);
    workload.statefulSet({
      replicas: alertmanager.replicas,
      serviceName: ALERTMANAGER_PODS,
      parallel: true,
      volume: alertmanager.persistence,
      claims: {
        whenDeleted: persistence.retainOnDelete ? 'Retain' : 'Delete',
        whenScaled: 'Delete', // the other one has the same silences
      },
      pod: {
        user: USER,
        files,
        containers: [this.container(props)],
        volumes: [
          { name: 'config', configMap: { name: 'alertmanager-config' } },
          ...(hasSecret(props) ? [secretFiles('receivers', ALERTMANAGER_SECRET)] : []),
        ],
      },
    });
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
      policies: network.policies,
      ingress: [
        {
          from: [
            podsOf(LOKI, namespaces.logging), // its ruler
            podsOf(GRAFANA, namespaces.logging),
            podsOf(GATEWAY, namespaces.logging), // for metrics only
            ...(props.monitoring.type === 'embedded' ? [podsOf(PROMETHEUS, namespaces.logging)] : []),
          ],
          ports: tcp(ALERTMANAGER.ports.http),
        },
        ...(hasPeers ? [{ from: [peers], ports: gossip }] : []),
      ],
      egress: [
        ...(hasPeers ? [{ to: [peers], ports: gossip }] : []),
        ...[...destinations.values()].map(destinationRule),
        ...proxyEgress(props, ALERTMANAGER),
        ...(hasPeers || destinations.size > 0 ? dnsEgress(network) : []),
      ],
    });
  }

  private services(workload: Workload, props: AlertmanagerProps): void {
    const ports = [servicePort('http', ALERTMANAGER.ports.http)];
    workload.service('service', { ports });
    // The pods of a pair find each other before they are ready.
    workload.service('pods', { name: ALERTMANAGER_PODS, headless: true, beforeReady: true, ports });
    for (const pod of alertmanagerPods(props))
      workload.service(`metrics-${pod}`, { name: `${pod}-metrics`, beforeReady: true, pod, ports });
  }

  private container(props: AlertmanagerProps): ContainerProps {
    const { alertmanager, images, resources } = props;
    const { http, cluster } = ALERTMANAGER.ports;
    const isPair = alertmanager.replicas > 1;
    return {
      name: ALERTMANAGER.name,
      image: images.alertmanager,
      args: [...alertmanagerArgs(props)],
      ports: [
        ...containerPorts({ http }),
        ...(isPair
          ? ['TCP', 'UDP'].map((protocol) => ({
              name: `cluster-${protocol.toLowerCase()}`,
              containerPort: cluster,
              protocol,
            }))
          : []),
      ],
      env: [goMemory(resources.alertmanager), ...(isPair ? [POD_IP] : [])],
      resources: resources.alertmanager,
      startupProbe: { ...httpProbe('/-/ready'), periodSeconds: 1, failureThreshold: 120 },
      readinessProbe: { ...httpProbe('/-/ready'), periodSeconds: 5 },
      livenessProbe: httpProbe('/-/healthy'),
      volumeMounts: [
        { name: 'data', mountPath: DATA },
        { name: 'config', mountPath: CONFIG, readOnly: true },
        ...(hasSecret(props) ? [{ name: 'receivers', mountPath: RECEIVERS, readOnly: true }] : []),
      ],
    };
  }
}

function hasSecret(props: AlertmanagerProps): boolean {
  return SECRET_NAMES.receivers.nameIn(props) !== undefined;
}

/** Alertmanager's command line. */
export function alertmanagerArgs(
  props: Pick<AlertmanagerProps, 'alertmanager' | 'namespaces' | 'network'>,
): readonly string[] {
  const { alertmanager, namespaces } = props;
  const { cluster } = ALERTMANAGER.ports;
  return [
    `--config.file=${CONFIG}/alertmanager.yml`,
    `--storage.path=${DATA}`,
    `--data.retention=${formatDuration(alertmanager.retention)}`,
    // A killed pod forgets silences of this time at most. The default is 15m.
    '--data.maintenance-interval=1m',
    `--web.external-url=${alertmanager.url}`,
    // The path of that URL is not a path of Alertmanager's own.
    '--web.route-prefix=/',
    ...(alertmanager.replicas === 1
      ? ['--cluster.listen-address=']
      : [
          `--cluster.listen-address=0.0.0.0:${cluster}`,
          // In brackets, it may be of either family.
          `--cluster.advertise-address=${hasIpv6(props) ? '[$(POD_IP)]' : '$(POD_IP)'}:${cluster}`,
          // A pod of another stack may get a former address of this pod.
          `--cluster.label=${namespaces.logging}/${ALERTMANAGER.name}`,
          // A pod comes back with another address. By default, the old address is tried for 6h.
          '--cluster.reconnect-timeout=5m',
          ...alertmanagerPods(props).map((pod) => `--cluster.peer=${alertmanagerHost(pod, namespaces)}:${cluster}`),
        ]),
  ];
}

const POD_IP = podField('POD_IP', 'status.podIP');
