/** HTTP through the ports of pods that kubectl forwards. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** How a forwarded port is spoken to. */
export interface Endpoint {
  /** Port of this machine. */
  readonly port: number;
  /** Of basic authentication. Handle as a secret. @default - none */
  readonly credential?: string;
  /** Where TLS is spoken: the name in the certificate, and the CA that made it. @default - plain HTTP */
  readonly tls?: { readonly servername: string; readonly ca: string };
}

/** An answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The server's clock, less this machine's, in seconds. */
  readonly clockSkew?: number;
}

/** Asks by GET; once more where the connection broke, as forwarded ones do now and then. */
export async function get(endpoint: Endpoint, path: string, signal: AbortSignal): Promise<Answer> {
  try {
    return await getOnce(endpoint, path, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof Error) || !/ECONNRESET|EPIPE|hang up/.test(error.message)) throw error;
    return getOnce(endpoint, path, signal);
  }
}

function getOnce({ port, credential, tls }: Endpoint, path: string, signal: AbortSignal): Promise<Answer> {
  const options = {
    host: '127.0.0.1',
    port,
    path,
    signal,
    agent: false,
    ...(credential === undefined ? {} : { auth: credential }),
  } as const;
  return new Promise((resolve, reject) => {
    const outgoing =
      tls === undefined
        ? httpRequest(options)
        : httpsRequest({ ...options, servername: tls.servername, ca: tls.ca, headers: { host: tls.servername } });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const parts: Buffer[] = [];
      const skew = (Date.parse(response.headers.date ?? '') - Date.now()) / 1000;
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString(),
          ...(Number.isNaN(skew) ? {} : { clockSkew: skew }),
        }),
      );
    });
    outgoing.end();
  });
}

/** {@link get}, where any other status than a success is an error. */
export async function getOk(endpoint: Endpoint, path: string, signal: AbortSignal): Promise<Answer> {
  const answer = await get(endpoint, path, signal);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`answered ${answer.status}: ${answer.text.replace(/<[^>]*>/g, ' ').trim()}`);
}
