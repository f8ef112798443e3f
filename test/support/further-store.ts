/** A further destination of an agent: a Loki behind HTTPS and a password, which can refuse what it is sent, or be away. */
import { createServer } from 'node:https';
import { entries, type Entry, startLoki } from '../../programs/loki';
import { freePorts, programs } from '../../programs/program';
import type { RenderedStack } from '../../programs/rendered-stack';
import { basicAuth, send } from '../../programs/request';
import { makeCertificate } from '../../programs/tls';

const TENANT = 'further';

export class FurtherStore {
  /** Status that it answers every push with, instead of passing it on. */
  refusesWith: number | undefined;
  /** Certificate of the CA that made its own. */
  readonly ca: string;
  private readonly server;
  private lokiPort = 0;
  private stopLoki: () => Promise<void> = () => Promise.resolve();

  private constructor(
    readonly port: number,
    credential: string,
  ) {
    const { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca } = makeCertificate('localhost');
    this.ca = ca;
    this.server = createServer({ cert, key }, (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.once('end', () => {
        if (request.headers.authorization !== basicAuth(credential)) return void response.writeHead(401).end();
        if (this.refusesWith !== undefined) return void response.writeHead(this.refusesWith).end();
        const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers;
        send({
          port: this.lokiPort,
          path: request.url ?? '/',
          method: 'POST',
          headers: { 'X-Scope-OrgID': TENANT, 'content-type': type, 'content-encoding': encoding },
          body: Buffer.concat(parts),
        }).then(
          ({ status, text }) => response.writeHead(status).end(text),
          () => response.destroy(),
        );
      });
    });
  }

  /** One that takes this `user:password`. It is away until {@link comes}. */
  static async withCredential(credential: string): Promise<FurtherStore> {
    const [port = 0] = await freePorts(1);
    return new FurtherStore(port, credential);
  }

  get url(): string {
    return `https://localhost:${this.port}/otlp`;
  }

  /** Starts its Loki, which makes the same of records as the stack's own. */
  async start(rendered: RenderedStack): Promise<void> {
    const { port, stop } = await startLoki((await programs('loki')).loki, rendered);
    [this.lokiPort, this.stopLoki] = [port, () => stop()];
    await this.comes();
  }

  async comes(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.port, 'localhost', resolve);
    });
  }

  async goes(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What it has. */
  entries(query: string): Promise<readonly Entry[]> {
    return entries(this.lokiPort, TENANT, query);
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.goes();
    await this.stopLoki();
  }
}
