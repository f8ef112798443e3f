/** An nginx beside the main container of a pod. It adds a credential to requests, and serves only the listed paths of its neighbour. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { StackConfig } from '../../config';
import { AUTHORIZATION_FILE } from '../../secrets/authorization';
import { type ContainerProps, containerPorts, httpProbe, tcpProbe } from './container';
import { type Directive, renderNginxConfig } from './nginx';
import { scratch, secretFiles } from './pod';

/** Name of the container. */
export const PROXY = 'proxy';
/** Folder with the container's configuration. */
export const PROXY_CONFIG = '/etc/nginx/proxy';
/** Folder with the line that has the credential. */
export const AUTHORIZATION = '/etc/nginx/authorization';

/** Adds the credential of {@link AUTHORIZATION_FILE} to a request. */
export const WITH_AUTHORIZATION: Directive = ['include', `${AUTHORIZATION}/${AUTHORIZATION_FILE}`];
const NOT_FOUND: Directive = ['location', '/', [['return', 404]]];

/** A server that answers GET on these paths only. */
export function proxyServer(
  listen: readonly Directive[],
  locations: Readonly<Record<string, readonly Directive[]>>,
): Directive {
  return [
    'server',
    [
      ...listen,
      ...Object.entries(locations).map(([path, directives]): Directive => [
        'location',
        '=',
        path,
        [['limit_except', 'GET', [['deny', 'all']]], ...directives],
      ]),
      NOT_FOUND,
    ],
  ];
}

/** Path that nginx itself answers, whatever the state of its neighbour. */
const ALIVE_PATH = '/alive';
export const ALIVE = { [ALIVE_PATH]: [['return', 200]] } as const;

/** The configuration file. */
export function proxyConfig(servers: readonly Directive[]): string {
  return renderNginxConfig([
    ['worker_processes', 1],
    ['pid', '/tmp/nginx.pid'],
    ['error_log', 'stderr', 'warn'],
    ['events', [['worker_connections', 64]]],
    [
      'http',
      [
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind): Directive => [
          `${kind}_temp_path`,
          `/tmp/${kind}`,
        ]),
        ['access_log', 'off'],
        ['server_tokens', 'off'],
        ['proxy_http_version', '1.1'],
        // Answers are not buffered in files.
        ['proxy_max_temp_file_size', 0],
        ...servers,
      ],
    ],
  ]);
}

export interface ProxyProps extends Pick<StackConfig, 'images' | 'resources'> {
  /** ConfigMap with a key `nginx.conf`. */
  readonly configMap: string;
  /** Secret with the credential. @default - no credential is added */
  readonly secret?: string;
  /** Container port `metrics`. */
  readonly metricsPort: number;
  /** @default - none */
  readonly volumeMounts?: readonly k8s.VolumeMount[];
}

/** The container. */
export function proxyContainer({
  images,
  resources,
  secret,
  metricsPort,
  volumeMounts = [],
}: ProxyProps): ContainerProps {
  return {
    name: PROXY,
    image: images.gateway,
    command: ['nginx', '-c', `${PROXY_CONFIG}/nginx.conf`, '-e', 'stderr', '-g', 'daemon off;'],
    ports: containerPorts({ metrics: metricsPort }),
    resources: resources.proxy,
    readinessProbe: { ...tcpProbe('metrics'), periodSeconds: 5 },
    livenessProbe: httpProbe(ALIVE_PATH, 'metrics'),
    volumeMounts: [
      { name: 'proxy', mountPath: PROXY_CONFIG, readOnly: true },
      { name: 'proxy-tmp', mountPath: '/tmp' },
      ...(secret === undefined ? [] : [{ name: 'authorization', mountPath: AUTHORIZATION, readOnly: true }]),
      ...volumeMounts,
    ],
  };
}

/** The volumes of the container. */
export function proxyVolumes({ configMap, secret }: Pick<ProxyProps, 'configMap' | 'secret'>): readonly k8s.Volume[] {
  return [
    { name: 'proxy', configMap: { name: configMap, items: [{ key: 'nginx.conf', path: 'nginx.conf' }] } },
    scratch('proxy-tmp', { bytes: 16 * 2 ** 20 }),
    ...(secret === undefined ? [] : [secretFiles('authorization', secret)]),
  ];
}
