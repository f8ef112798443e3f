/**
 * The gateway's certificate in nginx' configuration: as clients see it, and as a metric of how long it is good. nginx says that of a
 * client's certificate alone; so it asks itself, and shows its own as the client.
 */
import { GATEWAY_CERTIFICATE_DAYS } from '../../log-model/gateway-counters';
import { GATEWAY } from '../kit/identity';
import type { Directive } from '../kit/nginx';

/** Where the pod finds its certificate. */
export const CERTIFICATE = '/etc/nginx/tls';
/** Path of the metric, on the port that has the metrics. */
export const CERTIFICATE_METRIC = '/metrics';
/** Where nginx asks itself: open to the pod alone. */
const OWN_ADDRESS = '127.0.0.1:8082';

/** A variable in its name makes nginx read the certificate at every handshake: a renewed one needs no restart. */
export const CERTIFICATE_VARIABLE: Directive = ['map', '$ssl_protocol', '$certificate', [['default', CERTIFICATE]]];
const FILES = [
  ['ssl_certificate', '$certificate/tls.crt'],
  ['ssl_certificate_key', '$certificate/tls.key'],
] as const satisfies readonly Directive[];

/** What makes clients see it. */
export const LISTEN_WITH_TLS: readonly Directive[] = [
  ['listen', GATEWAY.ports.http, 'ssl'],
  ...FILES,
  ['ssl_protocols', 'TLSv1.2', 'TLSv1.3'],
  ['ssl_session_cache', 'shared:tls:2m'],
  ['ssl_session_tickets', 'off'],
];

/** The page of the metric. */
export const CERTIFICATE_METRIC_PAGE: Directive = [
  'location',
  '=',
  CERTIFICATE_METRIC,
  [
    ...FILES.map(([name, file]): Directive => [`proxy_${name}`, file]),
    // Of a session that is taken up again, nginx knows the certificate of before.
    ['proxy_ssl_session_reuse', 'off'],
    ['proxy_pass', `https://${OWN_ADDRESS}/`],
  ],
];

/** The server that it asks. */
export const CERTIFICATE_METRIC_SERVER: Directive = [
  'server',
  [
    ['listen', OWN_ADDRESS, 'ssl'],
    ...FILES,
    ['access_log', 'off'],
    ['ssl_verify_client', 'optional_no_ca'],
    // One that has ended, or is for servers alone, is an error in a client's hand, and is told of all the same.
    ['error_page', 495, '=', '/'],
    [
      'location',
      '/',
      [
        ['default_type', 'text/plain'],
        ['return', 200, `${GATEWAY_CERTIFICATE_DAYS} $ssl_client_v_remain\n`],
      ],
    ],
  ],
];
