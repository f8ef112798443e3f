/** Stands between two programs and can be taken away: as if what is behind it were gone. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../programs/program';

export class Relay {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private listensOn = 0;

  /** @param target - port on the loopback address that connections go on to */
  constructor(private readonly target: number) {}

  /** Port on the loopback address, the same after an interruption. */
  get port(): number {
    return this.listensOn;
  }

  async start(): Promise<void> {
    if (this.listensOn === 0) [this.listensOn = 0] = await freePorts(1);
    const server = createServer((client) => {
      const upstream = connect({ host: '127.0.0.1', port: this.target });
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(socket);
        socket.once('close', () => this.sockets.delete(socket));
        socket.on('error', () => other.destroy());
        socket.pipe(other);
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listensOn, '127.0.0.1', resolve);
    });
    this.server = server;
  }

  /** Ends all connections and takes no more. */
  async interrupt(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  }
}
