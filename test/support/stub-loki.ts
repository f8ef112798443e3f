/** Stands in for Loki where a test needs one that takes its time: it answers when it is told to, and tails what it is told to say. */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { until } from '../../programs/program';

export interface StubLoki {
  readonly port: number;
  /** What it answers to everything. */
  readonly answer: string;
  /** From now on answers wait until the function that is returned is called. */
  readonly hold: () => () => void;
  /** Resolves when so many requests wait for their answer. */
  readonly isAskedBy: (requests: number) => Promise<void>;
  /** Sends a message to every open tail. */
  readonly sayToTails: (message: string) => void;
  readonly stop: () => Promise<void>;
}

/** What every server of WebSockets adds to the client's key (RFC 6455, 1.3). */
const WEBSOCKET_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The kinds of frames. */
const TEXT = 1;
const CLOSE = 8;

export async function startStubLoki(): Promise<StubLoki> {
  const answer = '{"status":"success"}';
  const waiting = new Set<ServerResponse>();
  const tails = new Set<Duplex>();
  let isHeld = false;
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (!isHeld) return void response.end(answer);
    waiting.add(response);
    response.once('close', () => waiting.delete(response));
  });
  server.on('upgrade', ({ headers }, socket: Duplex) => {
    const accept = createHash('sha1')
      .update(`${headers['sec-websocket-key'] ?? ''}${WEBSOCKET_ID}`)
      .digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    tails.add(socket);
    socket.once('close', () => tails.delete(socket));
    socket.once('error', () => socket.destroy());
    // A client that closes wants to hear it back.
    socket.on('data', ([first = 0]: Buffer) => {
      if ((first & 0x0f) === CLOSE) socket.end(Buffer.from([0x80 | CLOSE, 0]));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    answer,
    hold: () => {
      isHeld = true;
      return () => {
        isHeld = false;
        waiting.forEach((response) => response.end(answer));
      };
    },
    isAskedBy: (requests) =>
      until(`${requests} requests to wait for their answer`, () =>
        waiting.size === requests ? undefined : `${waiting.size} wait`,
      ),
    sayToTails: (message) => tails.forEach((socket) => socket.write(textFrame(message))),
    stop: async () => {
      tails.forEach((socket) => socket.destroy());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole message in one frame. */
function textFrame(message: string): Buffer {
  const payload = Buffer.from(message);
  if (payload.length > 125) throw new Error(`a message of ${payload.length} bytes does not fit into a short frame`);
  return Buffer.concat([Buffer.from([0x80 | TEXT, payload.length]), payload]);
}
