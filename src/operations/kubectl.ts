/** The one kubectl client. It finds the cluster as its user does, runs kubectl to its end, reads lists and forwards ports of pods. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { z } from 'zod';
import type { KubernetesObject } from '../../charts/objects';

/** A cluster, and the kubectl that talks to it. */
export interface Cluster {
  readonly kubectl: string;
  /** Arguments that select the cluster: `--kubeconfig …`, `--context …`. */
  readonly select: readonly string[];
}

/** How long the API server may take to answer. */
export const TIMEOUT = '--request-timeout=20s';

const listShape = z.looseObject({
  items: z.array(
    z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.looseObject({
        name: z.string(),
        namespace: z.string().exactOptional(),
        labels: z.record(z.string(), z.string()).exactOptional(),
        annotations: z.record(z.string(), z.string()).exactOptional(),
      }),
    }),
  ),
});

/**
 * Runs kubectl.
 *
 * @throws Error with what it said, where it fails or is not there.
 */
export function kubectl({ kubectl: program, select }: Cluster, args: readonly string[], input?: string): string {
  const { status, error, stdout, stderr } = spawnSync(program, [...select, ...args], {
    encoding: 'utf8',
    env: process.env,
    maxBuffer: 256 * 2 ** 20,
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) throw new Error(`${program}: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`kubectl ${args.slice(0, 4).join(' ')}: ${withoutNoise(stderr)}`);
  return stdout;
}

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

/** The message of kubectl, without its library's lines about each try before. */
function withoutNoise(text: string): string {
  const lines = text.trim().split('\n');
  return lines.filter((line) => !/^[EWI]\d{4} |^WARNING: version difference/.test(line)).join('\n');
}

/** Objects of these kinds in a namespace; none where the namespace is not there. */
export function list(cluster: Cluster, namespace: string, ...kinds: readonly string[]): readonly KubernetesObject[] {
  return parseList(kubectl(cluster, ['-n', namespace, 'get', kinds.join(','), '-o', 'json', TIMEOUT]));
}

/** Objects as `kubectl get -o json` prints them: several as a list, one as it is. */
export function parseList(answer: string): readonly KubernetesObject[] {
  const parsed: unknown = JSON.parse(answer);
  const several = listShape.safeParse(parsed);
  return several.success ? several.data.items : listShape.parse({ items: [parsed] }).items;
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

/** Kind, namespace and name, as people write them. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
