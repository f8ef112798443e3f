import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import type { StackConfig } from '../../config';
import { COMPACTOR, GATEWAY, LOKI, objectLabels, selectorLabels } from '../kit/identity';
import { lokiConfig, tenantOverrides } from './config';
import { endSeconds, startSeconds } from './lifetime';
import { ruleConfigMaps, ruleMounts, rulerEgress } from './ruler';
import { lokiStatefulSet } from './stateful-set';
import { bucketEgress, bucketIdentity } from './storage';
import { componentPolicy, dnsEgress, podsOf, tcp } from '../kit/network';
import { servicePort, spread, ZONE_LABEL } from '../kit/pod';

/** The parts of the stack config that Loki is made from. */
export type LokiProps = Pick<
  StackConfig,
  | 'namespaces'
  | 'deployment'
  | 'alertmanager'
  | 'storage'
  | 'persistence'
  | 'retention'
  | 'limits'
  | 'auth'
  | 'resources'
  | 'images'
  | 'network'
  // What its ruler evaluates, whom it tells, and where its links lead.
  | 'alerting'
  | 'monitoring'
  | 'environment'
  | 'agent'
  | 'grafana'
>;

/** Loki: StatefulSet, Services, config, NetworkPolicy; with replicas in a ring also a disruption budget. */
export class Loki extends Construct {
  constructor(scope: Construct, id: string, props: LokiProps) {
    super(scope, id);
    const { namespaces, deployment } = props;
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(LOKI) },
    });
    const files = { 'config.yaml': stringify(lokiConfig(props)), 'overrides.yaml': stringify(tenantOverrides(props)) };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: { ...metadata(LOKI.name), ...bucketIdentity(props.storage) },
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('loki-config'), data: files });
    for (const { name, data } of ruleConfigMaps(props))
      new k8s.KubeConfigMap(this, name, { metadata: metadata(name), data });
    this.policy(props);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(LOKI.name),
      spec: { type: 'ClusterIP', selector: { ...selectorLabels(LOKI) }, ports: [portOf('http')] },
    });
    new k8s.KubeService(this, 'headless', {
      metadata: metadata('loki-headless'),
      // Members of a ring find each other before they are ready.
      spec: {
        clusterIp: 'None',
        publishNotReadyAddresses: true,
        selector: { ...selectorLabels(LOKI) },
        ports: [portOf('http'), portOf('grpc'), portOf('memberlist')],
      },
    });
    for (const pod of deployment.mode === 'ha' ? podNames(deployment) : []) {
      new k8s.KubeService(this, `service-${pod}`, {
        metadata: metadata(pod),
        // Without a ready pod it refuses connections at once, and the gateway goes to the next.
        spec: { type: 'ClusterIP', selector: { ...onePod(pod) }, ports: [portOf('http')] },
      });
    }
    for (const pod of podNames(deployment)) {
      new k8s.KubeService(this, `metrics-${pod}`, {
        metadata: metadata(`${pod}-metrics`),
        spec: {
          type: 'ClusterIP',
          publishNotReadyAddresses: true,
          selector: { ...onePod(pod) },
          ports: [portOf('http')],
        },
      });
    }
    if (deployment.replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'disruption-budget', {
        metadata: metadata(LOKI.name),
        spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: { ...selectorLabels(LOKI) } } },
      });
    }
    lokiStatefulSet(this, props, {
      identity: LOKI,
      metadata: metadata(LOKI.name),
      files,
      mounts: ruleMounts(props),
      replicas: deployment.replicas,
      resources: props.resources.loki,
      volumeSize: props.persistence.size,
      // Replaying a large WAL takes minutes; until it is done, nothing else may restart Loki.
      startSeconds: startSeconds(props),
      // One of a ring that stops is to be left alone soon: `shutdown_delay` counts on it. A slow answer is not a no.
      ...(deployment.mode === 'ha' ? { readiness: { periodSeconds: 1, failureThreshold: 2, timeoutSeconds: 5 } } : {}),
      alive: '/loki/api/v1/status/buildinfo',
      // Differs from pod to pod; the kubelet puts it in.
      ...(deployment.zoneAware
        ? { args: ['-common.storage.ring.instance-availability-zone=$(ZONE)'], env: [ZONE] }
        : {}),
      spec: { podManagementPolicy: 'Parallel' }, // a ring of three starts at once; with one replica it makes no difference
      pod: {
        // Long enough to flush the chunks in memory.
        terminationGracePeriodSeconds: endSeconds(props),
        ...(deployment.replicas > 1 ? { topologySpreadConstraints: [...spreadOf(deployment)] } : {}),
      },
    });
  }

  private policy(props: LokiProps): void {
    const { namespaces, deployment, storage, network } = props;
    const alerts = rulerEgress(props);
    const peers = podsOf(LOKI, namespaces.logging);
    const ring = tcp(LOKI.ports.grpc, LOKI.ports.memberlist);
    const hasPeers = deployment.mode === 'ha';
    componentPolicy(this, LOKI, {
      namespace: namespaces.logging,
      ingress: [
        { from: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(LOKI.ports.http) },
        ...(hasPeers ? [{ from: [peers], ports: ring }] : []),
      ],
      egress: [
        ...(hasPeers ? [{ to: [peers], ports: ring }] : []),
        ...(hasPeers || storage.type === 's3' || alerts.length > 0 ? [dnsEgress(network)] : []),
        ...bucketEgress(storage),
        ...alerts,
      ],
    });
  }
}

/** Kubernetes ≥ 1.35 copies the node's zone to its pods. */
const ZONE: k8s.EnvVar = {
  name: 'ZONE',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${ZONE_LABEL}']` } },
};

/** On different nodes and zones where there are several; a ring that knows zones has as many of them as a line has copies. */
function spreadOf({
  zoneAware,
  replicationFactor,
}: StackConfig['deployment']): readonly k8s.TopologySpreadConstraint[] {
  return spread(selectorLabels(LOKI)).map((constraint) =>
    zoneAware && constraint.topologyKey === ZONE_LABEL
      ? { ...constraint, whenUnsatisfiable: 'DoNotSchedule', minDomains: replicationFactor }
      : constraint,
  );
}

/** Labels of one of Loki's pods and no other. */
function onePod(name: string): Readonly<Record<string, string>> {
  return { ...selectorLabels(LOKI), 'statefulset.kubernetes.io/pod-name': name };
}

/** Names of Loki's pods, in order. */
export function podNames({ replicas }: Pick<StackConfig['deployment'], 'replicas'>): readonly string[] {
  return Array.from({ length: replicas }, (_, index) => `${LOKI.name}-${index}`);
}

/** Pods that serve Loki's metrics, in order. */
export function metricsPods(deployment: StackConfig['deployment']): readonly string[] {
  return [...podNames(deployment), ...(deployment.mode === 'ha' ? [`${COMPACTOR.name}-0`] : [])];
}

function portOf(name: keyof typeof LOKI.ports): k8s.ServicePort {
  return servicePort(name, LOKI.ports[name]);
}
