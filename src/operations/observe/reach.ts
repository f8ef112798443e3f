/** Ways into a cluster for the commands that look: kubectl, the ports of pods that it forwards, and HTTP through those. */
import { type ChildProcess, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Cluster } from '../cluster';

/** Runs kubectl to its end; an error says what it said. */
export function kubectlAsync(
  { kubectl: program, select }: Cluster,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...select, ...args], { stdio: ['ignore', 'pipe', 'pipe'], signal });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.once('error', (error) => reject(new Error(`${program}: ${error.message}`, { cause: error })));
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(withoutNoise(Buffer.concat(err).toString()) || `kubectl ${args.join(' ')} failed`));
    });
  });
}

/** What kubectl says, without what its library logs of every try before. */
function withoutNoise(text: string): string {
  const lines = text.trim().split('\n');
  return lines.filter((line) => !/^[EWI]\d{4} |^WARNING: version difference/.test(line)).join('\n');
}

/** Ports of this machine that lead into one pod, until they are closed. */
export interface Forward {
  /** Port of the pod → port of this machine. */
  readonly ports: ReadonlyMap<number, number>;
  readonly close: () => void;
}

/** Opens ports of a pod. NetworkPolicies do not stand in the way: the node itself connects. */
export function forward(
  { kubectl: program, select }: Cluster,
  pod: { readonly namespace: string; readonly name: string },
  ports: readonly number[],
  milliseconds: number,
): Promise<Forward> {
  const args = ['-n', pod.namespace, 'port-forward', '--address', '127.0.0.1', `pod/${pod.name}`];
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(program, [...select, ...args, ...ports.map((port) => `:${port}`)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const found = new Map<number, number>();
    let errors = '';
    const close = (): void => void child.kill('SIGTERM');
    const fail = (message: string): void => {
      clearTimeout(timer);
      close();
      reject(new Error(`${pod.namespace}/${pod.name}: ${message}`));
    };
    const timer = setTimeout(() => fail('kubectl port-forward does not answer'), milliseconds);
    let text = '';
    child.stderr?.on('data', (part: Buffer) => (errors += part.toString()));
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      for (const [, local, remote] of text.matchAll(/Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)/g))
        found.set(Number(remote), Number(local));
      if (ports.every((port) => found.has(port))) {
        clearTimeout(timer);
        resolve({ ports: found, close });
      }
    });
    child.once('error', (error) => fail(error.message));
    child.once('close', () => fail(withoutNoise(errors) || 'kubectl port-forward ended'));
  });
}

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
