/** What runs is looked at before anything is registered: a preview then refuses what `up` would leave half applied. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { StackConfig } from '../config';
import { readRunning } from '../operations/compare/running';
import { compareStack, formatAnnounced, formatFindings } from '../operations/compare/compare';
import { type KubernetesObject, stackObjects } from '../../charts/objects';

/** Which cluster, in the words of the Kubernetes provider. */
export interface ClusterSelection {
  /** kubeconfig file, or its contents. @default - as kubectl finds it */
  readonly kubeconfig?: string;
  /** @default - the current one */
  readonly context?: string;
}

/**
 * Compares the stack with what runs, by kubectl. Where that is not on PATH, or does not reach the cluster, a warning says
 * so: it may be another machine that does, or a cluster that is only about to be made. What can be applied, and should be known before,
 * is a warning as well.
 *
 * @throws pulumi.RunError with all that cannot be applied, ConfigError with all that is wrong with the stack's patches.
 */
export function refuseWhatCannotBeApplied(stack: string, config: StackConfig, selection: ClusterSelection): void {
  const wanted = stackObjects(config, stack);
  let running: readonly KubernetesObject[];
  try {
    running = read(wanted, selection);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void pulumi.log.warn(`Not compared with what runs: ${reason}`);
    return;
  }
  const { refused, announced } = compareStack(config, running, new Date());
  if (announced.length > 0) void pulumi.log.warn(formatAnnounced(stack, announced));
  if (refused.length > 0) throw new pulumi.RunError(formatFindings(stack, refused));
}

function read(
  wanted: readonly KubernetesObject[],
  { kubeconfig, context }: ClusterSelection,
): readonly KubernetesObject[] {
  const select = context === undefined ? [] : ['--context', context];
  const readWith = (...more: readonly string[]) =>
    readRunning({ kubectl: 'kubectl', select: [...select, ...more] }, wanted);
  if (kubeconfig === undefined) return readWith();
  if (!kubeconfig.includes('\n')) return readWith('--kubeconfig', kubeconfig);
  // kubectl reads no contents but from a file. It holds keys: for this user alone, and not for long.
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  try {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    return readWith('--kubeconfig', file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
