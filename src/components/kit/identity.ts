/**
 * Name, selector and container ports of every component. Policies, Services and upstreams read them here, so that none of
 * them can select a pod or name a port that does not exist.
 */
import type { Component, StackConfig } from '../../config';
import { GATEWAY_NAME } from '../../config/derived/gateway-host';

export interface Identity {
  /** Name of the workload and of its main Service. */
  readonly name: Component;
  readonly ports: Readonly<Record<string, number>>;
}

const identity = <const T extends Identity>(component: T): T => component;

export const LOKI = identity({ name: 'loki', ports: { http: 3100, grpc: 9095, memberlist: 7946 } });
export const COMPACTOR = identity({ name: 'compactor', ports: { http: 3100 } });
export const GATEWAY = identity({ name: GATEWAY_NAME, ports: { http: 8080, metrics: 8081 } });
/** The gateway's port for clients from outside of the cluster, and the Service that leads there. Both are there only with `gateway.expose`. */
export const GATEWAY_OUTSIDE = { name: `${GATEWAY_NAME}-outside`, ports: { outside: 8083 } } as const;
export const PROMTAIL = identity({ name: 'promtail', ports: { metrics: 9080 } });
/** Its ports are those that its documentation names. */
export const COLLECTOR = identity({ name: 'collector', ports: { metrics: 8888, health: 13133 } });
export const GRAFANA = identity({ name: 'grafana', ports: { http: 3000, metrics: 3001 } });
export const ALERTMANAGER = identity({ name: 'alertmanager', ports: { http: 9093, cluster: 9094 } });
export const PROMETHEUS = identity({ name: 'prometheus', ports: { http: 9090 } });
export const CANARY = identity({ name: 'canary', ports: { metrics: 3500 } });

/** The agents that there are, by `agent.type`. */
export const AGENTS = { promtail: PROMTAIL, collector: COLLECTOR } as const;
export type AgentIdentity = (typeof AGENTS)[keyof typeof AGENTS];

/** The stack's agent. */
export function agentOf({ agent }: { readonly agent: Pick<StackConfig['agent'], 'type'> }): AgentIdentity {
  return AGENTS[agent.type];
}

/** The label with the name of a component. */
export const NAME = 'app.kubernetes.io/name';
/** The label of everything in a stack, and its value. */
export const PART_OF = 'app.kubernetes.io/part-of';
export const STACK = 'spywatcher-logs';
/** Annotation of a namespace. It means that the config allows other pods in the namespace. */
export const ADOPT = `${STACK}/adopted`;

/** Labels that select the pods of a component. They never change: a StatefulSet's selector is immutable. */
export function selectorLabels({ name }: { readonly name: string }): Readonly<Record<string, string>> {
  return { [NAME]: name, [PART_OF]: STACK };
}

/** Labels of every object of a component: the selector, and labels that may change. */
export function objectLabels(component: { readonly name: string }): Readonly<Record<string, string>> {
  return { ...selectorLabels(component), 'app.kubernetes.io/managed-by': STACK };
}
