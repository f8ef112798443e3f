import { familyOf } from '../derived/ip-families';
import { problem, type Rule, when } from './rule';

/** The API server and DNS are in the cluster's network, so one of their addresses is of a family that pods have. */
const reached: readonly Rule[] = (['apiServer', 'dns'] as const).map((party) => ({
  reads: [`network.${party}.cidrs`, 'network.ipFamilies'],
  check: ({ network: { ipFamilies, ...network } }) => {
    const { cidrs } = network[party];
    return when(cidrs.length > 0 && !cidrs.some((cidr) => ipFamilies.includes(familyOf(cidr))), () =>
      problem(
        ['network', party, 'cidrs'],
        cidrs,
        `a range of a family that pods have: ${ipFamilies.join(', ')}`,
        'add its address of this family, or correct network.ipFamilies',
      ),
    );
  },
}));

const families: Rule = {
  reads: ['network.ipFamilies'],
  check: ({ network: { ipFamilies } }) =>
    when(new Set(ipFamilies).size < ipFamilies.length, () =>
      problem(
        ['network', 'ipFamilies'],
        ipFamilies,
        'each family once',
        'write [IPv4], [IPv6], [IPv4, IPv6] or [IPv6, IPv4]',
      ),
    ),
};

export const ipFamilyRules: readonly Rule[] = [families, ...reached];
