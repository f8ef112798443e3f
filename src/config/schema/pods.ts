/** Where pods run, and what is added to pods and Services. */
import { z } from 'zod';
import {
  annotations,
  envName,
  envValue,
  labelKey,
  objectLabels,
  objectLabelValue,
  objectName,
  positiveInteger,
  seconds,
} from '../scalars';
import { affinity } from './affinity';
import { COMPONENTS } from './components';

const WHICH = ['all', ...COMPONENTS] as const;

const toleration = z.strictObject({
  key: labelKey().exactOptional().describe('Key of the taint. Without it, and with `Exists`, every key.'),
  operator: z
    .enum(['Exists', 'Equal'])
    .default('Equal')
    .describe('As in Kubernetes. `Equal`: the taint has this value. `Exists`: the taint has any value.'),
  value: objectLabelValue().exactOptional().describe('Value of the taint, with `Equal`. Empty by default.'),
  effect: z
    .enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule'])
    .exactOptional()
    .describe('Effect of the taint. Without it, every effect.'),
  tolerationSeconds: seconds()
    .exactOptional()
    .describe('How long a pod stays on a node that gets the taint, with `NoExecute`. Without it, without end.'),
});

const topologySpread = z.strictObject({
  topologyKey: labelKey().describe('Label of nodes. Nodes with equal values are one domain.'),
  whenUnsatisfiable: z
    .enum(['DoNotSchedule', 'ScheduleAnyway'])
    .describe('`DoNotSchedule`: a pod waits. `ScheduleAnyway`: it prefers domains with fewer pods.'),
  maxSkew: positiveInteger().default(1).describe('How many more pods a domain may have than another.'),
  minDomains: positiveInteger()
    .exactOptional()
    .describe('Number of domains that must exist, with `DoNotSchedule`. With fewer, pods wait.'),
  nodeAffinityPolicy: z
    .enum(['Honor', 'Ignore'])
    .exactOptional()
    .describe('Whether nodes that node selector and affinity exclude are left out. Kubernetes’ default is `Honor`.'),
  nodeTaintsPolicy: z
    .enum(['Honor', 'Ignore'])
    .exactOptional()
    .describe('Whether nodes with taints that are not tolerated are left out. Kubernetes’ default is `Ignore`.'),
});

const podSettings = z.strictObject({
  nodeSelector: objectLabels().exactOptional().describe('Labels that a node must have.'),
  tolerations: z
    .array(toleration)
    .exactOptional()
    .describe(
      'Taints that do not keep the pods from a node. Without them, none. An agent tolerates every `NoSchedule` taint unless its own list says otherwise.',
    ),
  affinity: affinity.exactOptional().describe('Which nodes the pods prefer or need, and which other pods.'),
  priorityClassName: objectName('the name of a PriorityClass', 'high-priority')
    .exactOptional()
    .describe('PriorityClass. It must exist.'),
  runtimeClassName: objectName('the name of a RuntimeClass', 'gvisor')
    .exactOptional()
    .describe('RuntimeClass. It must exist.'),
  topologySpread: z
    .array(topologySpread)
    .min(1)
    .exactOptional()
    .describe(
      'How the pods of one program are spread, instead of the stack’s own spread over nodes and zones. Each constraint selects the pods of its program. Not for agents, which have one pod on each node.',
    ),
  users: z
    .enum(['fixed', 'assigned'])
    .exactOptional()
    .describe(
      'Who chooses uid, gid and fsGroup of the pods. `fixed`, the default: the stack. `assigned`: the cluster, as OpenShift’s SCC `restricted-v2` does. An agent stays root, and gets the SELinux type `spc_t` (`docs/placement.md`).',
    ),
  labels: objectLabels().exactOptional().describe('Further labels of the pods.'),
  annotations: annotations().exactOptional().describe('Further annotations of the pods.'),
  env: z
    .record(envName(), envValue())
    .exactOptional()
    .describe(
      'Further environment variables of the program; no secrets, and none that the stack sets itself. As in Kubernetes, `$(NAME)` stands for another variable, and `$$` for `$`.',
    ),
});

export const pods = z.partialRecord(z.enum(WHICH), podSettings);

export const services = z.partialRecord(
  z.enum(WHICH),
  z.strictObject({
    labels: objectLabels().exactOptional().describe('Further labels of the Services.'),
    annotations: annotations().exactOptional().describe('Further annotations of the Services.'),
  }),
);
