import type { Problem } from '../problem';
import type { Destination } from '../schema';
import { problem, when } from './rule';

/** Port of a URL. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

interface Server {
  readonly port: number;
  readonly egress: readonly Destination[];
}

/** A server has to be where its own `egress` says; of pods the policy sees the port behind the Service. */
export function reachable(
  path: readonly PropertyKey[],
  server: Server | undefined,
  what = 'its server',
): readonly Problem[] {
  if (server === undefined) return [];
  const { port, egress } = server;
  return when(!egress.some((destination) => 'namespace' in destination || destination.port === port), () =>
    problem(
      [...path, 'egress'],
      egress.map((destination) => destination.port),
      `an entry with port ${port}, that of ${what}`,
      `add { cidr: …, port: ${port} }`,
    ),
  );
}
