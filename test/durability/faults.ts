/** What is done to the stack, its node and its agents; each returns when all of it is back. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ComponentName, crashCluster, killComponent, startCluster } from '../../local';
import { killNow, podProcess, starve } from '../../local/containers';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import { onHost } from '../../local/layout';
import type { LokiClient } from '../../local/loki-client';
import type { StackConfig, StackConfigInput } from '../../src/config';
import { eventually } from '../../programs/wait';
import { e2eConfig, log, restoreForward, waitForStack } from '../e2e/cluster';
import { fastObjects } from '../e2e/fast-alerts';
import { profile } from './profile';

export interface Scene {
  readonly target: Target;
  readonly config: StackConfig;
}

/** The program that each component runs. */
const PROGRAMS = { loki: 'loki', promtail: 'promtail', collector: 'otelcol-contrib' } as const;
type Component = keyof typeof PROGRAMS;

const namespaceOf = ({ config }: Scene, component: Component): string =>
  component === 'loki' ? config.namespaces.logging : config.namespaces.agents;

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly ready: boolean;
      readonly lastState: { readonly terminated?: { readonly reason: string } };
    }[];
  };
}

async function podOf(scene: Scene, component: Component): Promise<Pod> {
  const selector = `app.kubernetes.io/name=${component}`;
  const namespace = namespaceOf(scene, component);
  const text = await kubectl(scene.target, ['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json']);
  const pod = (JSON.parse(text) as { readonly items: readonly Pod[] }).items[0];
  if (pod === undefined) throw new Error(`no pod of ${component}`);
  return pod;
}

const restarts = ({ status }: Pod): number => status.containerStatuses?.[0]?.restartCount ?? 0;

/** Ends a container's process, and waits until the kubelet has started it anew; returns why Kubernetes says it has ended. */
async function endProcess(scene: Scene, component: Component, end: (pid: number) => Promise<void>): Promise<string> {
  const before = await podOf(scene, component);
  await end(podProcess(before.metadata.uid, PROGRAMS[component]));
  const after = await eventually(
    () => podOf(scene, component),
    (pod) => restarts(pod) > restarts(before) && pod.status.containerStatuses?.[0]?.ready === true,
    180,
  );
  return after.status.containerStatuses?.[0]?.lastState.terminated?.reason ?? '';
}

export const killProcess = (scene: Scene, component: Component): Promise<string> =>
  endProcess(scene, component, killNow);

/** Takes Loki's memory, and asks for more than is left, until the kernel kills it. */
export function exhaustMemory(scene: Scene, loki: LokiClient): Promise<string> {
  return endProcess(scene, 'loki', async (pid) => {
    let isOver = false;
    const asking = Array.from({ length: 4 }, async () => {
      // What it answers is of no interest, nor that it answers no more.
      while (!isOver)
        await loki
          .query('{app="durability"} |~ "n=[0-9]*[1-9]"', new Date(Date.now() - 3_600_000))
          .catch(() => sleep(200));
    });
    await starve(pid, 120).finally(() => (isOver = true));
    await Promise.all(asking);
  });
}

/**
 * A kill loses a batch if it comes while that is on its way and its lines' position is written down already. So that a short
 * run says the same each time, it waits for the middle between two writings.
 */
export async function awayFromSave({ config }: Scene): Promise<void> {
  if (profile.killsAnyTime) return;
  const file = onHost(join(config.agent.positionsDirectory, 'positions.yaml'));
  const age = (): number => Date.now() - statSync(file).mtimeMs;
  log('waiting until the agent’s positions are some seconds old');
  while (age() < 6000 || age() > 20_000) await sleep(200);
}

export async function deleteLoki({ target, config }: Scene): Promise<void> {
  const { logging } = config.namespaces;
  await kubectl(target, ['-n', logging, 'delete', 'pod', 'loki-0', '--wait=true', '--timeout=120s'], { timeout: 130 });
  await waitForRollout(target, logging, 'statefulset/loki', 240);
}

export async function takeLokiAway({ target, config }: Scene, seconds: number): Promise<void> {
  const scale = (replicas: number): Promise<string> =>
    kubectl(target, ['-n', config.namespaces.logging, 'scale', 'statefulset/loki', `--replicas=${replicas}`]);
  await scale(0);
  log(`Loki is away for ${seconds} s`);
  await sleep(seconds * 1000);
  await scale(1);
  await waitForRollout(target, config.namespaces.logging, 'statefulset/loki', 240);
}

export async function restart({ target }: Scene, namespace: string, workload: string): Promise<void> {
  await kubectl(target, ['-n', namespace, 'rollout', 'restart', workload]);
  await waitForRollout(target, namespace, workload, 330);
}

export async function rollOut({ target, config }: Scene, changes: Partial<StackConfigInput>): Promise<void> {
  await applyObjects(target, fastObjects(e2eConfig(changes)));
  await waitForStack(target, config);
}

export async function killOnNode({ target, config }: Scene, component: ComponentName): Promise<void> {
  await killComponent(component);
  await sleep(3000);
  await startCluster(log);
  await waitForStack(target, config);
}

export async function rebootNode({ target, config }: Scene): Promise<void> {
  await crashCluster();
  await startCluster(log);
  await restoreForward(config);
  await waitForStack(target, config);
}
