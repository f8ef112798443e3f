/**
 * The gateway's port for clients: Loki's API, path by path. A path that is not listed does not exist. A request is proxied
 * to the path as it is written here, never as the client spelled it.
 */
import { credentials, type StackConfig } from '../../config';
import { mostTails } from '../../config/derived/limits';
import { GATEWAY } from '../kit/identity';
import { type Directive, listenOn } from '../kit/nginx';
import { allowed, checkedAgain, ONE_TENANT, refusedLocation } from './access';
import { pushLimits, pushSize } from './bodies';
import { type Endpoint, ENDPOINTS, DRILLDOWN_PATH, HEALTH, NAMED_VALUES, TAIL_PATH } from './paths';
import { errorPages, onUnauthorized, refusalLocations, refuseWhen } from './refusals';
import { listenWithTls } from './tls';

/** The server block. */
export function apiServer(props: StackConfig): Directive {
  const { gateway, auth } = props;
  return [
    'server',
    [
      ...(gateway.tls === undefined ? listenOn(GATEWAY.ports.http, props) : listenWithTls(props)),
      ['recursive_error_pages', 'on'],
      ['limit_conn', 'connections', gateway.maxConnections],
      ...errorPages(),
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
      ...refusalLocations(gateway.failedLoginsPerMinute),
      ['location', '/', [['return', 404, '{"status":"error","error":"not a path of the log gateway"}']]],
    ],
  ];
}

/** The path that erases exists only where a credential may erase, and that of Logs Drilldown only with the option for it. */
const isUsed =
  (props: StackConfig) =>
  ({ kind, path }: Endpoint): boolean =>
    (kind !== 'erase' || credentials(props).some((credential) => credential.kind === kind)) &&
    (path !== DRILLDOWN_PATH || props.grafana.drilldown);

/** A request that has passed the checks. The two variables are for the second try, with the previous password. */
function proxied(props: StackConfig, { kind, methods, path, oneTenant }: Endpoint): readonly Directive[] {
  const upstreamName = kind === 'erase' && props.deployment.mode === 'ha' ? 'compactor' : 'loki';
  return [
    refuseWhen('$request_method', '!~', `^(?:${methods.join('|')})$`, 405),
    ...allowed(props, kind),
    ...(oneTenant === true ? [ONE_TENANT] : []),
    ['set', '$upstream', upstreamName],
    ['set', '$target', path],
    ...(kind === 'write' ? pushLimits(props) : []),
    // A query may be repeated, even as a POST.
    ...(kind === 'read' && props.deployment.mode === 'ha'
      ? ([['proxy_next_upstream', 'error', 'timeout', 'non_idempotent']] as const)
      : []),
    ...toLoki(),
  ];
}

/** A WebSocket. It stays open as long as its client wants. */
function tail(props: StackConfig): readonly Directive[] {
  return [
    refuseWhen('$request_method', '!=', 'GET', 405),
    ...allowed(props, 'read', '@previous-tail'),
    ONE_TENANT,
    ...toTail(props),
  ];
}

/** A wrong password may be the previous one. If it is not, the request is refused and counted. */
function previousPasswords(props: StackConfig): readonly Directive[] {
  return [
    ['location', '@previous', [...checkedAgain(), pushSize(props), ...toLoki()]],
    ['location', '@previous-tail', [...checkedAgain(), ...toTail(props)]],
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
