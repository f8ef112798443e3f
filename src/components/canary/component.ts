/** The canary's Deployment, Service, config and NetworkPolicy. */
import { Construct } from 'constructs';
import { credentialSecretName, type StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { LABELS } from '../../log-model';
import { gatewayUrl } from '../gateway';
import { TAIL_PATH } from '../gateway/paths';
import { scrapeAnnotations } from '../kit/addresses';
import { type ContainerProps, containerPorts, goMemory, httpProbe, tcpProbe } from '../kit/container';
import { CANARY, GATEWAY } from '../kit/identity';
import { componentPolicy, dnsEgress, podsOf, scrapers, tcp } from '../kit/network';
import type { Directive } from '../kit/nginx';
import { secretFiles } from '../kit/pod';
import {
  ALIVE,
  proxyConfig,
  proxyContainer,
  type ProxyProps,
  proxyServer,
  proxyVolumes,
  WITH_AUTHORIZATION,
} from '../kit/proxy';
import { servicePort } from '../kit/service';
import { Workload } from '../kit/workload';

/** A stack config with a canary. */
export type CanaryProps = StackConfig & { readonly canary: NonNullable<StackConfig['canary']> };

/** Not the image's own, which is root: it runs as anybody, and so does the nginx beside it. */
const USER = 10350;
const GATEWAY_CA = '/etc/nginx/gateway-ca';
/** Where the nginx waits for the canary's queries: on the loopback address, whoever gets there has the credential. */
const QUERIES = '127.0.0.1:3101';
/** The canary's own port. It can be suspended there, so it is not the one that is open. */
const OWN_PORT = 3501;
const QUERY_PATHS = ['/loki/api/v1/query', '/loki/api/v1/query_range'];

/**
 * loki-canary: it writes a line now and then to its standard output, which takes the way of every pod's lines, and reads
 * it again through the gateway. It would take a password as an argument alone, so an nginx beside it adds the credential.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { namespaces, gateway, images } = props;
    const workload = new Workload(this, CANARY, namespaces.logging, images);
    const files = { 'nginx.conf': canaryProxyConfig(props) };
    const proxy = proxyOf(props);

    workload.serviceAccount();
    workload.configMap('config', 'canary-config', files);
    this.policy(props);
    workload.service('service', { headless: true, ports: [servicePort('metrics', CANARY.ports.metrics)] });
    workload.deployment({
      replicas: 1,
      overlap: false, // two would read each other's lines
      pod: {
        user: USER,
        files,
        annotations: scrapeAnnotations(props, CANARY.ports.metrics),
        containers: [this.container(props), proxyContainer(proxy)],
        volumes: [
          ...proxyVolumes(proxy),
          ...(gateway.tls === undefined ? [] : [secretFiles('gateway-ca', gateway.tls.secretName, ['ca.crt'])]), // its key is not the canary's to read
        ],
      },
    });
  }

  private policy(props: CanaryProps): void {
    const { namespaces, network } = props;
    componentPolicy(this, CANARY, {
      namespace: namespaces.logging,
      ingress: [{ from: [...scrapers(props)], ports: tcp(CANARY.ports.metrics) }],
      egress: [{ to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) }, dnsEgress(network)],
    });
  }

  private container(props: CanaryProps): ContainerProps {
    const { images, resources } = props;
    return {
      name: CANARY.name,
      image: images.canary,
      args: [...canaryArguments(props)],
      env: [goMemory(resources.canary)],
      ports: containerPorts({ own: OWN_PORT }),
      resources: resources.canary,
      readinessProbe: { ...httpProbe('/metrics', 'own'), periodSeconds: 5 },
      livenessProbe: tcpProbe('own'),
    };
  }
}

function proxyOf({ auth, gateway, canary, images, resources }: CanaryProps): ProxyProps {
  return {
    images,
    resources,
    configMap: 'canary-config',
    metricsPort: CANARY.ports.metrics,
    ...(auth.loki.enabled ? { secret: credentialSecretName(canary.credential) } : {}),
    ...(gateway.tls === undefined
      ? {}
      : { volumeMounts: [{ name: 'gateway-ca', mountPath: GATEWAY_CA, readOnly: true }] }),
  };
}

/** What the canary is told. All else is its own default. */
export function canaryArguments({ namespaces, canary }: Pick<CanaryProps, 'namespaces' | 'canary'>): readonly string[] {
  return [
    `-addr=${QUERIES}`,
    `-port=${OWN_PORT}`,
    `-interval=${formatDuration(canary.interval)}`,
    // Its lines, as the agent labels them. Another stack of the cluster has its own namespace, and so its own lines.
    `-labelname=${LABELS.namespace}`,
    `-labelvalue=${namespaces.logging}`,
    `-streamname=${LABELS.container}`,
    `-streamvalue=${CANARY.name}`,
    // Default 24h. It compares two answers for the time before an hour ago; of a pod before it there is another series.
    '-cache-test-range=30m',
  ];
}

function canaryProxyConfig(props: CanaryProps): string {
  const to = (path: string): Directive => ['proxy_pass', `${gatewayUrl(props)}${path}`];
  const { auth, gateway, namespaces } = props;
  const request: readonly Directive[] = [
    ...(auth.loki.enabled ? [WITH_AUTHORIZATION] : []),
    ...(gateway.tls === undefined
      ? []
      : ([
          ['proxy_ssl_verify', 'on'],
          ['proxy_ssl_verify_depth', 3],
          ['proxy_ssl_trusted_certificate', `${GATEWAY_CA}/ca.crt`],
          ['proxy_ssl_name', `${GATEWAY.name}.${namespaces.logging}.svc`],
          ['proxy_ssl_server_name', 'on'],
        ] satisfies readonly Directive[])),
  ];
  return proxyConfig([
    proxyServer(QUERIES, {
      ...Object.fromEntries(
        QUERY_PATHS.map((path) => [path, [...request, ['proxy_set_header', 'Connection', ''], to(path)] as const]),
      ),
      [TAIL_PATH]: [
        ...request,
        ['proxy_set_header', 'Connection', 'upgrade'],
        ['proxy_set_header', 'Upgrade', 'websocket'],
        ['proxy_read_timeout', '1h'],
        to(TAIL_PATH),
      ],
    }),
    proxyServer(CANARY.ports.metrics, {
      '/metrics': [['proxy_pass', `http://127.0.0.1:${OWN_PORT}/metrics`]],
      ...ALIVE,
    }),
  ]);
}
