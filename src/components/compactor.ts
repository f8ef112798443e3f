import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { goMemoryLimit } from '../config/units';
import { COMPACTOR, GATEWAY, objectLabels, selectorLabels } from './identity';
import { GO_MEMORY_SHARE, type LokiProps } from './loki';
import { compactorSection, CONFIG, lokiConfig, type LokiConfigProps, tenantOverrides } from './loki-config';
import { bucketEgress, bucketEnv, bucketIdentity, DATA } from './loki-storage';
import { componentPolicy, dnsEgress, podsOf, tcp } from './network';
import {
  CONTAINER_SECURITY,
  configHash,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  restrictedPodSecurity,
} from './pod';

/** uid and gid of the image. */
const USER = 10001;
/** Index files of a day at a time, and the list of the chunks that are about to be deleted. */
const VOLUME_SIZE = '10Gi';

/**
 * Compaction, retention and deletion for a ring of Lokis. Inside of each of them, they would be done by one that a ring
 * chooses, while a request for deletion reaches any of them, and is known to that one alone.
 */
export class Compactor extends Construct {
  constructor(scope: Construct, id: string, props: LokiProps) {
    super(scope, id);
    const { namespaces } = props;
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(COMPACTOR) },
    });
    const files = {
      'config.yaml': stringify(compactorConfig(props)),
      'overrides.yaml': stringify(tenantOverrides(props)),
    };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: { ...metadata(COMPACTOR.name), ...bucketIdentity(props.storage) },
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('compactor-config'), data: files });
    this.policy(props);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(COMPACTOR.name),
      spec: {
        type: 'ClusterIP',
        selector: { ...selectorLabels(COMPACTOR) },
        ports: [servicePort],
      },
    });
    new k8s.KubeService(this, 'headless', {
      metadata: metadata('compactor-headless'),
      spec: { clusterIp: 'None', selector: { ...selectorLabels(COMPACTOR) }, ports: [servicePort] },
    });
    new k8s.KubeService(this, 'metrics', {
      metadata: metadata(`${COMPACTOR.name}-0-metrics`),
      spec: {
        type: 'ClusterIP',
        publishNotReadyAddresses: true,
        selector: { ...selectorLabels(COMPACTOR) },
        ports: [servicePort],
      },
    });
    this.statefulSet(props, metadata(COMPACTOR.name), files);
  }

  private policy({ namespaces, storage, network }: LokiProps): void {
    componentPolicy(this, COMPACTOR, {
      namespace: namespaces.logging,
      ingress: [{ from: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(COMPACTOR.ports.http) }],
      egress: storage.type === 's3' ? [dnsEgress(network), ...bucketEgress(storage)] : [],
    });
  }

  private statefulSet(props: LokiProps, metadata: k8s.ObjectMeta, files: Readonly<Record<string, string>>): void {
    const { persistence, storage, resources, images } = props;
    const ready = { httpGet: { path: '/ready', port: k8s.IntOrString.fromString('http') } };
    new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata,
      spec: {
        serviceName: 'compactor-headless',
        replicas: 1, // two would rewrite the same index
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...selectorLabels(COMPACTOR) } },
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: persistence.retainOnDelete ? 'Retain' : 'Delete',
          whenScaled: 'Retain',
        },
        template: {
          metadata: { labels: { ...objectLabels(COMPACTOR) }, annotations: { ...configHash(files) } },
          spec: {
            serviceAccountName: COMPACTOR.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            containers: [
              {
                name: COMPACTOR.name,
                image: imageReference(images.loki, images),
                imagePullPolicy: 'IfNotPresent',
                args: [`-config.file=${CONFIG}/config.yaml`],
                ports: Object.entries(COMPACTOR.ports).map(([name, containerPort]) => ({
                  name,
                  containerPort,
                  protocol: 'TCP',
                })),
                env: [
                  { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.compactor.limits.memory, GO_MEMORY_SHARE) },
                  ...bucketEnv(storage),
                ],
                resources: containerResources(resources.compactor),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                startupProbe: { ...ready, periodSeconds: 1, failureThreshold: 300 },
                readinessProbe: { ...ready, periodSeconds: 5 },
                livenessProbe: {
                  httpGet: { path: '/metrics', port: k8s.IntOrString.fromString('http') },
                  periodSeconds: 10,
                  failureThreshold: 6,
                },
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'config', mountPath: CONFIG, readOnly: true },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'compactor-config' } },
              { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data', labels: { ...selectorLabels(COMPACTOR) } },
            spec: {
              accessModes: ['ReadWriteOnce'],
              ...(persistence.storageClass === undefined ? {} : { storageClassName: persistence.storageClass }),
              resources: { requests: { storage: k8s.Quantity.fromString(VOLUME_SIZE) } },
            },
          },
        ],
      },
    });
  }
}

/** The compactor's config file as an object: what it has in common with Loki, and a ring of its own that nobody else is in. */
export function compactorConfig(props: LokiConfigProps): Readonly<Record<string, unknown>> {
  const shared = lokiConfig(props);
  return {
    target: COMPACTOR.name,
    auth_enabled: shared['auth_enabled'],
    analytics: shared['analytics'],
    server: shared['server'],
    common: { path_prefix: DATA, ring: { kvstore: { store: 'inmemory' } }, instance_addr: '127.0.0.1' },
    schema_config: shared['schema_config'],
    storage_config: shared['storage_config'],
    limits_config: shared['limits_config'],
    runtime_config: shared['runtime_config'],
    compactor: compactorSection(props),
  };
}

const servicePort: k8s.ServicePort = {
  name: 'http',
  port: COMPACTOR.ports.http,
  targetPort: k8s.IntOrString.fromString('http'),
  protocol: 'TCP',
};
