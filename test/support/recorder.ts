/** Stands before a program and writes down what reaches it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Recorder {
  readonly port: number;
  /** Request line and headers of every request so far, as they came. */
  readonly requests: readonly string[];
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

/** Passes connections on to `target` byte by byte, so that websockets pass as well. */
export async function startRecorder(target: number): Promise<Recorder> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => other.destroy());
      socket.pipe(other);
    }
    client.on('data', (data) => {
      requests.push(...(data.toString('latin1').match(/^[A-Z]+ \S+ HTTP\/1\.[01]\r\n(?:[^\r\n]+\r\n)*/gm) ?? []));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    clear: () => void requests.splice(0),
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
