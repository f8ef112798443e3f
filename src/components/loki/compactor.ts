/** A ring's compactor: its StatefulSet, Services, config and NetworkPolicy. */
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { isBucket } from '../../config/derived/bucket';
import { COMPACTOR, GATEWAY } from '../kit/identity';
import { componentPolicy, dnsEgress, podsOf, proxyEgress, tcp } from '../kit/network';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { bucketEgress, bucketIdentity } from './bucket-access';
import { compactorSection, lokiConfig } from './config';
import { configFiles } from './config-files';
import { lokiStatefulSet } from './stateful-set';
import { DATA } from './storage';

/** Room for the index files of one day, and for the list of chunks to be deleted. */
const VOLUME_SIZE = { bytes: 10 * 2 ** 30 };

/**
 * Compaction, retention and deletion for a ring of Lokis. Inside of Loki, one member of the ring would do them, while a
 * request for deletion reaches any member, and only that member knows it.
 */
export class Compactor extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const workload = new Workload(this, COMPACTOR, props.namespaces.logging, props);
    const ports = [servicePort('http', COMPACTOR.ports.http)];
    const files = configFiles(props, compactorConfig(props));

    workload.serviceAccount(bucketIdentity(props.storage));
    workload.configMap('config', 'compactor-config', files);
    this.policy(props);
    workload.service('service', { ports });
    workload.service('headless', { name: 'compactor-headless', headless: true, ports });
    workload.service('metrics', { name: `${COMPACTOR.name}-0-metrics`, beforeReady: true, ports });
    lokiStatefulSet(workload, props, {
      identity: COMPACTOR,
      files,
      // Two would rewrite the same index. The Loki that this one joins has one.
      replicas: props.deployment.joins === undefined ? 1 : 0,
      resources: props.resources.compactor,
      volumeSize: VOLUME_SIZE,
      startSeconds: 300,
      alive: '/metrics',
    });
  }

  private policy(props: StackConfig): void {
    const { namespaces, storage, network } = props;
    componentPolicy(this, COMPACTOR, {
      namespace: namespaces.logging,
      policies: network.policies,
      ingress: [{ from: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(COMPACTOR.ports.http) }],
      egress: isBucket(storage)
        ? [...dnsEgress(network), ...bucketEgress(storage), ...proxyEgress(props, COMPACTOR)]
        : [],
    });
  }
}

/** The compactor's config file as an object. It shares sections with Loki's, and has a ring with itself as the only member. */
export function compactorConfig(props: StackConfig): Readonly<Record<string, unknown>> {
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
