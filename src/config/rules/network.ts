import { parseCIDR } from 'ipaddr.js';
import { problem, type Rule, when } from './rule';

/** The widest range that one network can have. A wider one is a large part of the internet. */
const WIDEST = { ipv4: 8, ipv6: 16 } as const;

export const networkRules: readonly Rule[] = (['apiServer', 'dns'] as const).map((party) => ({
  reads: [`network.${party}.cidrs`],
  check: ({ network }) =>
    network[party].cidrs.flatMap((cidr, index) => {
      const [address, length] = parseCIDR(cidr);
      const widest = WIDEST[address.kind()];
      return when(length < widest, () =>
        problem(
          ['network', party, 'cidrs', index],
          cidr,
          `a range of the cluster's own: /${widest} or narrower`,
          'write the addresses that it has, for example 10.0.0.1/32',
        ),
      );
    }),
}));
