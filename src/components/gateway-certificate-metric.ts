/**
 * Until when the gateway's certificate is good, as a metric. nginx says that of a client's certificate alone; so it asks itself,
 * and shows its own as the client.
 */
import { GATEWAY_CERTIFICATE_DAYS } from '../log-model/gateway-counters';
import type { Directive } from './nginx-config';

/** Open to the pod itself alone. */
const ADDRESS = '127.0.0.1:8082';

/** The path of the metric, for the server that has the metrics. */
export function certificateMetricPath(certificate: readonly Directive[]): Directive {
  return [
    'location',
    '=',
    '/metrics',
    [
      ...certificate.map(([name, ...values]): Directive => [`proxy_${name}`, ...values]),
      // Of a session that is taken up again, nginx knows the certificate of before.
      ['proxy_ssl_session_reuse', 'off'],
      ['proxy_pass', `https://${ADDRESS}/`],
    ],
  ];
}

/** The server that it asks. */
export function certificateMetricServer(certificate: readonly Directive[]): Directive {
  return [
    'server',
    [
      ['listen', ADDRESS, 'ssl'],
      ...certificate,
      ['access_log', 'off'],
      ['ssl_verify_client', 'optional_no_ca'],
      // One that has ended, or is for servers alone, is an error in a client's hand, and is told of all the same.
      ['error_page', 495, '=', '@days'],
      ['location', '/', [['try_files', '/none', '@days']]],
      [
        'location',
        '@days',
        [
          ['default_type', 'text/plain'],
          ['return', 200, `${GATEWAY_CERTIFICATE_DAYS} $ssl_client_v_remain\n`],
        ],
      ],
    ],
  ];
}
