/** Services in front of a component's pods. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { StackConfig } from '../../config';
import { hasIpv6 } from '../../config/derived/ip-families';
import { type Identity, selectorLabels } from './identity';

/** The fields in which Services differ. */
export interface ServiceProps {
  readonly ports: readonly k8s.ServicePort[];
  /** Whether each pod has a name, instead of one address for all pods. @default false */
  readonly headless?: boolean;
  /** Whether pods count before they are ready. @default false */
  readonly beforeReady?: boolean;
  /** Whether the cloud gives it an address outside of the cluster. The addresses of clients are kept. @default - none */
  readonly loadBalancer?: { readonly class?: string | undefined; readonly sourceRanges: readonly string[] };
  /** Name of the StatefulSet's pod behind it. @default - all pods of the component */
  readonly pod?: string;
}

export function serviceSpec(
  component: Identity,
  { ports, headless = false, beforeReady = false, loadBalancer, pod }: ServiceProps,
  config: Pick<StackConfig, 'network'>,
): k8s.ServiceSpec {
  return {
    ...families(config),
    ...(headless ? { clusterIp: 'None' } : { type: loadBalancer === undefined ? 'ClusterIP' : 'LoadBalancer' }),
    ...(loadBalancer === undefined ? {} : loadBalancerFields(loadBalancer)),
    ...(beforeReady ? { publishNotReadyAddresses: true } : {}),
    selector: { ...selectorLabels(component), ...(pod === undefined ? {} : { [POD_NAME_LABEL]: pod }) },
    ports: [...ports],
  };
}

/** The families of its addresses. Without any, it has the first one of the cluster. */
function families(config: Pick<StackConfig, 'network'>): Pick<k8s.ServiceSpec, 'ipFamilyPolicy' | 'ipFamilies'> {
  const { ipFamilies } = config.network;
  if (!hasIpv6(config)) return {};
  return { ipFamilyPolicy: ipFamilies.length > 1 ? 'PreferDualStack' : 'SingleStack', ipFamilies: [...ipFamilies] };
}

function loadBalancerFields({
  class: loadBalancerClass,
  sourceRanges,
}: NonNullable<ServiceProps['loadBalancer']>): Partial<k8s.ServiceSpec> {
  return {
    // Default Cluster: nodes would pass requests on with an address of their own.
    externalTrafficPolicy: 'Local',
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(sourceRanges.length === 0 ? {} : { loadBalancerSourceRanges: [...sourceRanges] }),
  };
}

/** A port of a Service that leads to the container's port of this name. `as` gives it another name or number. */
export function servicePort(name: string, port: number, as: { name?: string; port?: number } = {}): k8s.ServicePort {
  return { name, port, ...as, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP' };
}

/** The label that the StatefulSet controller puts on each pod. */
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
