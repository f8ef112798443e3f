/** The disruption budget of a workload. With it, a drain of nodes stops one of its pods at a time. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import { type Identity, selectorLabels } from './identity';

/** Makes the budget, unless there is a single pod or none: a budget would keep its node from being drained. */
export function disruptionBudget(
  scope: Construct,
  component: Identity,
  replicas: number,
  metadata: k8s.ObjectMeta,
): void {
  if (replicas <= 1) return;
  new k8s.KubePodDisruptionBudget(scope, 'disruption-budget', {
    metadata,
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      selector: { matchLabels: { ...selectorLabels(component) } },
    },
  });
}
