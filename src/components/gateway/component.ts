/** The gateway's Deployment, Services, config, certificate and NetworkPolicy. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { GATEWAY_USERS_SECRET, type StackConfig } from '../../config';
import { GATEWAY_METRICS, scrapeAnnotations } from '../kit/addresses';
import { type ContainerProps, containerPorts, httpProbe } from '../kit/container';
import { AGENTS, ALERTMANAGER, CANARY, COMPACTOR, GATEWAY, GATEWAY_OUTSIDE, GRAFANA, LOKI } from '../kit/identity';
import {
  addresses,
  componentPolicy,
  dnsEgress,
  gatewayClients,
  ingressController,
  podsOf,
  podsOfAny,
  scrapers,
  tcp,
} from '../kit/network';
import { renderNginxConfig } from '../kit/nginx';
import { scratch, secretFiles } from '../kit/pod';
import { addIngress, addRoute } from '../kit/publication';
import { servicePort } from '../kit/service';
import type { IngressRule, Peer } from '../kit/traffic';
import { Workload } from '../kit/workload';
import { USERS } from './access';
import { gatewayServicePort } from './address';
import { bodySpace } from './bodies';
import { GatewayCertificate, outsideCertificate } from './certificate';
import { gatewayConfig } from './config';
import { pathsOfGateway } from './metrics';
import { certificateOf, type Exposed, type LoadBalanced, OUTSIDE_CERTIFICATE } from './outside';
import { CERTIFICATE } from './tls';

/** A user that no node has. The image runs as any user, and its own number could be a user of the node. */
const USER = 10101;

const NGINX = ['nginx', '-c', '/etc/nginx/gateway/nginx.conf', '-e', 'stderr'];
/**
 * nginx looks names up when it starts, and ends where one is not there: in a new cluster its DNS server may hear of a Service
 * after the pod has begun. So the pod waits, and says for which name. Any other mistake ends it at once.
 */
const START = `trap 'exit 0' TERM
until said=$("$@" -t 2>&1); do
  echo "$said" >&2
  case $said in *'host not found'*) sleep 1 ;; *) exit 1 ;; esac
done
exec "$@" -g 'daemon off;'`;
/**
 * Waits 3 s, because nodes still send requests until each of them knows that the pod stops. `quit` then finishes open
 * requests. SIGTERM would cut them short.
 */
const STOP = ['/bin/sh', '-c', `sleep 3; exec ${NGINX.join(' ')} -s quit`];

/** The only way to Loki: an nginx that checks the credential, sets the tenant, and routes the paths of `paths.ts` only. */
export class Gateway extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const { namespaces, gateway } = props;
    const workload = new Workload(this, GATEWAY, namespaces.logging, props);
    const files = { 'nginx.conf': renderNginxConfig(gatewayConfig(props)) };

    workload.serviceAccount();
    workload.configMap('config', 'gateway-config', files);
    this.policy(props);
    workload.service('service', {
      ports: [
        servicePort('http', GATEWAY.ports.http, {
          name: gateway.tls === undefined ? 'http' : 'https',
          port: gatewayServicePort(props),
        }),
      ],
    });
    if (gateway.tls !== undefined)
      new GatewayCertificate(this, 'certificate', { agent: props.agent, namespaces, tls: gateway.tls });
    if (gateway.expose !== undefined) this.expose(workload, namespaces, gateway.expose);
    this.metricsServices(workload, props);
    workload.deployment({
      replicas: gateway.replicas,
      overlap: true, // a roll-out refuses no push
      pod: { user: USER, files, containers: [this.container(props)], volumes: this.volumes(props) },
    });
  }

  private policy(props: StackConfig): void {
    const { namespaces, deployment, alertmanager, canary, network } = props;
    componentPolicy(this, GATEWAY, {
      namespace: namespaces.logging,
      policies: network.policies,
      ingress: [
        {
          from: [
            podsOfAny(Object.values(AGENTS), namespaces.agents),
            podsOf(GRAFANA, namespaces.logging),
            ...(canary === undefined ? [] : [podsOf(CANARY, namespaces.logging)]),
            ...gatewayClients(network),
          ],
          ports: tcp(GATEWAY.ports.http),
        },
        { from: scrapers(props), ports: tcp(GATEWAY.ports.metrics) },
        ...fromOutside(props),
      ],
      egress: [
        { to: [podsOf(LOKI, namespaces.logging)], ports: tcp(LOKI.ports.http) },
        ...(deployment.mode === 'ha'
          ? [{ to: [podsOf(COMPACTOR, namespaces.logging)], ports: tcp(COMPACTOR.ports.http) }]
          : []),
        ...(alertmanager.type === 'embedded'
          ? [{ to: [podsOf(ALERTMANAGER, namespaces.logging)], ports: tcp(ALERTMANAGER.ports.http) }]
          : []),
        ...dnsEgress(network),
      ],
    });
  }

  /** The way in from outside: a Service for the port of its own, and what leads there. */
  private expose(workload: Workload, { logging }: StackConfig['namespaces'], expose: Exposed): void {
    const { name, ports } = GATEWAY_OUTSIDE;
    const port = certificateOf(expose) === undefined ? { name: 'http', port: 80 } : { name: 'https', port: 443 };
    workload.service('outside-service', {
      name,
      ports: [servicePort('outside', ports.outside, port)],
      ...(expose.type === 'loadBalancer'
        ? {
            loadBalancer: expose,
            ...(Object.keys(expose.annotations).length === 0 ? {} : { annotations: expose.annotations }),
          }
        : {}),
    });
    const published = {
      host: expose.host,
      path: '/',
      service: { name, portName: port.name, port: port.port },
      metadata: workload.metadata(name),
    };
    switch (expose.type) {
      case 'ingress':
        addIngress(this, expose, published);
        break;
      case 'route':
        addRoute(this, expose, published);
        break;
      case 'loadBalancer':
        outsideCertificate(this, logging, expose);
    }
  }

  /** One Service for the port. Scraping by annotation needs one more for each path, because an annotation names one path. */
  private metricsServices(workload: Workload, props: StackConfig): void {
    const ports = [servicePort('metrics', GATEWAY.ports.metrics)];
    workload.service('metrics-service', { name: GATEWAY_METRICS, ports });
    for (const { pod, path } of props.monitoring.type === 'annotations' ? pathsOfGateway(props) : [])
      workload.service(`scrape-${pod}`, {
        name: pod === GATEWAY.name ? `${pod}-scrape` : `${GATEWAY.name}-${pod}-scrape`,
        annotations: scrapeAnnotations(props, GATEWAY.ports.metrics, path),
        ports,
      });
  }

  private container(props: StackConfig): ContainerProps {
    const { gateway, images, resources, auth } = props;
    return {
      name: GATEWAY.name,
      image: images.gateway,
      command: ['/bin/sh', '-c', START, 'start', ...NGINX],
      ports: containerPorts({ ...GATEWAY.ports, ...(gateway.expose === undefined ? {} : GATEWAY_OUTSIDE.ports) }),
      resources: resources.gateway,
      buffers: bodySpace(props),
      lifecycle: { preStop: { exec: { command: STOP } } },
      readinessProbe: {
        ...httpProbe('/health', 'http', gateway.tls === undefined ? 'HTTP' : 'HTTPS'),
        periodSeconds: 2,
      },
      livenessProbe: httpProbe('/alive', 'metrics'), // clients cannot fill this port
      volumeMounts: [
        { name: 'config', mountPath: '/etc/nginx/gateway', readOnly: true },
        { name: 'tmp', mountPath: '/tmp' },
        ...(auth.loki.enabled ? [{ name: 'users', mountPath: USERS, readOnly: true }] : []),
        ...(gateway.tls === undefined ? [] : [{ name: 'certificate', mountPath: CERTIFICATE, readOnly: true }]),
        ...(certificateOf(gateway.expose) === undefined
          ? []
          : [{ name: 'outside-certificate', mountPath: OUTSIDE_CERTIFICATE, readOnly: true }]),
      ],
    };
  }

  private volumes(props: StackConfig): k8s.Volume[] {
    const { auth, gateway } = props;
    const outside = certificateOf(gateway.expose);
    return [
      { name: 'config', configMap: { name: 'gateway-config' } },
      scratch('tmp', bodySpace(props)),
      ...(auth.loki.enabled ? [secretFiles('users', GATEWAY_USERS_SECRET)] : []),
      ...(gateway.tls === undefined
        ? []
        : [secretFiles('certificate', gateway.tls.secretName, ['tls.crt', 'tls.key'])]),
      ...(outside === undefined ? [] : [secretFiles('outside-certificate', outside, ['tls.crt', 'tls.key'])]),
    ];
  }
}

/** Every address, except those of clusters and nodes. */
const INTERNET = ['0.0.0.0/0', '::/0'];

/** Who reaches the port for clients from outside: the ingress controller, or the clients themselves. */
function fromOutside({ gateway: { expose }, network }: StackConfig): readonly IngressRule[] {
  if (expose === undefined) return [];
  const from = expose.type === 'loadBalancer' ? clientsOf(expose) : [ingressController(network)];
  return [{ from, ports: tcp(GATEWAY_OUTSIDE.ports.outside) }];
}

function clientsOf({ sourceRanges }: LoadBalanced): readonly Peer[] {
  return (sourceRanges.length === 0 ? INTERNET : sourceRanges).map(addresses);
}
