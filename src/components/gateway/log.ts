/** The gateway's access log. */
import { ACTIONS } from '../../log-model';
import { DELETE_PATH, PUSH_PATHS } from './paths';
import type { Directive } from '../kit/nginx';

/** Writes one JSON line for each query and each refused request, and a line of another form for each erasure. */
export function accessLog(): readonly Directive[] {
  const line = (fields: Readonly<Record<string, string>>): string =>
    `{"timestamp":"$time_iso8601","level":"info",${Object.entries(fields)
      .map(([name, value]) => `"${name}":${value}`)
      .join(',')}}`;
  const request = { status: '$status', user: '"$remote_user"', ipAddress: '"$remote_addr"' };
  const erasure = `~^(?:POST|PUT):2\\d\\d:${DELETE_PATH}$`;
  return [
    [
      'map',
      '$request_method:$status:$uri',
      '$is_logged',
      [
        ['default', 1],
        // A line about a push would itself be pushed, and logged again.
        ...PUSH_PATHS.map((path): Directive => [`~^POST:2\\d\\d:${path}$`, 0]),
        ['~^[A-Z]+:\\d+:/health$', 0],
        [erasure, 0],
      ],
    ],
    [
      'map',
      '$request_method:$status:$uri',
      '$is_erasure',
      [
        ['default', 0],
        [erasure, 1],
      ],
    ],
    [
      'log_format',
      'request',
      'escape=json',
      line({
        message: '"$request_method $uri $status"',
        ...request,
        duration: '$request_time',
        bytes: '$bytes_sent',
      }),
    ],
    // The line names who erased, and the time range. It leaves the query out: that names the person to be forgotten.
    [
      'log_format',
      'erasure',
      'escape=json',
      line({
        message: '"lines of tenant $tenant are to be erased"',
        action: `"${ACTIONS.erasure}"`,
        ...request,
        tenant: '"$tenant"',
        deleteRequestId: '"$upstream_http_x_delete_request_id"',
        start: '"$arg_start"',
        end: '"$arg_end"',
      }),
    ],
    ['access_log', '/dev/stdout', 'request', 'if=$is_logged'],
    ['access_log', '/dev/stdout', 'erasure', 'if=$is_erasure'],
  ];
}
