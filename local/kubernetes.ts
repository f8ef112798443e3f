/** kubectl on a cluster: apply, read, wait for a roll-out. */
import { run } from './shell';

/** A cluster that a stack is deployed to, and the kubectl that talks to it. */
export interface Target {
  readonly kubectl: string;
  /** Arguments that select the cluster: `--kubeconfig …` or `--context …`. */
  readonly select: readonly string[];
}

/** Runs kubectl against the target; a failure is an error that quotes what it said. */
export function kubectl(
  target: Target,
  args: readonly string[],
  options: { readonly input?: string; readonly timeout?: number } = {},
): Promise<string> {
  return run(target.kubectl, [...target.select, ...args], options);
}

/** Server-side apply of objects, with strict validation: an unknown field is an error. */
export async function applyObjects(target: Target, objects: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(
    target,
    ['apply', '--server-side', '--force-conflicts', '--field-manager=spywatcher-logs', '--validate=strict', '-f', '-'],
    { input, timeout: 120 },
  );
}

/** Whether an object exists. */
export async function exists(target: Target, kind: string, namespace: string, name: string): Promise<boolean> {
  return (
    (await kubectl(target, ['-n', namespace, 'get', kind, name, '--ignore-not-found', '-o', 'name'])).trim() !== ''
  );
}

/** One key of a Secret, decoded; undefined where it is missing. */
export async function secretValue(
  target: Target,
  namespace: string,
  name: string,
  key: string,
): Promise<string | undefined> {
  const encoded = await kubectl(target, [
    '-n',
    namespace,
    'get',
    'secret',
    name,
    '--ignore-not-found',
    '-o',
    `jsonpath={.data.${key}}`,
  ]);
  return encoded === '' ? undefined : Buffer.from(encoded, 'base64').toString();
}

/** Waits for a workload's pods to be updated and ready; a failure says what the namespace's pods wait for. */
export async function waitForRollout(
  target: Target,
  namespace: string,
  workload: string,
  timeout: number,
): Promise<void> {
  const inNamespace = ['-n', namespace];
  try {
    await kubectl(target, [...inNamespace, 'rollout', 'status', workload, `--timeout=${timeout}s`], {
      timeout: timeout + 10,
    });
  } catch (error) {
    const pods = await kubectl(target, [...inNamespace, 'get', 'pods']);
    const warnings = await kubectl(target, [
      ...inNamespace,
      'get',
      'events',
      '--field-selector=type=Warning',
      '--sort-by=.lastTimestamp',
      '-o',
      'custom-columns=OBJECT:.involvedObject.name,REASON:.reason,MESSAGE:.message',
    ]);
    throw new Error(
      `${workload} in ${namespace} was not ready after ${timeout} s.\n${pods}\n${warnings.trim().split('\n').slice(-8).join('\n')}`,
      { cause: error },
    );
  }
}
