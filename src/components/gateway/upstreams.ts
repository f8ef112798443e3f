/** The Lokis behind the gateway, and which of them answers when one does not. */
import type { StackConfig } from '../../config';
import { COMPACTOR, LOKI } from '../kit/identity';
import type { Directive } from '../kit/nginx';
import { podNames } from '../loki/pods';

/** One upstream for a single Loki. A ring has one for all its Lokis, and one for the compactor. */
export function upstreams({ deployment, namespaces }: StackConfig): readonly Directive[] {
  const hostOf = (service: string): string => `${service}.${namespaces.logging}.svc`;
  return deployment.mode === 'ha'
    ? [upstream('compactor', hostOf(COMPACTOR.name)), ringUpstream(podNames(deployment).map(hostOf)), ...anotherTry()]
    : [upstream('loki', hostOf(LOKI.name))];
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
 * One server for each Loki of a ring. A server that fails is left out for 5 s, then one request tries it again.
 * Connections are closed after 3 s: a Loki that stops waits longer than that (its `shutdown_delay`), so none is in use then.
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
 * The next Loki of a ring is asked where one cannot be reached. nginx never repeats a push that it has sent, because a push
 * is a POST and may have been stored. nginx' default decides which answers are failures: Loki's own errors say nothing about
 * the pod.
 */
function anotherTry(): readonly Directive[] {
  return [
    // A lost node does not answer at all. Two seconds are enough to send one lost packet again.
    ['proxy_connect_timeout', '2s'],
    // A query that has used up its time would only use up another Loki's.
    ['proxy_next_upstream_timeout', '10s'],
  ];
}
