/** The disruption budget of a workload: a drain of nodes takes one of its pods at a time. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import { type Identity, selectorLabels } from './identity';

/** None for a single pod: a budget would keep its node from ever being drained. */
export function disruptionBudget(
  scope: Construct,
  component: Identity,
  replicas: number,
  metadata: k8s.ObjectMeta,
): void {
  if (replicas === 1) return;
  new k8s.KubePodDisruptionBudget(scope, 'disruption-budget', {
    metadata,
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      selector: { matchLabels: { ...selectorLabels(component) } },
    },
  });
}
