/** Stands for services of the internet: a proxy behind which every host is one server, which writes down what is sent to it. */
import { createServer as createProxy, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { CertificateFiles } from '../../programs/tls';

/** One request. */
export interface SentRequest {
  readonly host: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StubInternet {
  /** URL of the proxy. */
  readonly proxy: string;
  readonly requests: readonly SentRequest[];
  /** What came to a host. */
  readonly at: (host: string) => readonly SentRequest[];
  readonly stop: () => Promise<void>;
}

/** What services answer that took a message: a text in JSON that suits all of them. */
const TAKEN = JSON.stringify({ ok: true, success: true, result: { message_id: 1, date: 1, chat: { id: 1 } } });

/** Starts both, with a certificate for the hosts. */
export async function startStubInternet(certificate: CertificateFiles): Promise<StubInternet> {
  const requests: SentRequest[] = [];
  const server = createServer({ cert: certificate['tls.crt'], key: certificate['tls.key'] }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const host = (request.headers.host ?? '').replace(/:443$/, '');
      const url = new URL(request.url ?? '', `https://${host}`);
      requests.push({ host, url, headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.setHeader('content-type', 'application/json');
      response.end(TAKEN);
    });
  });
  const port = await listen(server);
  const sockets = new Set<Socket>();
  const proxy = createProxy();
  proxy.on('connect', (_request, client: Socket) => {
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  const proxyPort = await listen(proxy);
  return {
    proxy: `http://127.0.0.1:${proxyPort}`,
    requests,
    at: (host) => requests.filter((request) => request.host === host),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      proxy.closeAllConnections();
      await Promise.all([server, proxy].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
