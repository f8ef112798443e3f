/** nginx' configuration of the gateway: what all its ports share, the port for clients (`api.ts`), and the port for scrapers. */
import type { StackConfig } from '../../config';
import { longestQueryTimeout } from '../../config/derived/limits';
import { alertmanagerPods } from '../kit/addresses';
import { ALERTMANAGER, GATEWAY, LOKI } from '../kit/identity';
import { type Directive, listenOn } from '../kit/nginx';
import { metricsPods } from '../loki/pods';
import { accessVariables } from './access';
import { apiServer, outsideServer } from './api';
import { allConnections, bodySizes, largePushes } from './bodies';
import { accessLog } from './log';
import { outsideVariables } from './outside';
import { HEALTH } from './paths';
import { CERTIFICATE_METRIC_PAGE, CERTIFICATE_METRIC_SERVER, CERTIFICATE_VARIABLE } from './tls';
import { upstreams } from './upstreams';

/** nginx' configuration. */
export function gatewayConfig(props: StackConfig): readonly Directive[] {
  const { resources, gateway } = props;
  return [
    ['worker_processes', Math.max(1, Math.ceil(resources.gateway.limits.cpu.millicores / 1000))],
    ['pid', '/tmp/nginx.pid'],
    // Below `crit`, nginx quotes request lines, and with them queries and the names in them. The access log has failures.
    ['error_log', 'stderr', 'crit'],
    // For each worker: clients, their connections to Loki, and idle connections.
    ['events', [['worker_connections', 2 * allConnections(gateway) + 128]]],
    [
      'http',
      [
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind): Directive => [
          `${kind}_temp_path`,
          `/tmp/${kind}`,
        ]),
        ['default_type', 'application/json'],
        ['server_tokens', 'off'],
        // Default: 64, too short for a credential's name of 53 letters. It must stand before the first map.
        ['map_hash_bucket_size', 128],
        ...accessLog(),
        ...accessVariables(props),
        ...outsideVariables(props),
        ...withTls(props, CERTIFICATE_VARIABLE),
        ...limitZones(props),
        ...upstreams(props),
        ...times(props),
        ...bodySizes(props),
        // An answer for a slow client waits in Loki, not in a file of the pod.
        ['proxy_max_temp_file_size', 0],
        apiServer(props),
        ...outsideServer(props),
        metricsServer(props),
        ...withTls(props, CERTIFICATE_METRIC_SERVER),
      ],
    ],
  ];
}

function withTls({ gateway }: Pick<StackConfig, 'gateway'>, directive: Directive): readonly Directive[] {
  return gateway.tls === undefined ? [] : [directive];
}

/** Counters of connections, tails, large pushes and refusals. */
function limitZones({ gateway }: StackConfig): readonly Directive[] {
  return [
    ['limit_conn_zone', '$server_port', 'zone=connections:1m'],
    ['limit_conn_zone', '$tenant', 'zone=tails:1m'],
    ...largePushes(gateway),
    ['limit_req_zone', '$binary_remote_addr', 'zone=refused:1m', `rate=${gateway.failedLoginsPerMinute}r/m`],
    ['limit_req_status', 429],
  ];
}

/** How long nginx waits for Loki and for clients. */
function times({ limits }: StackConfig): readonly Directive[] {
  return [
    ['proxy_http_version', '1.1'],
    // Longer than Loki's own bound, so that Loki's answer to a slow query arrives.
    ['proxy_read_timeout', `${Math.ceil(longestQueryTimeout(limits).milliseconds / 1000) + 15}s`],
    ['proxy_send_timeout', '30s'],
    ['client_header_timeout', '15s'],
    ['client_body_timeout', '30s'],
  ];
}

/** The port for scrapers. It has the metrics of each pod, and no path of an API. */
function metricsServer(props: StackConfig): Directive {
  const { deployment, namespaces } = props;
  return [
    'server',
    [
      ...listenOn(GATEWAY.ports.metrics, props),
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
