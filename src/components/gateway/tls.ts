/**
 * The gateway's certificate in nginx' configuration: for clients, and as a metric of its remaining days. nginx knows the
 * remaining days of clients' certificates only. So nginx asks itself, as a client with its own certificate.
 */
import type { StackConfig } from '../../config';
import { GATEWAY_CERTIFICATE_DAYS } from '../../log-model/gateway-counters';
import { type Directive, listenOn } from '../kit/nginx';

/** Where the pod finds its certificate. */
export const CERTIFICATE = '/etc/nginx/tls';
/** Path of the metric, on the port that has the metrics. */
export const CERTIFICATE_METRIC = '/metrics';
/** The address where nginx asks itself. Only the pod reaches it. */
const OWN_ADDRESS = '127.0.0.1:8082';

/** A variable in the path makes nginx read the certificate at every handshake. A renewed one then needs no restart. */
export const CERTIFICATE_VARIABLE: Directive = ['map', '$ssl_protocol', '$certificate', [['default', CERTIFICATE]]];
const filesOf = (folder: string) =>
  [
    ['ssl_certificate', `${folder}/tls.crt`],
    ['ssl_certificate_key', `${folder}/tls.key`],
  ] as const satisfies readonly Directive[];
const FILES = filesOf('$certificate');

/**
 * A port for clients, with a certificate.
 *
 * @param folder - variable with the folder of the certificate.
 * @param cache - name of the cache of sessions.
 */
export function listenWithTls(
  port: number,
  config: Pick<StackConfig, 'network'>,
  { folder, cache } = { folder: '$certificate', cache: 'tls' },
): readonly Directive[] {
  return [
    ...listenOn(port, config, 'ssl'),
    ...filesOf(folder),
    ['ssl_protocols', 'TLSv1.2', 'TLSv1.3'],
    ['ssl_session_cache', `shared:${cache}:2m`],
    ['ssl_session_tickets', 'off'],
  ];
}

/** The page of the metric, on the port for scrapers. */
export const CERTIFICATE_METRIC_PAGE: Directive = [
  'location',
  '=',
  CERTIFICATE_METRIC,
  [
    ...FILES.map(([name, file]): Directive => [`proxy_${name}`, file]),
    // A resumed session would show the certificate from before a renewal.
    ['proxy_ssl_session_reuse', 'off'],
    ['proxy_pass', `https://${OWN_ADDRESS}/`],
  ],
];

/** The server that nginx asks. */
export const CERTIFICATE_METRIC_SERVER: Directive = [
  'server',
  [
    ['listen', OWN_ADDRESS, 'ssl'],
    ...FILES,
    ['access_log', 'off'],
    ['ssl_verify_client', 'optional_no_ca'],
    // nginx refuses an expired certificate, and a server's certificate from a client. The metric is answered all the same.
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
