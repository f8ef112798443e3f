import { globsOverlap } from '../glob';
import { covers } from '../namespace-pattern';
import { formatPath, type Problem } from '../problem';
import type { NamespacesOfTenant, StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

type Path = readonly PropertyKey[];

const PATH = ['agent', 'tenants'] as const;
/** Each of them is a receiver, and a queue on the disk of every node. */
const MOST = 10;

const ofEach =
  (check: (at: Path, entry: NamespacesOfTenant, config: StackConfig, index: number) => readonly Problem[]) =>
  (config: StackConfig): readonly Problem[] =>
    config.agent.tenants.flatMap((entry, index) => check([...PATH, index], entry, config, index));

const ofEachPattern =
  (check: (at: Path, pattern: string, config: StackConfig, index: number) => readonly Problem[]) =>
  (config: StackConfig): readonly Problem[] =>
    config.agent.tenants.flatMap(({ namespaces }, index) =>
      namespaces.flatMap((pattern, at) => check([...PATH, index, 'namespaces', at], pattern, config, index)),
    );

export const agentTenantRules: readonly Rule[] = [
  {
    reads: ['agent.type', 'agent.tenants'],
    check: ({ agent: { type, tenants } }) =>
      when(type === 'promtail' && tenants.length > 0, () =>
        problem(
          PATH,
          tenants.map(({ credential }) => credential),
          'none with agent.type: promtail, which sends every line with each of its credentials',
          'write agent.type: collector, or remove agent.tenants',
        ),
      ),
  },
  {
    reads: ['auth.loki.enabled', 'agent.tenants'],
    check: ({ auth, agent: { tenants } }) =>
      when(!auth.loki.enabled && tenants.length > 0, () =>
        problem(
          PATH,
          tenants.map(({ credential }) => credential),
          'with auth.loki.enabled: without a credential everyone is the first tenant',
          'remove auth.loki.enabled: false, or agent.tenants',
        ),
      ),
  },
  {
    reads: ['agent.tenants'],
    check: ({ agent: { tenants } }) =>
      when(tenants.length > MOST, () =>
        problem(
          PATH,
          tenants.map(({ credential }) => credential),
          `at most ${MOST} tenants: each has a queue on the disk of every node`,
          'give namespaces that may read each other’s lines one tenant',
        ),
      ),
  },
  {
    reads: ['auth.loki', 'agent.tenants'],
    check: ofEach((at, { credential }, { auth: { loki } }) => {
      const write = loki.tenants.flatMap((tenant) => tenant.write);
      return when(loki.enabled && !write.includes(credential), () =>
        problem(
          [...at, 'credential'],
          credential,
          `a write credential of a tenant (${write.join(', ')})`,
          'name one of these, or add it to auth.loki.tenants[].write',
        ),
      );
    }),
  },
  {
    reads: ['agent.credential', 'agent.tenants'],
    check: ofEach((at, { credential }, { agent }, index) => {
      const before = agent.tenants.findIndex((other, place) => place < index && other.credential === credential);
      const owner = credential === agent.credential ? ['agent', 'credential'] : [...PATH, before, 'credential'];
      return when(credential === agent.credential || before >= 0, () =>
        problem(
          [...at, 'credential'],
          credential,
          `a credential that is named once; this one is at ${formatPath(owner)}`,
          credential === agent.credential
            ? 'remove the entry: other namespaces go with agent.credential'
            : 'write all namespaces of the credential in one entry',
        ),
      );
    }),
  },
  {
    reads: ['agent.tenants'],
    check: ofEachPattern((at, pattern, { agent }, index) => {
      const others = agent.tenants
        .slice(0, index)
        .flatMap(({ namespaces }, before) =>
          namespaces.map((other, place) => [other, [...PATH, before, 'namespaces', place]] as const),
        );
      return others
        .filter(([other]) => globsOverlap(pattern, other))
        .slice(0, 1)
        .map(([other, path]) =>
          problem(
            at,
            pattern,
            `namespaces of one tenant: ${formatPath(path)} (${other}) may mean the same`,
            'write patterns of which no namespace fulfils two, or the names',
          ),
        );
    }),
  },
  {
    reads: ['agent.tenants', 'namespaces'],
    check: ofEachPattern((at, pattern, { namespaces }) => {
      const own = [namespaces.logging, namespaces.agents].find((name) => covers(pattern, name));
      return when(own !== undefined, () =>
        problem(
          at,
          pattern,
          `namespaces of others: ${own ?? ''} is the stack’s own, and its alerts look for its lines in the tenant of agent.credential`,
          'write a longer pattern, or the names',
        ),
      );
    }),
  },
  {
    reads: ['agent.tenants', 'agent.excludeNamespaces'],
    check: ofEachPattern((at, pattern, { agent }) => {
      const excluded = agent.excludeNamespaces.find((other) => covers(other, pattern));
      return when(excluded !== undefined, () =>
        problem(
          at,
          pattern,
          `namespaces that are collected: agent.excludeNamespaces leaves out ${excluded ?? ''}`,
          'remove it here or there',
        ),
      );
    }),
  },
];
