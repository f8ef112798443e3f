/** The agent's DaemonSet, config, rights in the cluster and NetworkPolicy. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { credentialSecretName, type StackConfig } from '../../config';
import { filesVolume } from '../../config/derived/files-volume';
import { LABELS } from '../../log-model';
import { PROMTAIL_METRICS, scrapeAnnotations } from '../kit/addresses';
import { mountOf } from '../kit/agent';
import { type ContainerProps, containerPorts, goMemory, httpProbe, podField, tcpProbe } from '../kit/container';
import { GATEWAY, objectLabels, PROMTAIL } from '../kit/identity';
import { addresses, componentPolicy, dnsEgress, podsOf, scrapers, tcp } from '../kit/network';
import { secretFiles } from '../kit/pod';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { CREDENTIAL, GATEWAY_CA, POSITIONS, promtailConfig } from './config';

/** Volume with the agent's read positions. */
export const POSITIONS_VOLUME = 'positions';
/** A killed agent loses its current batch. So it may wait as long as a Loki takes that restarts at the same time. */
const END_SECONDS = 300;

/** Promtail: one agent on each node. It may list pods and read their log files, and nothing else. */
export class Promtail extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const { namespaces, agent, images } = props;
    const workload = new Workload(this, PROMTAIL, namespaces.agents, images);
    const files = {
      // Promtail reads YAML 1.1, in which yes and on are not text. Expressions are not wrapped, so that one can search for them. The
      // indent is small, because `kubectl apply` and others keep a copy of the object in an annotation of at most 256 KiB.
      'config.yaml': stringify(promtailConfig(props), { version: '1.1', lineWidth: 0, indent: 1, indentSeq: false }),
    };

    workload.serviceAccount();
    this.rights(namespaces.agents);
    workload.configMap('config', 'promtail-config', files);
    this.policy(props);
    if (props.monitoring.type === 'embedded')
      // The metrics of an agent that is not ready show why.
      workload.service('metrics-service', {
        name: PROMTAIL_METRICS,
        headless: true,
        beforeReady: true,
        ports: [servicePort('metrics', PROMTAIL.ports.metrics)],
      });
    workload.daemonSet({
      maxUnavailable: '10%',
      pod: {
        // Files below /var/log/pods belong to root. Root without any capability can read them.
        user: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
        hasToken: true,
        files,
        annotations: scrapeAnnotations(props, PROMTAIL.ports.metrics),
        terminationGracePeriodSeconds: END_SECONDS,
        tolerations: agent.tolerations.map((toleration) => ({ ...toleration })),
        containers: [this.container(props)],
        volumes: this.volumes(props),
      },
    });
  }

  /** The right to list pods. Their names and labels become labels of the lines. */
  private rights(namespace: string): void {
    const labels = { ...objectLabels(PROMTAIL) };
    // Cluster-wide names contain the namespace, because two stacks may share a cluster.
    const name = `${namespace}-promtail`;
    new k8s.KubeClusterRole(this, 'cluster-role', {
      metadata: { name, labels },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    });
    new k8s.KubeClusterRoleBinding(this, 'cluster-role-binding', {
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: PROMTAIL.name, namespace }],
    });
  }

  private policy(props: StackConfig): void {
    const { namespaces, network } = props;
    componentPolicy(this, PROMTAIL, {
      namespace: namespaces.agents,
      ingress: [{ from: [...scrapers(props)], ports: tcp(PROMTAIL.ports.metrics) }],
      egress: [
        { to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) },
        { to: network.apiServer.cidrs.map(addresses), ports: tcp(...network.apiServer.ports) },
        dnsEgress(network),
      ],
    });
  }

  private container({ agent, auth, gateway, images, resources }: StackConfig): ContainerProps {
    return {
      name: PROMTAIL.name,
      image: images.promtail,
      args: ['-config.file=/etc/promtail/config.yaml', `-client.external-labels=${LABELS.node}=$(HOSTNAME)`],
      // Discovery asks for the pods of this node only.
      env: [podField('HOSTNAME', 'spec.nodeName'), goMemory(resources.promtail)],
      ports: containerPorts(PROMTAIL.ports),
      resources: resources.promtail,
      // Ready once it has a target. Every node has at least Promtail itself as one.
      readinessProbe: { ...httpProbe('/ready', 'metrics'), periodSeconds: 5, failureThreshold: 5 },
      livenessProbe: tcpProbe('metrics'),
      volumeMounts: [
        { name: 'config', mountPath: '/etc/promtail', readOnly: true },
        { name: POSITIONS_VOLUME, mountPath: POSITIONS },
        { name: 'pod-logs', mountPath: '/var/log/pods', readOnly: true },
        ...agent.files.map((source) => ({
          name: filesVolume(source.name),
          mountPath: mountOf(source),
          readOnly: true,
        })),
        ...(auth.loki.enabled ? [{ name: 'credential', mountPath: CREDENTIAL, readOnly: true }] : []),
        ...(gateway.tls === undefined ? [] : [{ name: 'gateway-ca', mountPath: GATEWAY_CA, readOnly: true }]),
      ],
    };
  }

  private volumes(props: StackConfig): k8s.Volume[] {
    const { agent, auth, gateway } = props;
    return [
      { name: 'config', configMap: { name: 'promtail-config' } },
      { name: POSITIONS_VOLUME, hostPath: { path: agent.positionsDirectory, type: 'DirectoryOrCreate' } },
      { name: 'pod-logs', hostPath: { path: '/var/log/pods' } },
      ...agent.files.map(({ name, directory }) => ({
        name: filesVolume(name),
        hostPath: { path: directory, type: 'DirectoryOrCreate' },
      })),
      ...(auth.loki.enabled ? [secretFiles('credential', credentialSecretName(agent.credential), ['password'])] : []),
      ...(gateway.tls === undefined ? [] : [secretFiles('gateway-ca', gateway.tls.caSecretName, ['ca.crt'])]),
    ];
  }
}
