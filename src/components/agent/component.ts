/** What the agent is in the cluster, whichever program it is: its DaemonSet, rights, NetworkPolicy and the folders that it mounts. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { credentialSecretName, type StackConfig } from '../../config';
import { agentGatewayCa } from '../../config/derived/agent-gateway';
import { dockerFolders } from '../../config/derived/docker-folders';
import { filesVolume } from '../../config/derived/files-volume';
import { POD_LOGS } from '../../pipelines/sources';
import { agentMetrics, scrapeAnnotations } from '../kit/addresses';
import { type ContainerProps, containerPorts } from '../kit/container';
import { type AgentIdentity, AGENTS, GATEWAY, objectLabels } from '../kit/identity';
import {
  apiServerEgress,
  componentPolicy,
  destinationRule,
  dnsEgress,
  podsOf,
  proxyEgress,
  scrapers,
  tcp,
} from '../kit/network';
import { secretFiles } from '../kit/pod';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { mountOf } from './sources';

/** Volume with what the agent has read. */
export const POSITIONS_VOLUME = 'positions';

/** Folders in the agent's container. */
export interface AgentFolders {
  /** With its config file. */
  readonly config: string;
  /** With what it has read. */
  readonly positions: string;
  /** With its password for the gateway. */
  readonly credential: string;
  /** With the CA of the gateway's certificate. */
  readonly gatewayCa: string;
}

/** Keys of a Secret that an agent reads as files of a folder. */
export interface AgentSecret {
  /** Its volume. */
  readonly name: string;
  readonly secret: string;
  readonly keys: readonly string[];
  readonly folder: string;
}

/** What differs from agent to agent. */
export interface AgentProgram {
  readonly identity: AgentIdentity;
  readonly folders: AgentFolders;
  /** Its config: file names and texts. */
  readonly files: Readonly<Record<string, string>>;
  readonly container: Pick<ContainerProps, 'image' | 'args' | 'env' | 'resources' | 'readinessProbe' | 'livenessProbe'>;
  /** Secrets besides its credential and the gateway's CA. @default - none */
  readonly secrets?: readonly AgentSecret[];
  readonly terminationGracePeriodSeconds: number;
}

/** One agent on each node. It may list pods and read their log files, and nothing else. */
export class Agent extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig, program: AgentProgram) {
    super(scope, id);
    const { identity, files, secrets = [], terminationGracePeriodSeconds } = program;
    const { namespaces } = props;
    const workload = new Workload(this, identity, namespaces.agents, props);
    const configMap = `${identity.name}-config`;

    workload.serviceAccount();
    this.rights(identity, namespaces.agents);
    workload.configMap('config', configMap, files);
    this.policy(identity, props);
    if (props.monitoring.type === 'embedded')
      // The metrics of an agent that is not ready show why.
      workload.service('metrics-service', {
        name: agentMetrics(identity),
        headless: true,
        beforeReady: true,
        ports: [servicePort('metrics', identity.ports.metrics)],
      });
    workload.daemonSet({
      maxUnavailable: '10%',
      pod: {
        // Log files of pods belong to root. Root without any capability can read them.
        user: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
        hasToken: true,
        files,
        annotations: scrapeAnnotations(props, identity.ports.metrics),
        terminationGracePeriodSeconds,
        containers: [
          {
            name: identity.name,
            ...program.container,
            ports: containerPorts(identity.ports),
            volumeMounts: [
              ...volumeMounts(props, program.folders),
              ...secrets.map(({ name, folder }) => ({ name, mountPath: folder, readOnly: true })),
            ],
          },
        ],
        volumes: [
          ...volumes(props, configMap),
          ...secrets.map(({ name, secret, keys }) => secretFiles(name, secret, keys)),
        ],
      },
    });
  }

  /** The right to list pods. Their names and labels become labels of the lines. */
  private rights(identity: AgentIdentity, namespace: string): void {
    const labels = { ...objectLabels(identity) };
    // Cluster-wide names contain the namespace, because two stacks may share a cluster.
    const name = `${namespace}-${identity.name}`;
    new k8s.KubeClusterRole(this, 'cluster-role', {
      metadata: { name, labels },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    });
    new k8s.KubeClusterRoleBinding(this, 'cluster-role-binding', {
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: identity.name, namespace }],
    });
  }

  private policy(identity: AgentIdentity, props: StackConfig): void {
    const { namespaces, network, agent } = props;
    componentPolicy(this, identity, {
      namespace: namespaces.agents,
      policies: network.policies,
      // While one agent takes over from the other, that one still sends what it has read: its policy is there until it has ended.
      shared: { name: 'agent', by: Object.values(AGENTS) },
      ingress: [{ from: scrapers(props), ports: tcp(identity.ports.metrics) }],
      egress: [
        ...(agent.gateway === undefined
          ? [{ to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) }]
          : agent.gateway.egress.map(destinationRule)),
        apiServerEgress(network),
        ...agent.also.flatMap(({ egress }) => egress.map(destinationRule)),
        ...proxyEgress(props, identity),
        ...dnsEgress(network),
      ],
    });
  }
}

function volumeMounts({ agent, auth, gateway }: StackConfig, folders: AgentFolders): k8s.VolumeMount[] {
  return [
    { name: 'config', mountPath: folders.config, readOnly: true },
    { name: POSITIONS_VOLUME, mountPath: folders.positions },
    { name: 'pod-logs', mountPath: POD_LOGS, readOnly: true },
    // Links of the folder before lead there, by the path that the node has.
    ...dockerFolders(agent).map((directory) => ({ name: 'docker-logs', mountPath: directory, readOnly: true })),
    ...agent.files.map((source) => ({ name: filesVolume(source.name), mountPath: mountOf(source), readOnly: true })),
    ...(auth.loki.enabled ? [{ name: 'credential', mountPath: folders.credential, readOnly: true }] : []),
    ...(agentGatewayCa({ agent, gateway }) === undefined
      ? []
      : [{ name: 'gateway-ca', mountPath: folders.gatewayCa, readOnly: true }]),
  ];
}

function volumes({ agent, auth, gateway }: StackConfig, configMap: string): k8s.Volume[] {
  const ca = agentGatewayCa({ agent, gateway });
  return [
    { name: 'config', configMap: { name: configMap } },
    { name: POSITIONS_VOLUME, hostPath: { path: agent.positionsDirectory, type: 'DirectoryOrCreate' } },
    { name: 'pod-logs', hostPath: { path: agent.podLogsDirectory } },
    ...dockerFolders(agent).map((directory) => ({ name: 'docker-logs', hostPath: { path: directory } })),
    ...agent.files.map(({ name, directory }) => ({
      name: filesVolume(name),
      hostPath: { path: directory, type: 'DirectoryOrCreate' },
    })),
    ...(auth.loki.enabled ? [secretFiles('credential', credentialSecretName(agent.credential), ['password'])] : []),
    ...(ca === undefined ? [] : [secretFiles('gateway-ca', ca, ['ca.crt'])]),
  ];
}
