import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { COMPACTOR, GATEWAY, objectLabels, selectorLabels } from '../kit/identity';
import type { LokiProps } from './component';
import { compactorSection, lokiConfig, type LokiConfigProps, tenantOverrides } from './config';
import { lokiStatefulSet } from './stateful-set';
import { bucketEgress, bucketIdentity, DATA } from './storage';
import { componentPolicy, dnsEgress, podsOf, tcp } from '../kit/network';
import { servicePort } from '../kit/pod';

/** Index files of a day at a time, and the list of the chunks that are about to be deleted. */
const VOLUME_SIZE = { bytes: 10 * 2 ** 30 };

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
        ports: [HTTP_PORT],
      },
    });
    new k8s.KubeService(this, 'headless', {
      metadata: metadata('compactor-headless'),
      spec: { clusterIp: 'None', selector: { ...selectorLabels(COMPACTOR) }, ports: [HTTP_PORT] },
    });
    new k8s.KubeService(this, 'metrics', {
      metadata: metadata(`${COMPACTOR.name}-0-metrics`),
      spec: {
        type: 'ClusterIP',
        publishNotReadyAddresses: true,
        selector: { ...selectorLabels(COMPACTOR) },
        ports: [HTTP_PORT],
      },
    });
    lokiStatefulSet(this, props, {
      identity: COMPACTOR,
      metadata: metadata(COMPACTOR.name),
      files,
      replicas: 1, // two would rewrite the same index
      resources: props.resources.compactor,
      volumeSize: VOLUME_SIZE,
      startSeconds: 300,
      alive: '/metrics',
    });
  }

  private policy({ namespaces, storage, network }: LokiProps): void {
    componentPolicy(this, COMPACTOR, {
      namespace: namespaces.logging,
      ingress: [{ from: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(COMPACTOR.ports.http) }],
      egress: storage.type === 's3' ? [dnsEgress(network), ...bucketEgress(storage)] : [],
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

const HTTP_PORT = servicePort('http', COMPACTOR.ports.http);
