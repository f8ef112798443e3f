/** Stands in for the Service of one pod: it leads to the pod while that is ready, and refuses connections while it is not. */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../programs/program';
import { send } from '../../programs/request';

/** What the kubelet asks, and how often; one good answer makes a pod ready. */
export interface ReadinessProbe {
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

export interface PodService {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What it takes until every node knows what the kubelet has found. */
const PROPAGATION = 1000;

/** Connections that are open stay open, as with kube-proxy. */
export async function startPodService(
  pod: { readonly address: string; readonly port: number },
  { periodSeconds, failureThreshold }: ReadinessProbe,
): Promise<PodService> {
  const [port = 0] = await freePorts(1);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: pod.address, port: pod.port });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // Nagle's delay would be this stand-in's, not a Service's.
      socket.setNoDelay(true);
      // Where the pod refuses or resets, so does the Service.
      socket.on('error', () => other.resetAndDestroy());
      socket.pipe(other);
    }
  });
  const state = { isOver: false };
  const watch = async (): Promise<void> => {
    let failures = 0;
    while (!state.isOver) {
      const isReady = await send({ host: pod.address, port: pod.port, path: '/ready' }).then(
        ({ status }) => status === 200,
        () => false,
      );
      failures = isReady ? 0 : failures + 1;
      const isOpen = isReady || (server.listening && failures < failureThreshold);
      if (isOpen !== server.listening) {
        await sleep(PROPAGATION);
        if (isOpen) await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
        else server.close();
      }
      await sleep(periodSeconds * 1000);
    }
  };
  const watching = watch();
  return {
    port,
    stop: async () => {
      state.isOver = true;
      await watching;
      sockets.forEach((socket) => socket.destroy());
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
