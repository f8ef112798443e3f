/** An Ingress in a chart's values: the charts have its keys alike. */
import { isMapping } from '../../config/mapping';

export interface ChartIngress {
  /** Its first host; undefined where none is named. */
  readonly host: string | undefined;
  readonly otherHosts: readonly string[];
  /** `className`, `tls` and `annotations`, as the stack file has them. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/** The Ingress, or undefined where it is off. */
export function ingressOf(value: unknown): ChartIngress | undefined {
  if (!isMapping(value) || value['enabled'] !== true) return undefined;
  const { ingressClassName, annotations, hosts, tls } = value;
  const [host, ...otherHosts] = (Array.isArray(hosts) ? hosts : []).flatMap(hostOf);
  const certificate = Array.isArray(tls) ? tls.find(isMapping) : undefined;
  const { 'cert-manager.io/cluster-issuer': clusterIssuer, ...others } = isMapping(annotations) ? annotations : {};
  return {
    host,
    otherHosts,
    keys: {
      ...(ingressClassName === undefined ? {} : { className: ingressClassName }),
      ...(certificate === undefined
        ? {}
        : {
            tls: { secretName: certificate['secretName'], ...(clusterIssuer === undefined ? {} : { clusterIssuer }) },
          }),
      ...(Object.keys(others).length === 0 ? {} : { annotations: others }),
    },
  };
}

/** A name, or a mapping with the name and its paths. */
function hostOf(host: unknown): readonly string[] {
  const name: unknown = isMapping(host) ? host['host'] : host;
  return typeof name === 'string' ? [name] : [];
}
