/** A Service's way in from outside of the cluster: an Ingress, or a route of the Gateway API. */
import { ApiObject } from 'cdk8s';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import type { StackConfig } from '../../config';

type IngressConfig = NonNullable<StackConfig['grafana']['ingress']>;
type RouteConfig = NonNullable<StackConfig['grafana']['route']>;

/** What is published, and where. */
export interface Published {
  readonly host: string;
  readonly path: string;
  /** The Service, and its port by name and number. */
  readonly service: { readonly name: string; readonly portName: string; readonly port: number };
  readonly metadata: k8s.ObjectMeta;
}

/** An Ingress. */
export function addIngress(
  owner: Construct,
  { className, tls, annotations }: IngressConfig,
  { host, path, service, metadata }: Published,
): void {
  new k8s.KubeIngress(owner, 'ingress', {
    metadata: {
      ...metadata,
      annotations: {
        ...annotations,
        ...(tls?.clusterIssuer === undefined ? {} : { 'cert-manager.io/cluster-issuer': tls.clusterIssuer }),
      },
    },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tls === undefined ? {} : { tls: [{ hosts: [host], secretName: tls.secretName }] }),
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path,
                pathType: 'Prefix',
                backend: { service: { name: service.name, port: { name: service.portName } } },
              },
            ],
          },
        },
      ],
    },
  });
}

/** A route of the Gateway API. */
export function addRoute(
  owner: Construct,
  { gateway }: RouteConfig,
  { host, path, service, metadata }: Published,
): void {
  new ApiObject(owner, 'route', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { ...metadata, labels: { ...metadata.labels } },
    spec: {
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: gateway.name,
          namespace: gateway.namespace,
          sectionName: gateway.listener,
        },
      ],
      hostnames: [host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: path } }],
          backendRefs: [{ group: '', kind: 'Service', name: service.name, port: service.port, weight: 1 }],
        },
      ],
    },
  });
}
