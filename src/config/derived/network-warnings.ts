/** What the policies of a valid stack may not do as the stack file means it. */
import { parseCIDR } from 'ipaddr.js';
import { isMapping } from '../mapping';
import { formatPath } from '../problem';
import type { StackConfig } from '../schema';

/** Cilium knows the pods and nodes of its cluster by what they are, and applies no range of addresses to them. */
export function networkWarnings(config: StackConfig): readonly string[] {
  const { policies, apiServer } = config.network;
  if (policies === 'none')
    return [
      'network.policies: none: the stack makes no policies. Until somebody else closes both namespaces, every pod of the cluster reaches ' +
        'Loki, which checks no credential itself, and a pod of the stack that is taken over reaches everything.',
    ];
  if (policies !== 'cilium') return [];
  const servers = destinations(config)
    .filter(({ cidr }) => isPrivate(cidr))
    .map(({ path }) => formatPath(path));
  const api = apiServer.cidrs.some(isPrivate);
  return [
    ...(servers.length === 0
      ? []
      : [
          `${servers.join(', ')}: network.policies is cilium, which matches no pod and no node of the cluster by its address. ` +
            'A server outside of the cluster is reached; a pod is not: write { namespace, podLabels, port } instead.',
        ]),
    ...(api
      ? [
          'network.apiServer.cidrs: network.policies is cilium, which matches no node of the cluster by its address. ' +
            'Where the API server is on a node, leave it out: the policy then names the API server itself.',
        ]
      : []),
  ];
}

interface Found {
  readonly path: readonly PropertyKey[];
  readonly cidr: string;
}

/** Every `{ cidr, port }` of a config, wherever it is. */
function destinations(value: unknown, path: readonly PropertyKey[] = []): readonly Found[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => destinations(item, [...path, index]));
  if (!isMapping(value)) return [];
  const { cidr, port } = value;
  if (typeof cidr === 'string' && typeof port === 'number') return [{ path, cidr }];
  return Object.entries(value).flatMap(([key, inner]) => destinations(inner, [...path, key]));
}

function isPrivate(cidr: string): boolean {
  return ['private', 'uniqueLocal', 'carrierGradeNat'].includes(parseCIDR(cidr)[0].range());
}
