/** The program behind one forwarded port. forward.ts starts it, and has its arguments. */
import { spawn } from 'node:child_process';
import * as net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { find } from './api';

interface Service {
  readonly spec: { readonly clusterIP: string };
}

const note = (message: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
};

/** How long a connection waits while no pod answers: about as long as the replacement of a pod takes. */
const PATIENCE_MS = 5_000;

function connect(host: string, port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** {@link connect}, again and again while it is refused. */
async function connectPatiently(address: () => Promise<string>, port: number): Promise<net.Socket> {
  const started = Date.now();
  for (;;) {
    try {
      return await connect(await address(), port);
    } catch (error) {
      if (Date.now() - started > PATIENCE_MS) throw error;
      await sleep(200);
    }
  }
}

/**
 * Connects to the service's own address, which outlives every pod.
 * `kubectl port-forward` is bound to one pod, and ends with it.
 */
function serveLocal(port: number, namespace: string, service: string, servicePort: number): void {
  const address = async (): Promise<string> => {
    const found = await find<Service>(`/api/v1/namespaces/${namespace}/services/${service}`);
    if (found === undefined) throw new Error(`no service ${service} in namespace ${namespace}`);
    return found.spec.clusterIP;
  };
  const accept = async (client: net.Socket): Promise<void> => {
    client.on('error', () => client.destroy());
    const upstream = await connectPatiently(address, servicePort);
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
    if (client.destroyed) upstream.destroy();
    else client.pipe(upstream).pipe(client);
  };
  const server = net.createServer({ pauseOnConnect: true }, (client) => {
    accept(client).catch((error: unknown) => {
      note(error instanceof Error ? error.message : String(error));
      client.destroy();
    });
  });
  server.on('error', (error) => {
    note(error.message);
    process.exit(1);
  });
  // Browsers and curl try ::1 first for "localhost", and fall back.
  server.listen(port, '127.0.0.1');
}

/** Runs `kubectl port-forward` again and again: it ends with the pod it has chosen. */
async function serveForeign(kubectl: string, args: readonly string[]): Promise<never> {
  for (;;) {
    const child = spawn(kubectl, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    const end = (): void => {
      child.kill();
      process.exit(0);
    };
    process.once('SIGTERM', end);
    await new Promise((resolve) => {
      child.once('error', resolve);
      child.once('close', resolve);
    });
    process.off('SIGTERM', end);
    await sleep(1000);
  }
}

const [port = '', namespace = '', service = '', servicePort = '', kubectl, context = ''] = process.argv.slice(2);
if (kubectl === undefined) {
  serveLocal(Number(port), namespace, service, Number(servicePort));
} else {
  const target = [`service/${service}`, `${port}:${servicePort}`];
  void serveForeign(kubectl, ['--context', context, '-n', namespace, 'port-forward', ...target]);
}
