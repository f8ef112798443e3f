import { goesOutside } from '../derived/proxy';
import { COMPONENTS } from '../schema/components';
import { isOfOneNetwork, widestLike } from './ranges';
import { problem, type Rule, when } from './rule';

export const networkRules: readonly Rule[] = [
  ...(['apiServer', 'dns'] as const).map((party): Rule => ({
    reads: [`network.${party}.cidrs`],
    check: ({ network }) =>
      network[party].cidrs.flatMap((cidr, index) =>
        when(!isOfOneNetwork(cidr), () =>
          problem(
            ['network', party, 'cidrs', index],
            cidr,
            `a range of the cluster's own: /${widestLike(cidr)} or narrower`,
            'write the addresses that it has, for example 10.0.0.1/32',
          ),
        ),
      ),
  })),
  {
    reads: ['environment', 'network.policies', 'network.policiesElsewhere'],
    check: ({ environment, network: { policies, policiesElsewhere } }) =>
      when(environment === 'prod' && policies === 'none' && !policiesElsewhere, () =>
        problem(
          ['network', 'policies'],
          policies,
          'prod closes its namespaces, or says that somebody else does',
          'remove network.policies, or set network.policiesElsewhere to true',
        ),
      ),
  },
  {
    reads: ['network.policies', 'network.ingressController'],
    check: ({ network: { policies, ingressController } }) =>
      when(ingressController.type === 'cilium' && policies !== 'cilium', () =>
        problem(
          ['network', 'ingressController', 'type'],
          ingressController.type,
          `with network.policies: cilium, and not ${policies}: a NetworkPolicy cannot let Cilium’s proxies in, which are no pods`,
          'set network.policies to cilium, or remove network.ingressController.type',
        ),
      ),
  },
  {
    reads: ['network.clients', 'auth.loki.enabled'],
    check: ({ network: { clients }, auth }) =>
      clients.flatMap((client, index) =>
        when('cidr' in client && !auth.loki.enabled, () =>
          problem(
            ['network', 'clients', index],
            client,
            'pods, without auth.loki.enabled: from addresses nobody reads and writes without a credential',
            'remove auth.loki.enabled: false, or the addresses',
          ),
        ),
      ),
  },
  {
    reads: ['network.proxy'],
    check: ({ network: { proxy } }) =>
      when(proxy !== undefined && proxy.http === undefined && proxy.https === undefined, () =>
        problem(
          ['network', 'proxy'],
          proxy,
          'a URL for requests',
          'add network.proxy.https, network.proxy.http or both',
        ),
      ),
  },
  {
    reads: ['network.proxy', 'storage', 'alerting', 'alertmanager', 'agent', 'grafana'],
    check: (config) =>
      when(config.network.proxy !== undefined && !COMPONENTS.some((component) => goesOutside(config, component)), () =>
        problem(
          ['network', 'proxy'],
          config.network.proxy,
          'a stack with a program that requests something from outside of the cluster',
          'remove it',
        ),
      ),
  },
  {
    reads: ['network.proxy', 'deployment', 'storage', 'alerting'],
    check: (config) => {
      const { network, deployment } = config;
      const noProxy = network.proxy?.noProxy ?? [];
      const calls = network.proxy !== undefined && deployment.mode === 'ha' && goesOutside(config, 'loki');
      return when(calls && !noProxy.some((entry) => entry.includes('/')), () =>
        problem(
          ['network', 'proxy', 'noProxy'],
          noProxy,
          'in mode ha, the range of the cluster’s pods: members of a ring call each other by address, and would ask the proxy',
          'add it, for example 10.244.0.0/16',
        ),
      );
    },
  },
];
