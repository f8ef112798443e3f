/** Who uses the proxy of `network.proxy`, and for what. */
import type { StackConfig } from '../schema';
import { type Component, isAgent } from '../schema/components';

/** Names of the cluster, and addresses on the node: of the cloud's metadata and credentials, and of NodeLocal DNSCache. */
const DIRECT = ['localhost', '127.0.0.1', '::1', '.svc', '.cluster.local', '169.254.0.0/16', 'fd00:ec2::/32'];

/** Whether a program sends HTTP requests that may leave the cluster. */
export function goesOutside(config: StackConfig, component: Component): boolean {
  const { storage, deployment, alerting, alertmanager, agent, grafana } = config;
  switch (component) {
    case 'loki':
      return storage.type !== 'filesystem' || (alerting.enabled && alerting.remoteWrite !== undefined);
    case 'compactor':
      return deployment.mode === 'ha' && storage.type !== 'filesystem';
    case 'grafana': {
      const { tempo, others } = grafana.datasources;
      return (
        grafana.login.oauth !== undefined ||
        grafana.plugins?.type === 'download' ||
        tempo !== undefined ||
        others.length > 0 ||
        alertmanager.type === 'external'
      );
    }
    case 'alertmanager':
      return (
        alertmanager.type === 'embedded' &&
        (alertmanager.receivers.some(({ type }) => type !== 'email') || alertmanager.heartbeat !== undefined)
      );
    case 'collector':
      return agent.type === 'collector' && agent.also.length > 0;
    case 'promtail':
    case 'gateway':
    case 'prometheus':
    case 'canary':
      return false;
  }
}

/** The proxy of a program. Undefined where it has none, or requests nothing from outside. */
export function proxyOf(config: StackConfig, component: Component): StackConfig['network']['proxy'] {
  return goesOutside(config, component) ? config.network.proxy : undefined;
}

/** Variables by which programs in Go find their proxy. */
export function proxyVariables(config: StackConfig, component: Component): Readonly<Record<string, string>> {
  const proxy = proxyOf(config, component);
  if (proxy === undefined) return {};
  const { http, https, noProxy } = proxy;
  // An agent asks the Kubernetes API at this address.
  const apiServer = isAgent(component) ? ['$(KUBERNETES_SERVICE_HOST)'] : [];
  return {
    ...(http === undefined ? {} : { HTTP_PROXY: http }),
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    NO_PROXY: [...DIRECT, ...apiServer, ...noProxy].join(','),
  };
}
