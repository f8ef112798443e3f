/**
 * The gateway's ports for clients: Loki's API, path by path. A path that is not listed does not exist. A request is proxied
 * to the path as it is written here, never as the client spelled it.
 */
import { type AccessKind, type Credential, credentials, type StackConfig } from '../../config';
import { mostTails } from '../../config/derived/limits';
import { GATEWAY } from '../kit/identity';
import { type Directive, listenOn } from '../kit/nginx';
import { allowed, checkedAgain, type Door, INSIDE, ONE_TENANT, refusedLocation } from './access';
import { pushLimits, pushSize } from './bodies';
import { listenOutside, OUTSIDE } from './outside';
import { type Endpoint, ENDPOINTS, DRILLDOWN_PATH, HEALTH, NAMED_VALUES, TAIL_PATH } from './paths';
import { errorPages, onUnauthorized, refusalLocations, refuseWhen } from './refusals';
import { listenWithTls } from './tls';

/** The server block for clients in the cluster. */
export function apiServer(props: StackConfig): Directive {
  const { gateway } = props;
  const { http } = GATEWAY.ports;
  return server(props, {
    listen: gateway.tls === undefined ? listenOn(http, props) : listenWithTls(http, props),
    door: INSIDE,
    maxConnections: gateway.maxConnections,
    kinds: kindsOf(credentials(props)),
  });
}

/** The server block for clients from outside, where there is a way in for them. */
export function outsideServer(props: StackConfig): readonly Directive[] {
  const { expose } = props.gateway;
  if (expose === undefined) return [];
  const listed = credentials(props).filter(({ name }) => expose.credentials.some((one) => one.name === name));
  return [
    server(props, {
      listen: listenOutside(expose, props),
      door: OUTSIDE,
      maxConnections: expose.maxConnections,
      kinds: kindsOf(listed),
    }),
  ];
}

/** A port for clients. */
interface Port {
  readonly listen: readonly Directive[];
  readonly door: Door;
  readonly maxConnections: number;
  /** What its credentials may do. Paths for other purposes are not there. */
  readonly kinds: readonly AccessKind[];
}

const kindsOf = (all: readonly Credential[]): readonly AccessKind[] => all.map(({ kind }) => kind);

function server(props: StackConfig, port: Port): Directive {
  const { gateway, auth } = props;
  const reads = !auth.loki.enabled || port.kinds.includes('read');
  return [
    'server',
    [
      ...port.listen,
      ['recursive_error_pages', 'on'],
      ['limit_conn', 'connections', port.maxConnections],
      ...errorPages(),
      onUnauthorized('@unauthorized'),
      ['location', '=', '/health', HEALTH],
      ...ENDPOINTS.filter(isUsed(props, port)).map((endpoint): Directive => [
        'location',
        '=',
        endpoint.path,
        proxied(props, port, endpoint),
      ]),
      ...(reads ? queries(props, port) : []),
      ...(auth.loki.enabled ? previousPasswords(props, port, reads) : []),
      ...refusalLocations(gateway.failedLoginsPerMinute),
      ['location', '/', [['return', 404, '{"status":"error","error":"not a path of the log gateway"}']]],
    ],
  ];
}

/** A path is there where a credential may use it, and that of Logs Drilldown only with the option for it. */
const isUsed =
  ({ auth, grafana }: StackConfig, { kinds }: Port) =>
  ({ kind, path }: Endpoint): boolean =>
    (kinds.includes(kind) || (kind !== 'erase' && !auth.loki.enabled)) &&
    (path !== DRILLDOWN_PATH || grafana.drilldown);

/** Paths with a name in them, and the tail. */
function queries(props: StackConfig, port: Port): readonly Directive[] {
  return [
    ...NAMED_VALUES.map((name): Directive => [
      'location',
      '~',
      `^/loki/api/v1/${name}/(?<name>[A-Za-z_][A-Za-z0-9_]*)/values$`,
      proxied(props, port, { kind: 'read', methods: ['GET', 'POST'], path: `/loki/api/v1/${name}/$name/values` }),
    ]),
    ['location', '=', TAIL_PATH, tail(props, port)],
  ];
}

/** A request that has passed the checks. The two variables are for the second try, with the previous password. */
function proxied(
  props: StackConfig,
  { door, maxConnections }: Port,
  { kind, methods, path, oneTenant }: Endpoint,
): readonly Directive[] {
  const upstreamName = kind === 'erase' && props.deployment.mode === 'ha' ? 'compactor' : 'loki';
  return [
    refuseWhen('$request_method', '!~', `^(?:${methods.join('|')})$`, 405),
    ...allowed(props, kind, door),
    ...(oneTenant === true ? [ONE_TENANT] : []),
    ['set', '$upstream', upstreamName],
    ['set', '$target', path],
    ...(kind === 'write' ? pushLimits(props, maxConnections) : []),
    // A query may be repeated, even as a POST.
    ...(kind === 'read' && props.deployment.mode === 'ha'
      ? ([['proxy_next_upstream', 'error', 'timeout', 'non_idempotent']] as const)
      : []),
    ...toLoki(),
  ];
}

/** A WebSocket. It stays open as long as its client wants. */
function tail(props: StackConfig, port: Port): readonly Directive[] {
  return [
    refuseWhen('$request_method', '!=', 'GET', 405),
    ...allowed(props, 'read', port.door, '@previous-tail'),
    ONE_TENANT,
    ...toTail(props, port),
  ];
}

/** A wrong password may be the previous one. If it is not, the request is refused and counted. */
function previousPasswords(props: StackConfig, port: Port, reads: boolean): readonly Directive[] {
  const again = checkedAgain(port.door);
  return [
    ['location', '@previous', [...again, pushSize(props), ...toLoki()]],
    ...(reads ? ([['location', '@previous-tail', [...again, ...toTail(props, port)]]] as const) : []),
    refusedLocation(props),
  ];
}

/** The credential decides on the tenant, whatever the client sends. The credential itself goes no further. */
const HEADERS: readonly Directive[] = [
  ['proxy_set_header', 'X-Scope-OrgID', '$tenant'],
  ['proxy_set_header', 'Authorization', ''],
];

function toLoki(): readonly Directive[] {
  return [...HEADERS, ['proxy_set_header', 'Connection', ''], ['proxy_pass', 'http://$upstream$target$is_args$args']];
}

function toTail({ limits }: StackConfig, { maxConnections }: Port): readonly Directive[] {
  return [
    ...HEADERS,
    ['proxy_set_header', 'Connection', 'upgrade'],
    ['proxy_set_header', 'Upgrade', 'websocket'],
    ['limit_conn', 'connections', maxConnections],
    ['limit_conn', 'tails', mostTails(limits)],
    ['limit_conn_status', 429],
    ['proxy_read_timeout', '1h'],
    ['proxy_pass', `http://loki${TAIL_PATH}$is_args$args`],
  ];
}
