/** Lines as the backend writes them, and pushes as the agent sends them: snappy around a message of Loki's push API. */
import { FIELDS, JOBS, LABELS } from '../src/log-model';
import { HttpClient } from '../src/operations/http';

/** Length of a line, as the aims count them. */
const LINE_BYTES = 300;
/** What the agent sends at once (`agent.batchSize`), in lines. */
export const LINES_PER_PUSH = 3000;
/** Whose lines they are. */
export const TENANT = 'spywatcher';
/** Streams of one push, or Loki's limit of a single one would be measured. */
const STREAMS = 20;
const CONNECTIONS = 4;

const ACTIONS = ['LOGIN_ATTEMPT', 'RATE_LIMIT_VIOLATION', 'PERMISSION_DENIED', 'DATA_ACCESS'];
const WORDS = ['query', 'guild', 'member', 'cache', 'session', 'token', 'webhook', 'presence', 'message', 'channel'];

/** A push, ready to be sent. */
export type Push = Buffer;

/** A line of exactly {@link LINE_BYTES}: no two alike, as compressible as real ones. */
function line(index: number, seconds: number): string {
  const record = {
    [FIELDS.timestamp]: new Date(seconds * 1000).toISOString(),
    [FIELDS.level]: index % 50 === 0 ? 'error' : 'info',
    [FIELDS.message]: `${WORDS[index % 10] ?? ''} of guild ${(index * 7919) % 100_003} handled by ${WORDS[(index >> 3) % 10] ?? ''}`,
    [FIELDS.action]: ACTIONS[index % 4],
    [FIELDS.result]: index % 9 === 0 ? 'FAILURE' : 'SUCCESS',
    [FIELDS.duration]: (index * 31) % 1500,
    [FIELDS.requestId]: `${((index * 2654435761) % 2 ** 32).toString(16)}-7d3c-4d3e-${index.toString(16).padStart(12, '0')}`,
    [FIELDS.userId]: `${281474976710656 + ((index * 104_729) % 50_000)}`,
  };
  const text = JSON.stringify(record);
  return `${text.slice(0, -1)},"path":"/api/${'guilds/members/'.repeat(8)}`.slice(0, LINE_BYTES - 2) + '"}';
}

/** Pushes of `lines` lines, their times evenly from `from` to `to`, in milliseconds since 1970. */
export function pushes(lines: number, from: number, to: number): readonly Push[] {
  return Array.from({ length: Math.ceil(lines / LINES_PER_PUSH) }, (_, batch) => {
    const streams = Array.from({ length: STREAMS }, (): Buffer[] => []);
    for (let index = batch * LINES_PER_PUSH; index < (batch + 1) * LINES_PER_PUSH; index += 1) {
      const nanoseconds = BigInt(Math.round((from + ((to - from) * index) / lines) * 1e6));
      const seconds = Number(nanoseconds / 1_000_000_000n);
      const time = Buffer.concat([number(1, seconds), number(2, Number(nanoseconds % 1_000_000_000n))]);
      const entry = Buffer.concat([bytes(1, time), bytes(2, Buffer.from(line(index, seconds)))]);
      streams[index % STREAMS]?.push(bytes(2, entry));
    }
    const message = streams.map((entries, stream) =>
      bytes(1, Buffer.concat([bytes(1, Buffer.from(labels(stream))), ...entries])),
    );
    return uncompressed(Buffer.concat(message));
  });
}

/** Half of the streams are the backend's, half are security events. */
function labels(stream: number): string {
  const job = stream % 2 === 0 ? JOBS.backend : JOBS.security;
  return `{${LABELS.job}="${job}", ${LABELS.level}="${stream < 2 ? 'error' : 'info'}", ${LABELS.app}="app-${stream}"}`;
}

/** A field of protobuf that is a number. */
function number(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

/** A field of protobuf that is bytes, a text or a message. */
function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(value.length)]), value]);
}

function varint(value: number): readonly number[] {
  const digits: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...digits, rest];
    digits.push((rest % 128) | 128);
  }
}

/** Snappy's format without its compression: one literal. */
function uncompressed(data: Buffer): Buffer {
  const head = Buffer.from([...varint(data.length), 63 << 2, 0, 0, 0, 0]);
  head.writeUInt32LE(data.length - 1, head.length - 4);
  return Buffer.concat([head, data]);
}

/** What came of a load. */
export interface Load {
  readonly seconds: number;
  /** Pushes that were answered with 429, each time they were. */
  readonly refused: number;
}

/**
 * Sends pushes in their order, some at once; what is refused for a rate is sent again, as the agent does.
 *
 * @param options - `linesPerSecond`: no more than that; by default as fast as they are taken. `tenant`: whose they are
 */
export async function load(
  port: number,
  all: readonly Push[],
  { linesPerSecond, tenant = TENANT }: { readonly linesPerSecond?: number; readonly tenant?: string } = {},
): Promise<Load> {
  const client = new HttpClient({ connections: CONNECTIONS });
  const headers = { 'content-type': 'application/x-protobuf', 'X-Scope-OrgID': tenant };
  const started = performance.now();
  let next = 0;
  let refused = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let index = next++; index < all.length; index = next++) {
        const due = linesPerSecond === undefined ? 0 : (index * LINES_PER_PUSH * 1000) / linesPerSecond;
        await wait(due - (performance.now() - started));
        for (;;) {
          const { status, text } = await client.send(`http://127.0.0.1:${port}`, '/loki/api/v1/push', {
            method: 'POST',
            headers,
            body: all[index] ?? Buffer.alloc(0),
          });
          if (status === 204) break;
          if (status !== 429) throw new Error(`a push was answered with ${status}: ${text}`);
          refused += 1;
          await wait(50);
        }
      }
    }),
  );
  await client.close();
  return { seconds: (performance.now() - started) / 1000, refused };
}

async function wait(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
