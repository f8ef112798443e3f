/** Stands in for Alertmanager: takes alerts as it does, and tells what came. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One alert as Prometheus and Loki send it. */
interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

export interface ReceivedAlert extends SentAlert {
  /** Milliseconds. One that is over ends before that. */
  readonly receivedAt: number;
}

export interface StubAlertmanager {
  readonly url: string;
  /** Paths that were asked for. */
  readonly paths: ReadonlySet<string>;
  /** Every alert that was told, in order; one that goes on is told again. */
  readonly alerts: readonly ReceivedAlert[];
  readonly stop: () => Promise<void>;
}

export async function startStubAlertmanager(): Promise<StubAlertmanager> {
  const alerts: ReceivedAlert[] = [];
  const paths = new Set<string>();
  const server = createServer((request, response) => {
    paths.add(`${request.method ?? ''} ${request.url ?? ''}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const receivedAt = Date.now();
      const sent = JSON.parse(Buffer.concat(chunks).toString('utf8')) as readonly SentAlert[];
      alerts.push(...sent.map((alert) => ({ ...alert, receivedAt })));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    alerts,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
