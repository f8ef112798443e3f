/** HTTP through the ports of pods that kubectl forwards. */
import { HttpClient, isBrokenOff } from '../http';

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

/** Sends a GET, and once more if the connection broke: forwarded ones do so now and then. */
export async function get(endpoint: Endpoint, path: string, signal: AbortSignal): Promise<Answer> {
  try {
    return await getOnce(endpoint, path, signal);
  } catch (error) {
    if (signal.aborted || !isBrokenOff(error)) throw error;
    return getOnce(endpoint, path, signal);
  }
}

async function getOnce({ port, credential, tls }: Endpoint, path: string, signal: AbortSignal): Promise<Answer> {
  const client = new HttpClient(tls === undefined ? {} : { tls });
  try {
    const { status, headers, text } = await client.send(
      `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
      path,
      {
        signal,
        ...(tls === undefined ? {} : { headers: { host: tls.servername } }),
        ...(credential === undefined ? {} : { credential }),
      },
    );
    const skew = (Date.parse(String(headers['date'])) - Date.now()) / 1000;
    return { status, text, ...(Number.isNaN(skew) ? {} : { clockSkew: skew }) };
  } finally {
    await client.close();
  }
}

/** {@link get}, where any other status than a success is an error. */
export async function getOk(endpoint: Endpoint, path: string, signal: AbortSignal): Promise<Answer> {
  const answer = await get(endpoint, path, signal);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`answered ${answer.status}: ${answer.text.replace(/<[^>]*>/g, ' ').trim()}`);
}
