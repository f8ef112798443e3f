/**
 * nginx' configuration of the gateway. Paths are listed, and proxied as they are written here, never as the client spelled
 * them; what is not listed does not exist.
 *
 * A request meets these checks, in this order: its method, the kind of credential that it names, the password, and where
 * that is not the present one the password before. Refusals end in `@refused`, which counts them by address.
 */
import { type AccessKind, credentials, type StackConfig } from '../../config';
import { largestBurst, longestQueryTimeout, mostTails } from '../../config/derived/limits';
import type { ByteSize } from '../../config/units';
import { alertmanagerPods } from '../kit/addresses';
import { accessLog } from './log';
import { type Endpoint, ENDPOINTS, NAMED_VALUES, TAIL_PATH } from './paths';
import { CERTIFICATE_METRIC_PAGE, CERTIFICATE_METRIC_SERVER, CERTIFICATE_VARIABLE, LISTEN_WITH_TLS } from './tls';
import { ALERTMANAGER, COMPACTOR, GATEWAY, LOKI } from '../kit/identity';
import { metricsPods, podNames } from '../loki/pods';
import type { Directive } from '../kit/nginx';

/** Where the pod finds the htpasswd files. */
export const USERS = '/etc/nginx/users';

/** Without a credential that may erase, there is no path for it. */
const isUsed =
  (props: StackConfig) =>
  ({ kind }: Endpoint): boolean =>
    kind !== 'erase' || credentials(props).some((credential) => credential.kind === kind);

/** nginx' configuration. */
export function gatewayConfig(props: StackConfig): readonly Directive[] {
  const { resources, gateway } = props;
  return [
    ['worker_processes', Math.max(1, Math.ceil(resources.gateway.limits.cpu.millicores / 1000))],
    ['pid', '/tmp/nginx.pid'],
    // Below `crit`, nginx quotes request lines, and so queries and whom somebody looked for; the access log has what failed.
    ['error_log', 'stderr', 'crit'],
    // Of every worker: a client, its connection to Loki, and those that idle.
    ['events', [['worker_connections', 2 * gateway.maxConnections + 128]]],
    [
      'http',
      [
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind): Directive => [
          `${kind}_temp_path`,
          `/tmp/${kind}`,
        ]),
        ['default_type', 'application/json'],
        ['server_tokens', 'off'],
        // Default: 64, too short for a credential's name of 53 letters. Before the first map.
        ['map_hash_bucket_size', 128],
        ...accessLog(),
        ...whoIsWho(props),
        ...limitZones(props),
        ...upstreams(props),
        ...timesAndSizes(props),
        lokiServer(props),
        metricsServer(props),
        ...withTls(props, CERTIFICATE_METRIC_SERVER),
      ],
    ],
  ];
}

function withTls({ gateway }: Pick<StackConfig, 'gateway'>, directive: Directive): readonly Directive[] {
  return gateway.tls === undefined ? [] : [directive];
}

/** Variables that say what a request may do, and of which tenant it is. */
function whoIsWho(props: StackConfig): readonly Directive[] {
  return [
    ...(props.auth.loki.enabled ? [whoMayWhat(props)] : []),
    ['map', '$remote_user', '$tenant', tenantMap(props)],
    ...withTls(props, CERTIFICATE_VARIABLE),
  ];
}

/** Counters of connections, tails, large pushes and refusals. */
function limitZones({ gateway }: StackConfig): readonly Directive[] {
  return [
    ['limit_conn_zone', '$server_port', 'zone=connections:1m'],
    ['limit_conn_zone', '$tenant', 'zone=tails:1m'],
    ['map', '$http_transfer_encoding:$content_length', '$large_push', isLarge()],
    ['limit_conn_zone', '$large_push', 'zone=large:1m'],
    ['limit_req_zone', '$binary_remote_addr', 'zone=refused:1m', `rate=${gateway.failedLoginsPerMinute}r/m`],
    ['limit_req_status', 429],
  ];
}

/** The Lokis behind the gateway. */
function upstreams({ deployment, namespaces }: StackConfig): readonly Directive[] {
  const hostOf = (service: string): string => `${service}.${namespaces.logging}.svc`;
  return deployment.mode === 'ha'
    ? [upstream('compactor', hostOf(COMPACTOR.name)), ringUpstream(podNames(deployment).map(hostOf)), ...anotherTry()]
    : [upstream('loki', hostOf(LOKI.name))];
}

/** How long nginx waits for either side, and what it holds meanwhile. */
function timesAndSizes(props: StackConfig): readonly Directive[] {
  return [
    ['proxy_http_version', '1.1'],
    // Loki's own answer to a query that takes too long is to arrive.
    ['proxy_read_timeout', `${Math.ceil(longestQueryTimeout(props.limits).milliseconds / 1000) + 15}s`],
    ['proxy_send_timeout', '30s'],
    ['client_header_timeout', '15s'],
    ['client_body_timeout', '30s'],
    // Queries; pushes say otherwise.
    ['client_max_body_size', '1m'],
    // What is larger waits in a file: the pod's memory does not grow with its clients.
    ['client_body_buffer_size', bodyBuffer(props)],
    // An answer waits in Loki for a client that reads slowly, and not in a file of the pod.
    ['proxy_max_temp_file_size', 0],
  ];
}

/** The port of clients: Loki's API, path by path. */
function lokiServer(props: StackConfig): Directive {
  const { gateway, auth } = props;
  return [
    'server',
    [
      ...(gateway.tls === undefined ? [['listen', GATEWAY.ports.http] as const] : LISTEN_WITH_TLS),
      ['recursive_error_pages', 'on'],
      ['limit_conn', 'connections', gateway.maxConnections],
      ...refusals(),
      onUnauthorized('@unauthorized'),
      ['location', '=', '/health', HEALTH],
      ...ENDPOINTS.filter(isUsed(props)).map((endpoint): Directive => [
        'location',
        '=',
        endpoint.path,
        proxied(props, endpoint),
      ]),
      ...NAMED_VALUES.map((name): Directive => [
        'location',
        '~',
        `^/loki/api/v1/${name}/(?<name>[A-Za-z_][A-Za-z0-9_]*)/values$`,
        proxied(props, { kind: 'read', methods: ['GET', 'POST'], path: `/loki/api/v1/${name}/$name/values` }),
      ]),
      ['location', '=', TAIL_PATH, tail(props)],
      ...(auth.loki.enabled ? previousPasswords(props) : []),
      ...REFUSALS.map(({ name, status, error }): Directive => [
        'location',
        name,
        [
          ...(status === 429
            ? ([['add_header', 'Retry-After', Math.ceil(60 / gateway.failedLoginsPerMinute), 'always']] as const)
            : []),
          ['return', status, JSON.stringify({ status: 'error', error })],
        ],
      ]),
      ['location', '/', [['return', 404, '{"status":"error","error":"not a path of the log gateway"}']]],
    ],
  ];
}

/** The port of scrapers: metrics and nothing else of an API, for each pod by itself. */
function metricsServer(props: StackConfig): Directive {
  const { deployment, namespaces } = props;
  return [
    'server',
    [
      ['listen', GATEWAY.ports.metrics],
      ['access_log', 'off'],
      ['location', '=', '/alive', HEALTH],
      ...metricsPods(deployment).map((pod) => podMetrics(pod, LOKI.ports.http, namespaces)),
      ...alertmanagerPods(props).map((pod) => podMetrics(pod, ALERTMANAGER.ports.http, namespaces)),
      ...withTls(props, CERTIFICATE_METRIC_PAGE),
      ['location', '/', [['return', 404, '{"status":"error","error":"not a metrics path"}']]],
    ],
  ];
}

function podMetrics(pod: string, port: number, { logging }: StackConfig['namespaces']): Directive {
  return ['location', '=', `/${pod}/metrics`, [['proxy_pass', `http://${pod}-metrics.${logging}.svc:${port}/metrics`]]];
}

/** Name of a credential → what it may do. Of a name that nobody has, nothing is said here: its password decides. */
function whoMayWhat(props: StackConfig): Directive {
  return [
    'map',
    '$remote_user',
    '$access',
    [['default', ''], ...credentials(props).map(({ name, kind }): Directive => [literal(name), kind])],
  ];
}

/** Name of a credential → X-Scope-OrgID; several tenants for a reader across tenants. */
function tenantMap(props: StackConfig): readonly Directive[] {
  const { enabled, tenants } = props.auth.loki;
  if (!enabled) return [['default', tenants[0]?.name ?? '']];
  return [
    ['default', ''],
    ...credentials(props).map(({ name, tenants: names }): Directive => [literal(name), names.join('|')]),
  ];
}

/** The backslash makes a name a name: nginx' map has words of its own (default, include …). */
function literal(name: string): string {
  return `\\${name}`;
}

function upstream(name: string, host: string): Directive {
  return [
    'upstream',
    name,
    [
      ['server', `${host}:${LOKI.ports.http}`],
      ['keepalive', 32],
    ],
  ];
}

/**
 * One server for each Loki of a ring. One that fails is left out for a while, and asked again by a single request.
 * No connection is kept so long that it would be in use when a Loki that was told to stop does so (its `shutdown_delay`).
 */
function ringUpstream(hosts: readonly string[]): Directive {
  return [
    'upstream',
    'loki',
    [
      ...hosts.map((host): Directive => ['server', `${host}:${LOKI.ports.http}`, 'max_fails=1', 'fail_timeout=5s']),
      ['keepalive', 32],
      ['keepalive_time', '3s'], // default 1h
      ['keepalive_timeout', '3s'], // default 60s
    ],
  ];
}

/**
 * Where a Loki of a ring cannot be reached, the next one is asked. nginx never repeats a push that it has sent (it is a
 * POST): it may have been stored. Which answers are failures stays nginx' default: Loki's own errors say nothing of the pod.
 */
function anotherTry(): readonly Directive[] {
  return [
    // A node that is gone does not answer at all. Long enough for one lost packet to be sent again.
    ['proxy_connect_timeout', '2s'],
    // A query that has used up its time would only use up another Loki's.
    ['proxy_next_upstream_timeout', '10s'],
  ];
}

/** nginx itself answers, whatever Loki does. */
const HEALTH: readonly Directive[] = [['return', 200, '{"status":"ok"}']];

const REFUSALS = [
  { name: '@unauthorized', status: 401, error: 'a credential is missing, or it is wrong' },
  { name: '@forbidden', status: 403, error: 'this credential is for something else' },
  { name: '@method', status: 405, error: 'not a method of this path' },
  { name: '@too-large', status: 413, error: 'the request is larger than a tenant may push at once' },
  { name: '@too-many', status: 429, error: 'too many refused requests or tails; try again later' },
  { name: '@unavailable', status: 502, error: 'Loki does not answer' },
  { name: '@busy', status: 503, error: 'too many requests at once; try again' },
  { name: '@late', status: 504, error: 'Loki did not answer in time' },
] as const;

/** Every refusal says what is wrong, as JSON. What follows a 401 differs from place to place. */
function refusals(): readonly Directive[] {
  return REFUSALS.map(({ name, status }): Directive => [
    'error_page',
    status,
    ...(status === 401 ? ['=', '$on_unauthorized'] : [name]),
  ]);
}

function onUnauthorized(next: string): Directive {
  return ['set', '$on_unauthorized', next];
}

/** `if` is safe with nothing but a `return` in it. */
function when(variable: string, operator: string, value: string, status: number): Directive {
  return ['if', `(${variable}`, operator, `${value})`, [['return', status]]];
}

/** A request that has got past the checks. The variables are for the second try with the previous password. */
function proxied(props: StackConfig, { kind, methods, path, oneTenant }: Endpoint): readonly Directive[] {
  const upstreamName = kind === 'erase' && props.deployment.mode === 'ha' ? 'compactor' : 'loki';
  return [
    when('$request_method', '!~', `^(?:${methods.join('|')})$`, 405),
    ...allowed(props, kind),
    ...(oneTenant === true ? [ONE_TENANT] : []),
    ['set', '$upstream', upstreamName],
    ['set', '$target', path],
    ...(kind === 'write' ? pushLimits(props) : []),
    // A query may be asked twice, also by POST.
    ...(kind === 'read' && props.deployment.mode === 'ha'
      ? ([['proxy_next_upstream', 'error', 'timeout', 'non_idempotent']] as const)
      : []),
    ...toLoki(),
  ];
}

/** A WebSocket, open for as long as somebody looks. */
function tail(props: StackConfig): readonly Directive[] {
  return [
    when('$request_method', '!=', 'GET', 405),
    ...allowed(props, 'read', '@previous-tail'),
    ONE_TENANT,
    ...toTail(props),
  ];
}

/** What Loki does for one tenant alone, a tail for one, is not for a reader across tenants. */
const ONE_TENANT = when('$tenant', '~', '[|]', 403);

/** A name that the config does not have has no tenant, whatever the file of passwords says. */
const NAMED_ONLY = when('$tenant', '!~', '.', 401);

/** No access for credentials of another kind, nor for a wrong password. */
function allowed({ auth }: StackConfig, kind: AccessKind, previous = '@previous'): readonly Directive[] {
  if (!auth.loki.enabled) return [];
  const others = (['write', 'read', 'erase'] as const).filter((other) => other !== kind);
  return [
    // By the name alone: a password is not checked where it does not count, and so cannot be guessed there.
    when('$access', '~', `^(?:${others.join('|')})$`, 403),
    onUnauthorized(previous),
    NAMED_ONLY,
    ...checked('users'),
  ];
}

function checked(file: 'users' | 'previous'): readonly Directive[] {
  return [
    ['auth_basic', 'spywatcher-logs'],
    ['auth_basic_user_file', `${USERS}/${file}`],
  ];
}

/** Where a password was wrong, the one before it may be right; after that, the request is refused and counted. */
function previousPasswords(props: StackConfig): readonly Directive[] {
  return [
    ['location', '@previous', [...checkedAgain(), bodySize(props), ...toLoki()]],
    ['location', '@previous-tail', [...checkedAgain(), ...toTail(props)]],
    [
      'location',
      '@refused',
      [
        ['limit_req', 'zone=refused', ...burst(props.gateway.failedLoginsPerMinute), 'nodelay'],
        onUnauthorized('@unauthorized'),
        ['try_files', '/none', '=401'],
      ],
    ],
  ];
}

/** `satisfy any` takes the challenge of the first try out of the answer. */
function checkedAgain(): readonly Directive[] {
  return [onUnauthorized('@refused'), NAMED_ONLY, ['satisfy', 'any'], ...checked('previous')];
}

function burst(perMinute: number): readonly string[] {
  return perMinute > 1 ? [`burst=${perMinute - 1}`] : [];
}

/** Twice what Loki takes at once: it counts lines, and a body has labels and quotes besides. */
function largestBody(limits: StackConfig['limits']): number {
  return 2 * largestBurst(limits).bytes;
}

function bodySize({ limits }: StackConfig): Directive {
  return ['client_max_body_size', largestBody(limits)];
}

/** A body of this size or more is large. Seven digits: nginx compares texts. */
const LARGE_BODY = 1_000_000;
/** Large bodies that are on the pod's disk at once; an agent's batch, compressed, is none. */
const LARGE_PUSHES = 16;

/** What the bodies of all connections may take of the pod's disk, in whole Mi. */
export function bodySpace({ gateway, limits }: Pick<StackConfig, 'gateway' | 'limits'>): ByteSize {
  const most = gateway.maxConnections * LARGE_BODY + LARGE_PUSHES * largestBody(limits);
  return { bytes: Math.ceil(most / 2 ** 20) * 2 ** 20 };
}

/** What is counted: a body that says how large it is, or (`chunked`) does not say. */
function isLarge(): readonly Directive[] {
  return [
    ['default', ''],
    ['~^.+:', 1],
    [`~^:\\d{${String(LARGE_BODY).length},}$`, 1],
  ];
}

function pushLimits(props: StackConfig): readonly Directive[] {
  return [
    bodySize(props),
    ['limit_conn', 'connections', props.gateway.maxConnections],
    ['limit_conn', 'large', LARGE_PUSHES],
  ];
}

/** Half of the pod's memory is for the bodies of all its connections. */
function bodyBuffer({ resources, gateway }: StackConfig): number {
  return Math.floor(resources.gateway.limits.memory.bytes / 2 / gateway.maxConnections);
}

/** The tenant is the credential's, whatever the client says; the credential goes no further. */
const HEADERS: readonly Directive[] = [
  ['proxy_set_header', 'X-Scope-OrgID', '$tenant'],
  ['proxy_set_header', 'Authorization', ''],
];

function toLoki(): readonly Directive[] {
  return [...HEADERS, ['proxy_set_header', 'Connection', ''], ['proxy_pass', 'http://$upstream$target$is_args$args']];
}

function toTail({ limits, gateway }: StackConfig): readonly Directive[] {
  return [
    ...HEADERS,
    ['proxy_set_header', 'Connection', 'upgrade'],
    ['proxy_set_header', 'Upgrade', 'websocket'],
    ['limit_conn', 'connections', gateway.maxConnections],
    ['limit_conn', 'tails', mostTails(limits)],
    ['limit_conn_status', 429],
    ['proxy_read_timeout', '1h'],
    ['proxy_pass', `http://loki${TAIL_PATH}$is_args$args`],
  ];
}
