/** Services in front of a component's pods. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { type Identity, selectorLabels } from './identity';

/** The fields in which Services differ. */
export interface ServiceProps {
  readonly ports: readonly k8s.ServicePort[];
  /** A name for each pod instead of one address for all of them. @default false */
  readonly headless?: boolean;
  /** Whether pods count before they are ready. @default false */
  readonly beforeReady?: boolean;
  /** The only pod of a StatefulSet behind it. @default - all pods of the component */
  readonly pod?: string;
}

export function serviceSpec(
  component: Identity,
  { ports, headless = false, beforeReady = false, pod }: ServiceProps,
): k8s.ServiceSpec {
  return {
    ...(headless ? { clusterIp: 'None' } : { type: 'ClusterIP' }),
    ...(beforeReady ? { publishNotReadyAddresses: true } : {}),
    selector: { ...selectorLabels(component), ...(pod === undefined ? {} : { [POD_NAME_LABEL]: pod }) },
    ports: [...ports],
  };
}

/** A port with the name and the number of the container's; or with others that lead to it. */
export function servicePort(name: string, port: number, as: { name?: string; port?: number } = {}): k8s.ServicePort {
  return { name, port, ...as, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP' };
}

/** The StatefulSet controller puts it on each pod. */
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
