/** Stands in for Alertmanager: it keeps what the ruler tells it. */
import { createServer } from 'node:http';
import { z } from 'zod';

const notificationShape = z.array(
  z.looseObject({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()).default({}),
    startsAt: z.string(),
    endsAt: z.string(),
  }),
);

/** One alert that the ruler has told of. */
export interface Notification {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Milliseconds since 1970: when it began to fire. */
  readonly startsAt: number;
  /** Whether it says that the alert is over. */
  readonly isResolved: boolean;
}

export interface Alertmanager {
  readonly port: number;
  /** All of a tenant so far, in the order they came. */
  readonly notifications: (tenant: string) => readonly Notification[];
  readonly stop: () => Promise<void>;
}

export async function startAlertmanager(): Promise<Alertmanager> {
  const received = new Map<string, Notification[]>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const tenant = /^\/([^/]+)\/api\/v2\/alerts$/.exec(request.url ?? '')?.[1];
      if (request.method !== 'POST' || tenant === undefined) return void response.writeHead(404).end();
      const now = Date.now();
      const told = notificationShape.parse(JSON.parse(body)).map(({ labels, annotations, startsAt, endsAt }) => ({
        labels,
        annotations,
        startsAt: Date.parse(startsAt),
        isResolved: Date.parse(endsAt) <= now,
      }));
      received.set(tenant, [...(received.get(tenant) ?? []), ...told]);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    notifications: (tenant) => received.get(tenant) ?? [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
