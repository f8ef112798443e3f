/** Grafana's way in from outside of the cluster: an Ingress, or a route of the Gateway API. */
import { ApiObject } from 'cdk8s';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { grafanaPath } from '../../config/derived/grafana-path';
import { GRAFANA } from '../kit/identity';

type GrafanaConfig = StackConfig['grafana'];

/** The Ingress or the route, where one is configured. */
export function publish(owner: Construct, { ingress, route, url }: GrafanaConfig, metadata: k8s.ObjectMeta): void {
  const path = grafanaPath({ url }) || '/';
  const host = new URL(url).hostname;
  if (ingress !== undefined) addIngress(owner, ingress, { host, path, metadata });
  if (route !== undefined) addRoute(owner, route, { host, path, metadata });
}

interface Place {
  readonly host: string;
  readonly path: string;
  readonly metadata: k8s.ObjectMeta;
}

function addIngress(
  owner: Construct,
  { className, tls, annotations }: NonNullable<GrafanaConfig['ingress']>,
  { host, path, metadata }: Place,
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
            paths: [{ path, pathType: 'Prefix', backend: { service: { name: GRAFANA.name, port: { name: 'http' } } } }],
          },
        },
      ],
    },
  });
}

function addRoute(
  owner: Construct,
  { gateway }: NonNullable<GrafanaConfig['route']>,
  { host, path, metadata }: Place,
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
          backendRefs: [{ group: '', kind: 'Service', name: GRAFANA.name, port: GRAFANA.ports.http, weight: 1 }],
        },
      ],
    },
  });
}
