/** The gateway's Deployment, Services, config, certificate and NetworkPolicy. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { GATEWAY_USERS_SECRET, type StackConfig } from '../../config';
import { GATEWAY_METRICS, scrapeAnnotations } from '../kit/addresses';
import { type ContainerProps, containerPorts, httpProbe } from '../kit/container';
import { ALERTMANAGER, CANARY, COMPACTOR, GATEWAY, GRAFANA, LOKI, PROMTAIL } from '../kit/identity';
import { componentPolicy, dnsEgress, podsIn, podsOf, scrapers, tcp } from '../kit/network';
import { renderNginxConfig } from '../kit/nginx';
import { scratch, secretFiles } from '../kit/pod';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';
import { gatewayServicePort } from './address';
import { GatewayCertificate } from './certificate';
import { bodySpace, gatewayConfig, USERS } from './config';
import { pathsOfGateway } from './metrics';
import { CERTIFICATE } from './tls';

/** Not the image's own, which could be somebody's on the node: the image runs as anybody. */
const USER = 10101;

const NGINX = ['nginx', '-c', '/etc/nginx/gateway/nginx.conf', '-e', 'stderr'];
/**
 * Requests still come for as long as it takes every node to hear that the pod is going. Then `quit` lets those at work
 * finish, which SIGTERM would cut short.
 */
const STOP = ['/bin/sh', '-c', `sleep 3; exec ${NGINX.join(' ')} -s quit`];

/** The one door to Loki: an nginx that checks the credential, sets the tenant, and routes nothing but the paths listed here. */
export class Gateway extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const { namespaces, gateway, images } = props;
    const workload = new Workload(this, GATEWAY, namespaces.logging, images);
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
    if (gateway.tls !== undefined) new GatewayCertificate(this, 'certificate', { namespaces, tls: gateway.tls });
    this.metricsServices(workload, props);
    workload.deployment({
      replicas: gateway.replicas,
      overlap: true, // no push finds the door shut
      pod: { user: USER, files, containers: [this.container(props)], volumes: this.volumes(props) },
    });
  }

  private policy(props: StackConfig): void {
    const { namespaces, deployment, alertmanager, canary, network } = props;
    componentPolicy(this, GATEWAY, {
      namespace: namespaces.logging,
      ingress: [
        {
          from: [
            podsOf(PROMTAIL, namespaces.agents),
            podsOf(GRAFANA, namespaces.logging),
            ...(canary === undefined ? [] : [podsOf(CANARY, namespaces.logging)]),
            ...network.clients.map(({ namespace, podLabels }) => podsIn(namespace, podLabels)),
          ],
          ports: tcp(GATEWAY.ports.http),
        },
        { from: [...scrapers(props)], ports: tcp(GATEWAY.ports.metrics) },
      ],
      egress: [
        { to: [podsOf(LOKI, namespaces.logging)], ports: tcp(LOKI.ports.http) },
        ...(deployment.mode === 'ha'
          ? [{ to: [podsOf(COMPACTOR, namespaces.logging)], ports: tcp(COMPACTOR.ports.http) }]
          : []),
        ...(alertmanager.type === 'embedded'
          ? [{ to: [podsOf(ALERTMANAGER, namespaces.logging)], ports: tcp(ALERTMANAGER.ports.http) }]
          : []),
        dnsEgress(network),
      ],
    });
  }

  /** One for the port; where annotations are scraped, one for each of its paths as well: an annotation names one path. */
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
      command: [...NGINX, '-g', 'daemon off;'],
      ports: containerPorts(GATEWAY.ports),
      resources: resources.gateway,
      buffers: bodySpace(props),
      lifecycle: { preStop: { exec: { command: STOP } } },
      readinessProbe: {
        ...httpProbe('/health', 'http', gateway.tls === undefined ? 'HTTP' : 'HTTPS'),
        periodSeconds: 2,
      },
      livenessProbe: httpProbe('/alive', 'metrics'), // no client can fill that port
      volumeMounts: [
        { name: 'config', mountPath: '/etc/nginx/gateway', readOnly: true },
        { name: 'tmp', mountPath: '/tmp' },
        ...(auth.loki.enabled ? [{ name: 'users', mountPath: USERS, readOnly: true }] : []),
        ...(gateway.tls === undefined ? [] : [{ name: 'certificate', mountPath: CERTIFICATE, readOnly: true }]),
      ],
    };
  }

  private volumes(props: StackConfig): k8s.Volume[] {
    const { auth, gateway } = props;
    return [
      { name: 'config', configMap: { name: 'gateway-config' } },
      scratch('tmp', bodySpace(props)),
      ...(auth.loki.enabled ? [secretFiles('users', GATEWAY_USERS_SECRET)] : []),
      ...(gateway.tls === undefined
        ? []
        : [secretFiles('certificate', gateway.tls.secretName, ['tls.crt', 'tls.key'])]),
    ];
  }
}
