/** Bodies of requests: how large one may be, how many large ones at once, and what they take of the pod's memory and disk. */
import type { StackConfig } from '../../config';
import { largestBurst } from '../../config/derived/limits';
import type { ByteSize } from '../../config/units';
import type { Directive } from '../kit/nginx';

/** A body of this size or more is large. The number has seven digits, because nginx compares texts. */
const LARGE_BODY = 1_000_000;
/** Large bodies of a port that may be on the pod's disk at once. A compressed batch of an agent is smaller. */
const LARGE_PUSHES = 16;

/** Connections that one pod can have open at once, on all of its ports for clients. */
export function allConnections({ maxConnections, expose }: StackConfig['gateway']): number {
  return maxConnections + (expose?.maxConnections ?? 0);
}

/** What the bodies of all connections may take of the pod's disk, in whole Mi. */
export function bodySpace({ gateway, limits }: Pick<StackConfig, 'gateway' | 'limits'>): ByteSize {
  const ports = gateway.expose === undefined ? 1 : 2;
  const most = allConnections(gateway) * LARGE_BODY + ports * LARGE_PUSHES * largestBody(limits);
  return { bytes: Math.ceil(most / 2 ** 20) * 2 ** 20 };
}

/**
 * `$large_push` counts a body with a large Content-Length, and a chunked one, which has none. Those from outside are counted
 * apart: nginx counts before it checks a password, and nobody outside may take the places of the agents inside.
 */
export function largePushes({ expose }: StackConfig['gateway']): readonly Directive[] {
  const counted = expose === undefined ? 1 : '$server_port';
  return [
    [
      'map',
      '$http_transfer_encoding:$content_length',
      '$large_push',
      [
        ['default', ''],
        ['~^.+:', counted],
        [`~^:\\d{${String(LARGE_BODY).length},}$`, counted],
      ],
    ],
    ['limit_conn_zone', '$large_push', 'zone=large:1m'],
  ];
}

/** Bounds of the bodies that are not pushes, and the memory for each body. */
export function bodySizes(props: StackConfig): readonly Directive[] {
  return [
    // For queries. Pushes have a bound of their own.
    ['client_max_body_size', '1m'],
    // A larger body waits in a file, so that the pod's memory does not grow with its clients.
    ['client_body_buffer_size', bodyBuffer(props)],
  ];
}

/** Bounds of the bodies of pushes. */
export function pushLimits(props: StackConfig, maxConnections: number): readonly Directive[] {
  return [pushSize(props), ['limit_conn', 'connections', maxConnections], ['limit_conn', 'large', LARGE_PUSHES]];
}

/** The size of a push. */
export function pushSize({ limits }: StackConfig): Directive {
  return ['client_max_body_size', largestBody(limits)];
}

/** Twice what Loki takes at once. Loki counts lines only, and a body also has labels and quotes. */
function largestBody(limits: StackConfig['limits']): number {
  return 2 * largestBurst(limits).bytes;
}

/** Half of the pod's memory is for the bodies of all its connections. */
function bodyBuffer({ resources, gateway }: StackConfig): number {
  return Math.floor(resources.gateway.limits.memory.bytes / 2 / allConnections(gateway));
}
