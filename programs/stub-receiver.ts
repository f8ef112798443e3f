/** Stands for Discord, Slack and the like: writes down what is posted to it. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Message {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface StubReceiver {
  readonly port: number;
  /** Everything so far. */
  readonly messages: readonly Message[];
  /** What came to one path. */
  readonly at: (path: string) => readonly Message[];
  readonly stop: () => Promise<void>;
}

/** Answers everything with 200 and what Slack answers. */
export async function startStubReceiver(): Promise<StubReceiver> {
  const messages: Message[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const receivedAt = Date.now();
      const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
      messages.push({ receivedAt, path: request.url ?? '', headers: request.headers, body });
      response.end('ok');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    at: (path) => messages.filter((message) => message.path === path),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
