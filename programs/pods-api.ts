/** Stands in for the API server: answers who lists or watches the pods of a node, and nothing else. */
import { createServer, type ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { type Container, NODE, uidOf } from './pod-logs';

export interface PodsApi {
  /** A kubeconfig for it. */
  readonly kubeconfig: string;
  readonly stop: () => Promise<void>;
}

/** Starts it on the loopback address. */
export async function startPodsApi(containers: readonly Container[]): Promise<PodsApi> {
  const pods = [...Map.groupBy(containers, uidOf).values()].map(podOf);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname !== '/api/v1/pods' || searchParams.get('fieldSelector') !== `spec.nodeName=${NODE}`) {
      response.writeHead(403).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    if (searchParams.get('watch') !== 'true')
      response.end(
        JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: pods }),
      );
    else watch(response, searchParams.get('sendInitialEvents') === 'true' ? pods : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in for the API server has no port');
  const name = 'pods';
  return {
    kubeconfig: stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server: `http://127.0.0.1:${address.port}` } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      users: [{ name, user: {} }],
      'current-context': name,
    }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A watch: with the pods that there are, and the end of them, if those are asked for. It stays open. */
function watch(response: ServerResponse, pods: readonly object[] | undefined): void {
  response.flushHeaders();
  if (pods === undefined) return;
  const end = { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } };
  const events = [
    ...pods.map((object) => ({ type: 'ADDED', object })),
    { type: 'BOOKMARK', object: { kind: 'Pod', apiVersion: 'v1', metadata: end } },
  ];
  response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

function podOf(containers: readonly Container[]): object {
  const [first] = containers;
  if (first === undefined) throw new Error('a pod without a container');
  const { namespace, pod, labels, configHash } = first;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: pod,
      namespace,
      uid: uidOf(first),
      resourceVersion: '1',
      labels: labels ?? {},
      ...(configHash === undefined ? {} : { annotations: { 'kubernetes.io/config.hash': configHash } }),
    },
    spec: { nodeName: NODE, containers: containers.map(({ container }) => ({ name: container })) },
    status: { phase: 'Running' },
  };
}
