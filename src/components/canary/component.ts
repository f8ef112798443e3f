import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { credentialSecretName, type StackConfig } from '../../config';
import { formatDuration, goMemoryLimit } from '../../config/units';
import { LABELS } from '../../log-model';
import { scrapeAnnotations } from '../kit/addresses';
import { gatewayUrl } from '../gateway';
import { TAIL_PATH } from '../gateway/paths';
import { CANARY, GATEWAY, objectLabels, selectorLabels } from '../kit/identity';
import { componentPolicy, dnsEgress, podsOf, scrapers, tcp } from '../kit/network';
import type { Directive } from '../kit/nginx';
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
} from '../kit/pod';
import {
  ALIVE,
  proxyConfig,
  proxyContainer,
  type ProxyProps,
  proxyServer,
  proxyVolumes,
  WITH_AUTHORIZATION,
} from '../kit/proxy';

/** The parts of the stack config that the canary is made from. */
export type CanaryProps = Pick<
  StackConfig,
  'namespaces' | 'auth' | 'gateway' | 'resources' | 'images' | 'network' | 'environment' | 'monitoring'
> & { readonly canary: NonNullable<StackConfig['canary']> };

/** Not the image's own, which is root: it runs as anybody, and so does the nginx beside it. */
const USER = 10350;
const GO_MEMORY_SHARE = 0.8;
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
    const { namespaces, auth, gateway, canary, images, resources, network } = props;
    const labels = { ...objectLabels(CANARY) };
    const metadata = (name: string): k8s.ObjectMeta => ({ name, namespace: namespaces.logging, labels });
    const files = { 'nginx.conf': canaryProxyConfig(props) };
    const proxy: ProxyProps = {
      images,
      resources,
      configMap: 'canary-config',
      metricsPort: CANARY.ports.metrics,
      ...(auth.loki.enabled ? { secret: credentialSecretName(canary.credential) } : {}),
      ...(gateway.tls === undefined
        ? {}
        : { volumeMounts: [{ name: 'gateway-ca', mountPath: GATEWAY_CA, readOnly: true }] }),
    };
    const answers = { httpGet: { path: '/metrics', port: k8s.IntOrString.fromString('own') } };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(CANARY.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata('canary-config'), data: files });
    componentPolicy(this, CANARY, {
      namespace: namespaces.logging,
      ingress: [{ from: [...scrapers(props)], ports: tcp(CANARY.ports.metrics) }],
      egress: [{ to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) }, dnsEgress(network)],
    });
    new k8s.KubeService(this, 'service', {
      metadata: metadata(CANARY.name),
      spec: {
        clusterIp: 'None',
        selector: { ...selectorLabels(CANARY) },
        ports: [servicePort('metrics', CANARY.ports.metrics)],
      },
    });
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: metadata(CANARY.name),
      spec: {
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...selectorLabels(CANARY) } },
        // Two at a time would read each other's lines.
        strategy: { type: 'Recreate' },
        template: {
          metadata: {
            labels,
            annotations: { ...configHash(files), ...scrapeAnnotations(props, CANARY.ports.metrics) },
          },
          spec: {
            serviceAccountName: CANARY.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            containers: [
              {
                name: CANARY.name,
                image: imageReference(images.canary, images),
                imagePullPolicy: 'IfNotPresent',
                args: [...canaryArguments(props)],
                env: [{ name: 'GOMEMLIMIT', value: goMemoryLimit(resources.canary.limits.memory, GO_MEMORY_SHARE) }],
                ports: [{ name: 'own', containerPort: OWN_PORT, protocol: 'TCP' }],
                resources: containerResources(resources.canary),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                readinessProbe: { ...answers, periodSeconds: 5 },
                livenessProbe: {
                  tcpSocket: { port: k8s.IntOrString.fromString('own') },
                  periodSeconds: 10,
                  failureThreshold: 6,
                },
              },
              proxyContainer(proxy),
            ],
            volumes: [
              ...proxyVolumes(proxy),
              ...(gateway.tls === undefined ? [] : [secretFiles('gateway-ca', gateway.tls.secretName, ['ca.crt'])]), // its key is not the canary's to read
            ],
          },
        },
      },
    });
  }
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
