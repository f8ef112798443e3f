/** The canary's Deployment, Service, config and NetworkPolicy. */
import { Construct } from 'constructs';
import { credentialSecretName, type StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { LABELS } from '../../log-model';
import { gatewayHost, gatewayUrl } from '../gateway';
import { TAIL_PATH } from '../gateway/paths';
import { scrapeAnnotations } from '../kit/addresses';
import { type ContainerProps, containerPorts, goMemory, httpProbe, tcpProbe } from '../kit/container';
import { CANARY, GATEWAY } from '../kit/identity';
import { componentPolicy, dnsEgress, podsOf, scrapers, tcp } from '../kit/network';
import { type Directive, listenOn } from '../kit/nginx';
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

/** A user other than the image's own, which is root. The nginx beside it runs as this user, too. */
const USER = 10350;
const GATEWAY_CA = '/etc/nginx/gateway-ca';
/** Address at which the nginx takes the canary's queries. It is a loopback address, because a client of it gets the credential. */
const QUERIES = '127.0.0.1:3101';
/** The canary's own port. It is not reachable from outside, because a client could suspend the canary there. */
const OWN_PORT = 3501;
const QUERY_PATHS = ['/loki/api/v1/query', '/loki/api/v1/query_range'];

/**
 * loki-canary. It writes lines to its standard output, which take the way of every pod's lines, and reads them through the
 * gateway. It accepts a password only as an argument, so an nginx beside it adds the credential.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { namespaces, gateway } = props;
    const workload = new Workload(this, CANARY, namespaces.logging, props);
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
      policies: network.policies,
      ingress: [{ from: scrapers(props), ports: tcp(CANARY.ports.metrics) }],
      egress: [{ to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) }, ...dnsEgress(network)],
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

/** The canary's arguments. Everything else has the canary's own default. */
export function canaryArguments({ namespaces, canary }: Pick<CanaryProps, 'namespaces' | 'canary'>): readonly string[] {
  return [
    `-addr=${QUERIES}`,
    `-port=${OWN_PORT}`,
    `-interval=${formatDuration(canary.interval)}`,
    // Labels of its lines, as the agent sets them. Another stack in the cluster has another namespace, and so other lines.
    `-labelname=${LABELS.namespace}`,
    `-labelvalue=${namespaces.logging}`,
    `-streamname=${LABELS.container}`,
    `-streamvalue=${CANARY.name}`,
    // Default 24h. The canary compares two answers about this time, which ends an hour ago. A longer time can include an earlier
    // pod, which has another series.
    '-cache-test-range=30m',
  ];
}

function canaryProxyConfig(props: CanaryProps): string {
  const to = (path: string): Directive => ['proxy_pass', `${gatewayUrl(props)}${path}`];
  const { auth, gateway } = props;
  const request: readonly Directive[] = [
    ...(auth.loki.enabled ? [WITH_AUTHORIZATION] : []),
    ...(gateway.tls === undefined
      ? []
      : ([
          ['proxy_ssl_verify', 'on'],
          ['proxy_ssl_verify_depth', 3],
          ['proxy_ssl_trusted_certificate', `${GATEWAY_CA}/ca.crt`],
          ['proxy_ssl_name', gatewayHost(props)],
          ['proxy_ssl_server_name', 'on'],
        ] satisfies readonly Directive[])),
  ];
  return proxyConfig([
    proxyServer([['listen', QUERIES]], {
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
    proxyServer(listenOn(CANARY.ports.metrics, props), {
      '/metrics': [['proxy_pass', `http://127.0.0.1:${OWN_PORT}/metrics`]],
      ...ALIVE,
    }),
  ]);
}
