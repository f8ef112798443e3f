/** Queries the stack's own Prometheus through the API server. */
import { PROMETHEUS } from '../src/components/kit/identity';
import type { StackConfig } from '../src/config';
import { kubectl, type Target } from './kubernetes';

/** Answer of its HTTP API. @param path - below `/api/v1/` */
export async function askPrometheus(target: Target, { namespaces }: StackConfig, path: string): Promise<unknown> {
  const service = `/api/v1/namespaces/${namespaces.logging}/services/${PROMETHEUS.name}:${PROMETHEUS.ports.http}`;
  return JSON.parse(await kubectl(target, ['get', '--raw', `${service}/proxy/api/v1/${path}`]));
}
