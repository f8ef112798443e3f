/** Loki's StatefulSet, Services, config, rules and NetworkPolicy. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { isBucket } from '../../config/derived/bucket';
import { podField } from '../kit/container';
import { GATEWAY, LOKI } from '../kit/identity';
import { componentPolicy, dnsEgress, podsIn, podsOf, proxyEgress, tcp } from '../kit/network';
import { ZONE_LABEL } from '../kit/pod';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { bucketEgress, bucketIdentity } from './bucket-access';
import { lokiConfig } from './config';
import { configFiles } from './config-files';
import { endSeconds, startSeconds } from './lifetime';
import { podNames } from './pods';
import { ruleConfigMaps, ruleMounts, rulerEgress } from './ruler';
import { lokiStatefulSet } from './stateful-set';

/** Loki: StatefulSet, Services, config and NetworkPolicy. A ring also has a disruption budget. */
export class Loki extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const workload = new Workload(this, LOKI, props.namespaces.logging, props);
    const files = configFiles(props, lokiConfig(props));

    workload.serviceAccount(bucketIdentity(props.storage));
    workload.configMap('config', 'loki-config', files);
    for (const { name, data } of ruleConfigMaps(props)) workload.configMap(name, name, data);
    this.policy(props);
    this.services(workload, props);
    this.statefulSet(workload, props, files);
  }

  private policy(props: StackConfig): void {
    const { namespaces, deployment, storage, network } = props;
    const alerts = rulerEgress(props);
    const peers = podsOf(LOKI, namespaces.logging);
    const ring = tcp(LOKI.ports.grpc, LOKI.ports.memberlist);
    const hasPeers = deployment.mode === 'ha';
    const { joins } = deployment;
    const members = [peers, ...(joins === undefined ? [] : [podsIn(joins.namespace, joins.podLabels)])];
    componentPolicy(this, LOKI, {
      namespace: namespaces.logging,
      policies: network.policies,
      ingress: [
        { from: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(LOKI.ports.http) },
        ...(hasPeers ? [{ from: members, ports: ring }] : []),
      ],
      egress: [
        ...(hasPeers ? [{ to: members, ports: ring }] : []),
        ...(hasPeers || isBucket(storage) || alerts.length > 0 ? dnsEgress(network) : []),
        ...bucketEgress(storage),
        ...proxyEgress(props, LOKI),
        ...alerts,
      ],
    });
  }

  private services(workload: Workload, { deployment }: StackConfig): void {
    const http = [portOf('http')];
    workload.service('service', { ports: http });
    workload.service('headless', {
      name: 'loki-headless',
      headless: true,
      beforeReady: true, // members of a ring find each other before they are ready
      ports: [portOf('http'), portOf('grpc'), portOf('memberlist')],
    });
    // Without a ready pod, such a Service refuses connections at once, and the gateway asks the next one.
    for (const pod of deployment.mode === 'ha' ? podNames(deployment) : [])
      workload.service(`service-${pod}`, { name: pod, pod, ports: http });
    for (const pod of podNames(deployment))
      workload.service(`metrics-${pod}`, { name: `${pod}-metrics`, beforeReady: true, pod, ports: http });
  }

  private statefulSet(workload: Workload, props: StackConfig, files: Readonly<Record<string, string>>): void {
    const { deployment, resources, persistence } = props;
    const { mode, replicas, zoneAware, replicationFactor, joins } = deployment;
    lokiStatefulSet(workload, props, {
      identity: LOKI,
      files,
      mounts: ruleMounts(props),
      replicas,
      parallel: true, // a ring of three starts at once
      resources: resources.loki,
      volumeSize: persistence.size,
      // Replaying a large WAL takes minutes. No probe may restart Loki before it is done.
      startSeconds: startSeconds(props),
      // Long enough to flush the chunks in memory.
      endSeconds: endSeconds(props),
      // `shutdown_delay` relies on it that a stopping member soon gets no requests. A slow answer is not a failure.
      ...(mode === 'ha' ? { readiness: { periodSeconds: 1, failureThreshold: 2, timeoutSeconds: 5 } } : {}),
      alive: '/loki/api/v1/status/buildinfo',
      // The kubelet fills in the zone of each pod. A ring with zones has as many zones as a line has copies.
      ...(zoneAware
        ? {
            args: ['-common.storage.ring.instance-availability-zone=$(ZONE)'],
            env: [ZONE],
            minZones: replicationFactor,
          }
        : {}),
      // By default, members are known by their host names, and those of another ring may have the same.
      ...(joins === undefined
        ? {}
        : { args: [`-common.storage.ring.instance-id=$(POD).${props.namespaces.logging}`], env: [POD] }),
    });
  }
}

const POD = podField('POD', 'metadata.name');
/** Kubernetes ≥ 1.35 copies the node's zone to its pods. */
const ZONE = podField('ZONE', `metadata.labels['${ZONE_LABEL}']`);

function portOf(name: keyof typeof LOKI.ports): k8s.ServicePort {
  return servicePort(name, LOKI.ports[name]);
}
