/** The gateway's port for clients from outside of the cluster: which credentials count there, and from which addresses. */
import type { StackConfig } from '../../config';
import { GATEWAY_OUTSIDE } from '../kit/identity';
import { type Directive, listenOn } from '../kit/nginx';
import { type Door, literal } from './access';
import { refuseWhen } from './refusals';
import { listenWithTls } from './tls';

export type Exposed = NonNullable<StackConfig['gateway']['expose']>;
export type LoadBalanced = Extract<Exposed, { type: 'loadBalancer' }>;

/** Where the pod finds the certificate of a load balancer's host. */
export const OUTSIDE_CERTIFICATE = '/etc/nginx/outside-tls';

/** What `$outside` says of a name that counts there: the client has an address of it, or another one. */
const HERE = 'here';
const ELSEWHERE = 'elsewhere';

/** `$outside` says of a name whether it counts there, and at this address. It is empty for a name that does not count. */
export function outsideVariables({ gateway: { expose } }: StackConfig): readonly Directive[] {
  if (expose === undefined) return [];
  const limited = expose.credentials.filter(({ cidrs }) => cidrs.length > 0);
  const variable = (name: string): string => `$outside_${limited.findIndex((one) => one.name === name)}`;
  return [
    ...limited.map(({ name, cidrs }): Directive => [
      'geo',
      variable(name),
      [['default', ELSEWHERE], ...cidrs.map((cidr): Directive => [cidr, HERE])],
    ]),
    [
      'map',
      '$remote_user',
      '$outside',
      [
        ['default', ''],
        ...expose.credentials.map(({ name, cidrs }): Directive => [
          literal(name),
          cidrs.length === 0 ? HERE : variable(name),
        ]),
      ],
    ],
    ...(certificateOf(expose) === undefined
      ? []
      : [['map', '$ssl_protocol', '$outside_certificate', [['default', OUTSIDE_CERTIFICATE]]] as const]),
  ];
}

/** The Secret with the host's certificate, where the gateway itself shows it. In front of an Ingress' or a route's backend, others do. */
export function certificateOf(expose: Exposed | undefined): string | undefined {
  return expose?.type === 'loadBalancer' ? expose.tls?.secretName : undefined;
}

/** The door there. A name that is not listed is refused as one that does not exist. */
export const OUTSIDE: Door = {
  elsewhere: [refuseWhen('$outside', '=', ELSEWHERE, 403, 'this credential is for clients with other addresses')],
  unknown: refuseWhen('$outside', '!~', '.', 401),
  hidesUnknown: true,
};

/** The port, and whose word about the client's address counts. */
export function listenOutside(expose: Exposed, config: StackConfig): readonly Directive[] {
  const { outside } = GATEWAY_OUTSIDE.ports;
  const trusted = expose.type === 'loadBalancer' ? [] : expose.trustedProxies;
  return [
    ...(certificateOf(expose) === undefined
      ? listenOn(outside, config)
      : listenWithTls(outside, config, { folder: '$outside_certificate', cache: 'outside' })),
    ...trusted.map((cidr): Directive => ['set_real_ip_from', cidr]),
    ...(trusted.length === 0
      ? []
      : ([
          ['real_ip_header', 'X-Forwarded-For'],
          ['real_ip_recursive', 'on'],
        ] as const)),
  ];
}
