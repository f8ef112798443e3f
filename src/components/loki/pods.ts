/** Names of Loki's pods. */
import type { StackConfig } from '../../config';
import { COMPACTOR, LOKI } from '../kit/identity';

/** Names of Loki's own pods, in order. */
export function podNames({ replicas }: Pick<StackConfig['deployment'], 'replicas'>): readonly string[] {
  return Array.from({ length: replicas }, (_, index) => `${LOKI.name}-${index}`);
}

/** Pods that serve Loki's metrics, in order. */
export function metricsPods(deployment: StackConfig['deployment']): readonly string[] {
  return [...podNames(deployment), ...(deployment.mode === 'ha' ? [`${COMPACTOR.name}-0`] : [])];
}
