import { defaults } from '../defaults';
import { problem, type Rule, when } from './rule';

/** Namespaces that Kubernetes and its distributions have of their own. */
const SYSTEM = /^(?:default|kube-.*|openshift(?:-.*)?)$/;

export const namespaceRules: readonly Rule[] = [
  {
    reads: ['namespaces'],
    check: ({ namespaces }) =>
      when(namespaces.logging === namespaces.agents, () =>
        problem(
          ['namespaces', 'agents'],
          namespaces.agents,
          'a namespace of its own: it is privileged, and namespaces.logging is not',
          'leave it out, for logging-agents',
        ),
      ),
  },
  {
    reads: ['namespaces', 'network'],
    check: ({ namespaces, network }) => {
      const named = {
        'network.ingressController': network.ingressController.namespace,
        'network.monitoring': network.monitoring.namespace,
        'network.dns': network.dns.namespace,
      };
      return (['logging', 'agents'] as const).flatMap((field) => {
        const name = namespaces[field];
        const [owner] = SYSTEM.test(name)
          ? ['the cluster']
          : Object.entries(named).flatMap(([path, namespace]) => (namespace === name ? [path] : []));
        return when(owner !== undefined, () =>
          problem(
            ['namespaces', field],
            name,
            `a namespace of the stack’s own: this one is of ${owner ?? ''}; the stack lets nothing talk there but its own pods, and sets its Pod Security level`,
            `leave it out, for ${defaults.namespaces[field]}, or write a name that nothing else uses`,
          ),
        );
      });
    },
  },
];
