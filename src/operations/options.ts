/** Options that commands have in common: the same names and meanings everywhere. */
import { loadStackConfig, type StackConfig } from '../config';
import { hasAgentsAlone } from '../config/derived/components';
import { parseDuration } from '../config/units';
import { UsageError, type Values } from './command';
import type { Cluster } from './kubectl';

/** Which stack, and where its file is. */
export const STACK_OPTIONS = {
  stack: { type: 'string', value: '<stack>', required: true, description: 'of Pulumi.<stack>.yaml' },
  project: { type: 'string', value: '<folder>', default: '.', description: 'with the stack files' },
} as const;

/** Which cluster: kubectl's own options, so that its user knows them. */
export const CLUSTER_OPTIONS = {
  context: { type: 'string', value: '<name>', description: 'of the kubeconfig (default: the current one)' },
  kubeconfig: { type: 'string', value: '<file>', description: '(default: as kubectl finds it)' },
  kubectl: { type: 'string', value: '<program>', default: 'kubectl', description: 'that talks to the cluster' },
} as const;

export const JSON_OPTION = { json: { type: 'boolean', description: 'for programs, on standard output' } } as const;

/** The config of the stack that the options name. */
export function stackOf({ stack, project }: Values<typeof STACK_OPTIONS>): StackConfig {
  return loadStackConfig(project, stack);
}

/** The config of a stack that has a Loki, for a command that asks it. */
export function stackWithLoki(values: Values<typeof STACK_OPTIONS>): StackConfig {
  const config = stackOf(values);
  if (hasAgentsAlone(config))
    throw new UsageError(`${values.stack} has agents alone; name the stack with the Loki that they push to.`);
  return config;
}

/** The cluster that the options select. */
export function clusterOf({ context, kubeconfig, kubectl }: Values<typeof CLUSTER_OPTIONS>): Cluster {
  return {
    kubectl,
    select: [
      ...(context === undefined ? [] : ['--context', context]),
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ],
  };
}

/** Milliseconds of an interval that was given. */
export function intervalOf(text: string, least: number, most = Infinity): number {
  const milliseconds = parseDuration(text)?.milliseconds ?? NaN;
  if (milliseconds >= least && milliseconds <= most) return milliseconds;
  const upTo = most === Infinity ? 'or more' : `to ${most / 1000}s`;
  throw new UsageError(`--interval: ${text} is no time of ${least}ms ${upTo}`);
}
