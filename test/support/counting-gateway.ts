/** Stands in for the gateway where a test numbers its lines: it counts how often each number comes by OTLP, or answers as for a Loki that is away. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export class CountingGateway {
  /** Whether it answers as the gateway does for a Loki that is away. */
  isAway = false;
  private readonly counts = new Map<string, Map<number, number>>();
  private readonly server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    // An agent that is killed ends in the middle of a push.
    request.on('error', () => undefined);
    request.on('end', () => {
      if (this.isAway) return void response.writeHead(502).end();
      const text = gunzipSync(Buffer.concat(parts)).toString('latin1');
      for (const [, name = '', digits] of text.matchAll(/([a-z]+)=(\d+);/g)) {
        const counts = this.of(name);
        counts.set(Number(digits), (counts.get(Number(digits)) ?? 0) + 1);
      }
      response.writeHead(200).end();
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Numbers of `<name>=<number>;`, and how often each came. */
  came(name: string): ReadonlyMap<number, number> {
    return this.of(name);
  }

  /** The numbers up to the last one that was written that have not come. */
  missing(name: string, last: number): readonly number[] {
    const came = this.of(name);
    return Array.from({ length: last }, (_, index) => index + 1).filter((number) => !came.has(number));
  }

  private of(name: string): Map<number, number> {
    const counts = this.counts.get(name) ?? new Map<number, number>();
    this.counts.set(name, counts);
    return counts;
  }
}
