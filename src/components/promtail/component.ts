import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { credentialSecretName, type StackConfig } from '../../config';
import { positionsDirectory } from '../../config/positions';
import { formatDuration, formatLokiBytes, goMemoryLimit } from '../../config/units';
import { filesVolume } from '../../config/volumes';
import { LABELS } from '../../log-model';
import { type FileSource, scrapeConfigs } from '../../pipelines';
import { monitoringType, PROMTAIL_METRICS, scrapeAnnotations } from '../kit/addresses';
import { gatewayUrl } from '../gateway';
import { GATEWAY, objectLabels, PROMTAIL, selectorLabels } from '../kit/identity';
import { addresses, componentPolicy, dnsEgress, podsOf, scrapers, tcp } from '../kit/network';
import {
  configHash,
  CONTAINER_SECURITY,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  secretFiles,
  servicePort,
} from '../kit/pod';

/** The parts of the stack config that Promtail is made from. */
export type PromtailProps = Pick<
  StackConfig,
  | 'namespaces'
  | 'agent'
  | 'auth'
  | 'gateway'
  | 'limits'
  | 'resources'
  | 'images'
  | 'network'
  | 'environment'
  | 'monitoring'
  | 'canary'
>;

const CREDENTIAL = '/etc/promtail-credential';
const GATEWAY_CA = '/etc/promtail-gateway-ca';
const POSITIONS = '/run/promtail';
/** Volume of the pod with its positions. */
export const POSITIONS_VOLUME = 'positions';
const GO_MEMORY_SHARE = 0.8;
/** The batch in its hands is lost if it is killed: it may wait for a Loki that is restarted at the same time, and takes as long. */
const END_SECONDS = 300;

/** A line is put together to this multiple of the longest line, so that its JSON is whole when it is parsed. */
const PARTIAL_LINES = 8;

/** Where the agent sees a folder of log files. */
const mountOf = ({ name }: FileSource): string => `/logs/${name}`;

/** Promtail: one agent on each node, with the right to list pods and to read their log files, and nothing else. */
export class Promtail extends Construct {
  constructor(scope: Construct, id: string, props: PromtailProps) {
    super(scope, id);
    const { namespaces, network, agent, auth, gateway, images, resources } = props;
    const labels = { ...objectLabels(PROMTAIL) };
    const metadata = (name: string): k8s.ObjectMeta => ({ name, namespace: namespaces.agents, labels });
    const files = {
      // Promtail reads YAML 1.1, in which yes and on are no text. Expressions are not wrapped: nobody could search for one. Narrow:
      // `kubectl apply` and others keep a copy of the object in an annotation, which has 256 KiB at most.
      'config.yaml': stringify(promtailConfig(props), { version: '1.1', lineWidth: 0, indent: 1, indentSeq: false }),
    };
    // Cluster-wide names carry the namespace: two stacks may share a cluster.
    const clusterName = `${namespaces.agents}-promtail`;

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(PROMTAIL.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeClusterRole(this, 'cluster-role', {
      metadata: { name: clusterName, labels },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    });
    new k8s.KubeClusterRoleBinding(this, 'cluster-role-binding', {
      metadata: { name: clusterName, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterName },
      subjects: [{ kind: 'ServiceAccount', name: PROMTAIL.name, namespace: namespaces.agents }],
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('promtail-config'), data: files });
    componentPolicy(this, PROMTAIL, {
      namespace: namespaces.agents,
      ingress: [{ from: [...scrapers(props)], ports: tcp(PROMTAIL.ports.metrics) }],
      egress: [
        { to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) },
        { to: network.apiServer.cidrs.map(addresses), ports: tcp(...network.apiServer.ports) },
        dnsEgress(network),
      ],
    });
    if (monitoringType(props) === 'embedded') {
      new k8s.KubeService(this, 'metrics-service', {
        metadata: metadata(PROMTAIL_METRICS),
        // An agent that is not ready has metrics that say why.
        spec: {
          clusterIp: 'None',
          publishNotReadyAddresses: true,
          selector: { ...selectorLabels(PROMTAIL) },
          ports: [servicePort('metrics', PROMTAIL.ports.metrics)],
        },
      });
    }
    new k8s.KubeDaemonSet(this, 'daemon-set', {
      metadata: metadata(PROMTAIL.name),
      spec: {
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...selectorLabels(PROMTAIL) } },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: k8s.IntOrString.fromString('10%') } },
        template: {
          metadata: {
            labels,
            annotations: { ...configHash(files), ...scrapeAnnotations(props, PROMTAIL.ports.metrics) },
          },
          spec: {
            serviceAccountName: PROMTAIL.name,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            // Files below /var/log/pods belong to root; without a single capability, root is enough to read them.
            securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
            ...pullSecrets(images),
            terminationGracePeriodSeconds: END_SECONDS,
            tolerations: agent.tolerations.map((toleration) => ({ ...toleration })),
            containers: [
              {
                name: PROMTAIL.name,
                image: imageReference(images.promtail, images),
                imagePullPolicy: 'IfNotPresent',
                args: ['-config.file=/etc/promtail/config.yaml', `-client.external-labels=${LABELS.node}=$(HOSTNAME)`],
                env: [
                  // Discovery asks for the pods of this node alone.
                  { name: 'HOSTNAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                  { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.promtail.limits.memory, GO_MEMORY_SHARE) },
                ],
                ports: [{ name: 'metrics', containerPort: PROMTAIL.ports.metrics, protocol: 'TCP' }],
                resources: containerResources(resources.promtail),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                // Ready once it has a target: a node always runs at least Promtail itself.
                readinessProbe: {
                  httpGet: { path: '/ready', port: k8s.IntOrString.fromString('metrics') },
                  periodSeconds: 5,
                  failureThreshold: 5,
                },
                livenessProbe: {
                  tcpSocket: { port: k8s.IntOrString.fromString('metrics') },
                  periodSeconds: 10,
                  failureThreshold: 6,
                },
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
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'promtail-config' } },
              { name: POSITIONS_VOLUME, hostPath: { path: positionsDirectory(props), type: 'DirectoryOrCreate' } },
              { name: 'pod-logs', hostPath: { path: '/var/log/pods' } },
              ...agent.files.map(({ name, directory }) => ({
                name: filesVolume(name),
                hostPath: { path: directory, type: 'DirectoryOrCreate' },
              })),
              ...(auth.loki.enabled
                ? [secretFiles('credential', credentialSecretName(agent.credential), ['password'])]
                : []),
              ...(gateway.tls === undefined ? [] : [secretFiles('gateway-ca', gateway.tls.caSecretName, ['ca.crt'])]),
            ],
          },
        },
      },
    });
  }
}

/** Promtail's config file as an object. */
export function promtailConfig({
  namespaces,
  agent,
  auth,
  gateway,
  limits,
  canary,
}: PromtailProps): Readonly<Record<string, unknown>> {
  return {
    server: { http_listen_port: PROMTAIL.ports.metrics, grpc_listen_port: 0, log_format: 'json' },
    // A position is that of the last line read, not of the last one delivered. Killed within a batch's time after it was written down, an
    // agent has lost that batch; killed later, it sends again what came since. The default of 10s makes the first three times as likely.
    // A file that a crash has torn would keep it from starting: it is ignored, and files are read from their beginning.
    positions: { filename: `${POSITIONS}/positions.yaml`, sync_period: '30s', ignore_invalid_yaml: true },
    clients: [
      {
        url: `${gatewayUrl({ namespaces, gateway })}/loki/api/v1/push`,
        batchwait: formatDuration(agent.batchWait),
        batchsize: agent.batchSize.bytes,
        ...(auth.loki.enabled
          ? { basic_auth: { username: agent.credential, password_file: `${CREDENTIAL}/password` } }
          : {}),
        ...(gateway.tls === undefined ? {} : { tls_config: { ca_file: `${GATEWAY_CA}/ca.crt` } }),
        // 0 is for ever. Default: ten tries, some 8 minutes, then the batch is dropped and the next one read. Waiting is the better buffer:
        // what is not read yet stays in the container's log file.
        backoff_config: { min_period: '500ms', max_period: '30s', max_retries: 0 },
      },
    ],
    // Cut here instead of at Loki: what is cut is counted, and not sent.
    limits_config: { max_line_size: formatLokiBytes(limits.maxLineSize), max_line_size_truncate: true },
    scrape_configs: scrapeConfigs({
      ...agent,
      gatewayNamespace: namespaces.logging,
      ...(canary === undefined ? {} : { canaryNamespace: namespaces.logging }),
      maxPartialLine: PARTIAL_LINES * limits.maxLineSize.bytes,
      mountOf,
    }),
  };
}
