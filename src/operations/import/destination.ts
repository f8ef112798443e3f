/** Where a URL leads, for a NetworkPolicy: pods of a namespace, or anything outside of the cluster. */
export function destinationOf(text: string): Readonly<Record<string, unknown>> {
  const { protocol, hostname, port } = new URL(text);
  const number = port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
  const namespace = namespaceOf(hostname);
  return namespace === undefined ? { cidr: ANYWHERE, port: number } : { namespace, port: number };
}

/** Every address outside of the cluster, which nobody knows better than whoever runs it. */
export const ANYWHERE = '0.0.0.0/0';

/** Namespace of a Service: `minio.storage`, `minio.storage.svc.cluster.local`. */
function namespaceOf(hostname: string): string | undefined {
  const service = /^[^.]+\.([^.]+)\.svc(?:\.|$)/.exec(hostname);
  return service?.[1] ?? /^[a-z][^.]*\.([^.]+)$/.exec(hostname)?.[1];
}
