/** Bytes sent as they are: what no well-behaved client would send. */
import { connect } from 'node:net';

/** Sends `parts` one after the other, each after the answer to the one before; returns all answers. */
export async function talk(port: number, parts: readonly (string | Buffer)[], quiet = 100): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  let heard = Date.now();
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
    heard = Date.now();
  });
  // A server may well hang up on us.
  socket.on('error', () => undefined);
  const isOpen = (): boolean => !socket.closed;
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  for (const part of parts) {
    if (!isOpen()) break;
    socket.write(part);
    heard = Date.now();
    // Until nothing more came for a moment.
    while (isOpen() && Date.now() - heard < quiet) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  socket.destroy();
  return answer;
}
