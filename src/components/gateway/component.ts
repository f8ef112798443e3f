import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { GATEWAY_USERS_SECRET, type StackConfig } from '../../config';
import { formatQuantity } from '../../config/units';
import { GATEWAY_METRICS, monitoringType, scrapeAnnotations } from '../kit/addresses';
import { GatewayCertificate } from './certificate';
import { bodySpace, gatewayConfig, USERS } from './config';
import { CERTIFICATE } from './tls';
import {
  ALERTMANAGER,
  CANARY,
  COMPACTOR,
  GATEWAY,
  GRAFANA,
  LOKI,
  objectLabels,
  PROMTAIL,
  selectorLabels,
} from '../kit/identity';
import { componentPolicy, dnsEgress, podsIn, podsOf, scrapers, tcp } from '../kit/network';
import { renderNginxConfig } from '../kit/nginx';
import { pathsOfGateway } from '../prometheus/scrape-jobs';
import {
  configHash,
  CONTAINER_SECURITY,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  restrictedPodSecurity,
  secretFiles,
  servicePort,
  spread,
} from '../kit/pod';

/** The parts of the stack config that the gateway is made from. */
export type GatewayProps = Pick<
  StackConfig,
  | 'namespaces'
  | 'deployment'
  | 'alertmanager'
  | 'gateway'
  | 'auth'
  | 'limits'
  | 'resources'
  | 'images'
  | 'network'
  | 'environment'
  | 'monitoring'
  | 'canary'
>;

/** Not the image's own, which could be somebody's on the node: the image runs as anybody. */
const USER = 10101;

const NGINX = ['nginx', '-c', '/etc/nginx/gateway/nginx.conf', '-e', 'stderr'];
/**
 * Requests still come for as long as it takes every node to hear that the pod is going. Then `quit` lets those at work
 * finish, which SIGTERM would cut short.
 */
const STOP = ['/bin/sh', '-c', `sleep 3; exec ${NGINX.join(' ')} -s quit`];

/** Port of the Service. */
export function gatewayServicePort({ gateway }: Pick<StackConfig, 'gateway'>): number {
  return gateway.tls === undefined ? 80 : 443;
}

/** Where pods of the cluster find the gateway, without a slash at the end. */
export function gatewayUrl({ namespaces, gateway }: Pick<StackConfig, 'namespaces' | 'gateway'>): string {
  const scheme = gateway.tls === undefined ? 'http' : 'https';
  return `${scheme}://${GATEWAY.name}.${namespaces.logging}.svc:${gatewayServicePort({ gateway })}`;
}

/** The one door to Loki: an nginx that checks the credential, sets the tenant, and routes nothing but the paths listed here. */
export class Gateway extends Construct {
  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const { namespaces, deployment, alertmanager, gateway, images, resources, auth, network, canary } = props;
    const { tls } = gateway;
    const bodies = bodySpace(props);
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(GATEWAY) },
    });
    const files = { 'nginx.conf': renderNginxConfig(gatewayConfig(props)) };
    const health = {
      httpGet: {
        path: '/health',
        port: k8s.IntOrString.fromString('http'),
        ...(tls === undefined ? {} : { scheme: 'HTTPS' }),
      },
    };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(GATEWAY.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('gateway-config'), data: files });
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
    new k8s.KubeService(this, 'service', {
      metadata: metadata(GATEWAY.name),
      spec: {
        type: 'ClusterIP',
        selector: { ...selectorLabels(GATEWAY) },
        ports: [
          {
            name: tls === undefined ? 'http' : 'https',
            port: gatewayServicePort(props),
            targetPort: k8s.IntOrString.fromString('http'),
            protocol: 'TCP',
          },
        ],
      },
    });
    if (tls !== undefined) new GatewayCertificate(this, 'certificate', { namespaces, tls });
    new k8s.KubeService(this, 'metrics-service', {
      metadata: metadata(GATEWAY_METRICS),
      spec: {
        type: 'ClusterIP',
        selector: { ...selectorLabels(GATEWAY) },
        ports: [METRICS_PORT],
      },
    });
    for (const { pod, path } of monitoringType(props) === 'annotations' ? pathsOfGateway(props) : []) {
      // An annotation names one path.
      new k8s.KubeService(this, `scrape-${pod}`, {
        metadata: {
          ...metadata(pod === GATEWAY.name ? `${pod}-scrape` : `${GATEWAY.name}-${pod}-scrape`),
          annotations: { ...scrapeAnnotations(props, GATEWAY.ports.metrics, path) },
        },
        spec: { type: 'ClusterIP', selector: { ...selectorLabels(GATEWAY) }, ports: [METRICS_PORT] },
      });
    }
    if (gateway.replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'disruption-budget', {
        metadata: metadata(GATEWAY.name),
        spec: {
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          selector: { matchLabels: { ...selectorLabels(GATEWAY) } },
        },
      });
    }
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: metadata(GATEWAY.name),
      spec: {
        replicas: gateway.replicas,
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...selectorLabels(GATEWAY) } },
        // The new pod serves before the old one stops: no push finds the door shut.
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
        },
        template: {
          metadata: { labels: { ...objectLabels(GATEWAY) }, annotations: { ...configHash(files) } },
          spec: {
            serviceAccountName: GATEWAY.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            ...(gateway.replicas > 1 ? { topologySpreadConstraints: [...spread(selectorLabels(GATEWAY))] } : {}),
            containers: [
              {
                name: GATEWAY.name,
                image: imageReference(images.gateway, images),
                imagePullPolicy: 'IfNotPresent',
                command: [...NGINX, '-g', 'daemon off;'],
                ports: Object.entries(GATEWAY.ports).map(([name, containerPort]) => ({
                  name,
                  containerPort,
                  protocol: 'TCP',
                })),
                resources: containerResources(resources.gateway, bodies),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                lifecycle: { preStop: { exec: { command: STOP } } },
                readinessProbe: { ...health, periodSeconds: 2 },
                // On the port that no client can fill.
                livenessProbe: {
                  httpGet: { path: '/alive', port: k8s.IntOrString.fromString('metrics') },
                  periodSeconds: 10,
                  failureThreshold: 6,
                },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/nginx/gateway', readOnly: true },
                  { name: 'tmp', mountPath: '/tmp' },
                  ...(auth.loki.enabled ? [{ name: 'users', mountPath: USERS, readOnly: true }] : []),
                  ...(tls === undefined ? [] : [{ name: 'certificate', mountPath: CERTIFICATE, readOnly: true }]),
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'gateway-config' } },
              { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString(formatQuantity(bodies)) } },
              ...(auth.loki.enabled ? [secretFiles('users', GATEWAY_USERS_SECRET)] : []),
              ...(tls === undefined ? [] : [secretFiles('certificate', tls.secretName, ['tls.crt', 'tls.key'])]),
            ],
          },
        },
      },
    });
  }
}

const METRICS_PORT = servicePort('metrics', GATEWAY.ports.metrics);
