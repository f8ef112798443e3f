import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { GATEWAY_USERS_SECRET, type StackConfig } from '../config';
import { GATEWAY, GRAFANA, LOKI, objectLabels, PROMTAIL, selectorLabels } from './identity';
import { podNames } from './loki';
import { componentPolicy, dnsEgress, podsIn, podsOf, tcp } from './network';
import { type Directive, renderNginxConfig } from './nginx-config';
import {
  CONTAINER_SECURITY,
  configHash,
  containerResources,
  imageReference,
  pullSecrets,
  restrictedPodSecurity,
  spread,
} from './pod';

/** The parts of the stack config that the gateway is made from. */
export type GatewayProps = Pick<
  StackConfig,
  'namespaces' | 'deployment' | 'gateway' | 'auth' | 'limits' | 'resources' | 'images' | 'network'
>;

/** uid and gid of the image. */
const USER = 101;
const USERS = '/etc/nginx/users';
/** Port of the Service. */
export const GATEWAY_SERVICE_PORT = 80;
/** Longer than Loki's query timeout, so that Loki's own answer arrives. */
const READ_TIMEOUT = '75s';

/** The one door to Loki: an nginx that checks the credential, sets the tenant, and routes nothing but the paths listed here. */
export class Gateway extends Construct {
  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const { namespaces, gateway, images, resources, auth, network } = props;
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(GATEWAY) },
    });
    const files = { 'nginx.conf': renderNginxConfig(gatewayConfig(props)) };
    const health = { httpGet: { path: '/health', port: k8s.IntOrString.fromString('http') } };

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
            ...network.clients.map(({ namespace, podLabels }) => podsIn(namespace, podLabels)),
          ],
          ports: tcp(GATEWAY.ports.http),
        },
        { from: [podsIn(network.monitoring.namespace)], ports: tcp(GATEWAY.ports.metrics) },
      ],
      egress: [{ to: [podsOf(LOKI, namespaces.logging)], ports: tcp(LOKI.ports.http) }, dnsEgress(network)],
    });
    new k8s.KubeService(this, 'service', {
      metadata: metadata(GATEWAY.name),
      spec: {
        type: 'ClusterIP',
        selector: { ...selectorLabels(GATEWAY) },
        ports: [
          { name: 'http', port: GATEWAY_SERVICE_PORT, targetPort: k8s.IntOrString.fromString('http'), protocol: 'TCP' },
        ],
      },
    });
    new k8s.KubeService(this, 'metrics-service', {
      metadata: metadata('gateway-metrics'),
      spec: {
        type: 'ClusterIP',
        selector: { ...selectorLabels(GATEWAY) },
        ports: [
          {
            name: 'metrics',
            port: GATEWAY.ports.metrics,
            targetPort: k8s.IntOrString.fromString('metrics'),
            protocol: 'TCP',
          },
        ],
      },
    });
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
                command: ['nginx', '-c', '/etc/nginx/gateway/nginx.conf', '-e', 'stderr', '-g', 'daemon off;'],
                ports: Object.entries(GATEWAY.ports).map(([name, containerPort]) => ({
                  name,
                  containerPort,
                  protocol: 'TCP',
                })),
                resources: containerResources(resources.gateway),
                securityContext: CONTAINER_SECURITY,
                // On SIGTERM nginx would cut requests short; quit lets them finish.
                lifecycle: {
                  preStop: {
                    exec: { command: ['nginx', '-c', '/etc/nginx/gateway/nginx.conf', '-e', 'stderr', '-s', 'quit'] },
                  },
                },
                readinessProbe: { ...health, periodSeconds: 2 },
                livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/nginx/gateway', readOnly: true },
                  { name: 'tmp', mountPath: '/tmp' },
                  ...(auth.loki.enabled ? [{ name: 'users', mountPath: USERS, readOnly: true }] : []),
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'gateway-config' } },
              { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString('1Gi') } },
              ...(auth.loki.enabled ? [{ name: 'users', secret: { secretName: GATEWAY_USERS_SECRET } }] : []),
            ],
          },
        },
      },
    });
  }
}

type AccessKind = 'write' | 'read';

const WRITE_PATHS = ['/loki/api/v1/push', '/otlp/v1/logs'] as const;

const READ_PATHS = [
  '/loki/api/v1/query',
  '/loki/api/v1/query_range',
  '/loki/api/v1/labels',
  '/loki/api/v1/series',
  '/loki/api/v1/index/stats',
  '/loki/api/v1/index/volume',
  '/loki/api/v1/index/volume_range',
  '/loki/api/v1/detected_labels',
  '/loki/api/v1/detected_fields',
  '/loki/api/v1/patterns',
  '/loki/api/v1/format_query',
  '/loki/api/v1/status/buildinfo',
] as const;

/** nginx' configuration. Paths are proxied as they are written here, never as the client spelled them. */
export function gatewayConfig(props: GatewayProps): readonly Directive[] {
  const { resources, limits, namespaces, deployment } = props;
  return [
    ['worker_processes', Math.max(1, Math.ceil(resources.gateway.limits.cpu.millicores / 1000))],
    ['pid', '/tmp/nginx.pid'],
    ['error_log', 'stderr', 'warn'],
    ['events', [['worker_connections', 4096]]],
    [
      'http',
      [
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind): Directive => [
          `${kind}_temp_path`,
          `/tmp/${kind}`,
        ]),
        ['default_type', 'application/json'],
        ['server_tokens', 'off'],
        // One JSON line per query and per refused request. A line per push would be pushed, and logged, again.
        [
          'map',
          '$status:$uri',
          '$loggable',
          [['default', 1], ...WRITE_PATHS.map((path): Directive => [`~^2\\d\\d:${path}$`, 0]), ['~:/health$', 0]],
        ],
        [
          'log_format',
          'gateway',
          'escape=json',
          '{"timestamp":"$time_iso8601","level":"info","message":"$request_method $uri $status","status":$status,"duration":$request_time,"user":"$remote_user","ipAddress":"$remote_addr","bytes":$bytes_sent}',
        ],
        ['access_log', '/dev/stdout', 'gateway', 'if=$loggable'],
        [
          'map',
          '$http_upgrade',
          '$connection_upgrade',
          [
            ['default', 'upgrade'],
            ['', ''],
          ],
        ],
        ['map', '$remote_user', '$tenant', tenantMap(props)],
        [
          'upstream',
          'loki',
          [
            ['server', `${LOKI.name}.${namespaces.logging}.svc:${LOKI.ports.http}`],
            ['keepalive', 32],
          ],
        ],
        ['proxy_http_version', '1.1'],
        ['proxy_read_timeout', READ_TIMEOUT],
        // A whole burst may come as one push.
        ['client_max_body_size', limits.ingestionBurst.bytes],
        ['client_body_buffer_size', '1m'],
        [
          'server',
          [
            ['listen', GATEWAY.ports.http],
            ['location', '=', '/health', [['return', 200, '{"status":"ok"}']]],
            ...WRITE_PATHS.map((path): Directive => ['location', '=', path, proxied(props, 'write', path)]),
            ...READ_PATHS.map((path): Directive => ['location', '=', path, proxied(props, 'read', path)]),
            ...['label', 'detected_field'].map((kind): Directive => [
              'location',
              '~',
              `^/loki/api/v1/${kind}/([A-Za-z_][A-Za-z0-9_]*)/values$`,
              proxied(props, 'read', `/loki/api/v1/${kind}/$1/values$is_args$args`),
            ]),
            [
              'location',
              '=',
              '/loki/api/v1/tail',
              [
                ...proxied(
                  props,
                  'read',
                  '/loki/api/v1/tail',
                  ['Connection', '$connection_upgrade'],
                  ['Upgrade', '$http_upgrade'],
                ),
                ['proxy_read_timeout', '1h'],
              ],
            ],
            ['location', '/', [['return', 404, '{"status":"error","error":"not a path of the log gateway"}']]],
          ],
        ],
        [
          'server',
          [
            ['listen', GATEWAY.ports.metrics],
            ['access_log', 'off'],
            // Loki's metrics and nothing else of its API, for each pod by itself.
            ...podNames(deployment).map((pod): Directive => [
              'location',
              '=',
              `/${pod}/metrics`,
              [['proxy_pass', `http://${pod}-metrics.${namespaces.logging}.svc:${LOKI.ports.http}/metrics`]],
            ]),
            ['location', '/', [['return', 404, '{"status":"error","error":"not a metrics path"}']]],
          ],
        ],
      ],
    ],
  ];
}

function proxied(
  { auth }: GatewayProps,
  kind: AccessKind,
  target: string,
  ...headers: readonly (readonly [string, string])[]
): readonly Directive[] {
  const own = headers.length === 0 ? [['Connection', ''] as const] : headers;
  return [
    ...(auth.loki.enabled
      ? ([
          ['auth_basic', 'spywatcher-logs'],
          ['auth_basic_user_file', `${USERS}/${kind}`],
        ] satisfies readonly Directive[])
      : []),
    // Whatever the client sent is overwritten; the credential goes no further.
    ['proxy_set_header', 'X-Scope-OrgID', '$tenant'],
    ['proxy_set_header', 'Authorization', ''],
    ...own.map(([name, value]): Directive => ['proxy_set_header', name, value]),
    ['proxy_pass', `http://${LOKI.name}${target}`],
  ];
}

function tenantMap({ auth }: GatewayProps): readonly Directive[] {
  const { enabled, tenants } = auth.loki;
  if (!enabled) return [['default', tenants[0]?.name ?? '']];
  return [
    ['default', ''],
    ...tenants.flatMap(({ name, write, read }) =>
      // The backslash makes a name a name: nginx' map has words of its own (default, include …).
      [...write, ...read].map((credential): Directive => [`\\${credential}`, name]),
    ),
  ];
}
