/** The nodes that an agent is to run on, as Kubernetes' DaemonSet controller chooses them. */
import type { WorkloadShape } from '../observe/expected';
import type { NodeState } from '../observe/state';

type Placed = Pick<WorkloadShape, 'tolerations' | 'nodeSelector' | 'nodeTerms'>;
type Node = Pick<NodeState, 'name' | 'labels' | 'taints'>;
type Expression = WorkloadShape['nodeTerms'][number][number];

/** Nodes whose labels it asks for, and whose taints it tolerates. */
export function agentNodes(
  { tolerations, nodeSelector, nodeTerms }: Placed,
  nodes: readonly Node[],
): readonly string[] {
  return nodes
    .filter(
      ({ labels, taints }) =>
        Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
        (nodeTerms.length === 0 || nodeTerms.some((term) => term.every((expression) => meets(labels, expression)))) &&
        taints.every((taint) => isTolerated(taint, tolerations)),
    )
    .map(({ name }) => name);
}

function isTolerated(taint: Node['taints'][number], tolerations: Placed['tolerations']): boolean {
  return (
    taint.effect === 'PreferNoSchedule' ||
    // Kubernetes adds tolerations of what a node's own trouble is.
    taint.key.startsWith('node.kubernetes.io/') ||
    tolerations.some(
      ({ key, operator, value, effect }) =>
        (key === undefined || key === taint.key) &&
        (effect === undefined || effect === taint.effect) &&
        (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
    )
  );
}

function meets(labels: Node['labels'], { key, operator, values }: Expression): boolean {
  const value = labels[key];
  const [bound = ''] = values;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(bound);
    case 'Lt':
      return Number(value) < Number(bound);
  }
}
