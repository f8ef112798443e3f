/** The Kubernetes objects of a stack, in the order in which they can be created. */
import { App, Chart } from 'cdk8s';
import { addStackCharts } from './stack';
import type { StackConfig } from '../src/config';

/** A rendered Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A rendered object that runs pods. */
export interface Workload extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    };
  };
}

const WORKLOADS = ['StatefulSet', 'Deployment', 'DaemonSet'];

/**
 * Charts in their order; within each, objects in theirs. Writes no file.
 *
 * @param source - what the stack is read from, for the report
 * @throws ConfigError with everything that is wrong with its patches.
 */
export function stackObjects(config: StackConfig, source?: string): readonly KubernetesObject[] {
  const app = new App();
  addStackCharts(app, config, source);
  return app.node.children
    .filter((child) => Chart.isChart(child))
    .flatMap((chart) => chart.toJson() as KubernetesObject[]);
}

/** Whether the object runs pods, and so waits for what those pods read. */
export function isWorkload(object: KubernetesObject): object is Workload {
  return WORKLOADS.includes(object.kind);
}
