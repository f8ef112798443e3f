import { agentTenant } from '../derived/agent-tenant';
import { patternOf } from '../namespace-pattern';
import { formatDuration } from '../units';
import { problem, type Rule, when } from './rule';

/** Lines that loki-canary asks for at once. */
const LINES_ASKED_FOR = 1000;
/** At a shorter interval, the canary has more lines than it gets at once. At a longer interval, it notices little. */
const INTERVAL = { least: 1_000, most: 60_000 };

export const canaryRules: readonly Rule[] = [
  {
    reads: ['canary.credential', 'auth.loki', 'agent.credential'],
    check: (config) => {
      const { canary, auth } = config;
      const tenant = agentTenant(config);
      if (canary === undefined || !auth.loki.enabled || tenant === undefined) return [];
      return when(!tenant.read.includes(canary.credential), () =>
        problem(
          ['canary', 'credential'],
          canary.credential,
          `a read credential of tenant ${tenant.name}, which the agent writes to (${tenant.read.join(', ')})`,
          `add it to the read credentials of ${tenant.name} in auth.loki.tenants`,
        ),
      );
    },
  },
  {
    reads: ['canary.credential', 'auth.loki.enabled', 'grafana.credential'],
    check: ({ canary, auth, grafana }) =>
      when(auth.loki.enabled && canary !== undefined && canary.credential === grafana.credential, () =>
        problem(
          ['canary', 'credential'],
          canary?.credential,
          'another credential than Grafana’s, so that each can be changed alone',
          'give the canary a read credential of its own',
        ),
      ),
  },
  {
    reads: ['canary.interval'],
    check: ({ canary }) =>
      when(
        canary !== undefined &&
          (canary.interval.milliseconds < INTERVAL.least || canary.interval.milliseconds > INTERVAL.most),
        () =>
          problem(
            ['canary', 'interval'],
            canary === undefined ? undefined : formatDuration(canary.interval),
            'from 1s to 1m: it asks for a thousand lines at once, and is to notice a gap',
            'write for example 1s',
          ),
      ),
  },
  {
    reads: ['canary', 'agent.excludeNamespaces', 'namespaces.logging'],
    check: ({ canary, agent, namespaces }) =>
      when(canary !== undefined && patternOf(namespaces.logging, agent.excludeNamespaces) !== undefined, () =>
        problem(
          ['agent', 'excludeNamespaces'],
          agent.excludeNamespaces,
          `not ${namespaces.logging}: the canary’s lines come from there`,
          `remove ${namespaces.logging} from it, or remove canary`,
        ),
      ),
  },
  {
    reads: ['canary', 'limits', 'auth.loki', 'agent.credential'],
    check: (config) => {
      const { canary, limits } = config;
      const tenant = agentTenant(config);
      if (canary === undefined || tenant === undefined) return [];
      const own = limits.tenants[tenant.name];
      const at = (name: 'maxTails' | 'maxEntriesPerQuery') =>
        own?.[name] === undefined ? ['limits', name] : ['limits', 'tenants', tenant.name, name];
      const maxTails = own?.maxTails ?? limits.maxTails;
      const maxEntries = own?.maxEntriesPerQuery ?? limits.maxEntriesPerQuery;
      return [
        ...when(maxTails < 2, () =>
          problem(
            at('maxTails'),
            maxTails,
            'at least 2: the canary’s tail is one of them',
            `raise ${at('maxTails').join('.')}, or remove canary`,
          ),
        ),
        ...when(maxEntries < LINES_ASKED_FOR, () =>
          problem(
            at('maxEntriesPerQuery'),
            maxEntries,
            `at least ${LINES_ASKED_FOR}: the canary asks for so many lines at once`,
            `raise ${at('maxEntriesPerQuery').join('.')}, or remove canary`,
          ),
        ),
      ];
    },
  },
];
