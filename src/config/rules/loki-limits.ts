/** Limits by Loki's names. Their keys and types are in the schema. */
import { re2Fault } from '../../syntax/re2';
import { keptBeside, type LabelConfig, streamLabels } from '../derived/stream-labels';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { METADATA } from '../schema/loki-limits';
import { problem, type Rule, when } from './rule';
import { LABELS_READ } from './selector';

type Limits = StackConfig['limits'];
type LokiLimits = NonNullable<Limits['tenants'][string]['loki']>;

export const lokiLimitRules: readonly Rule[] = [
  {
    reads: ['limits'],
    check: ({ limits }) =>
      ofTenants(limits).flatMap(([path, own]) =>
        Object.entries(mappings(own)).flatMap(([key, mapping]) =>
          Object.keys(mapping)
            .filter((name) => Object.hasOwn(mappings(limits.loki)[key] ?? {}, name))
            .map((name) =>
              problem(
                [...path, ...key.split('.'), name],
                mapping[name],
                `no entry of limits.loki.${key}: Loki adds those of a tenant to those of all, and does not start with one twice`,
                'remove it here, or from limits.loki and write it for each tenant',
              ),
            ),
        ),
      ),
  },
  {
    reads: ['limits', ...LABELS_READ],
    check: (config) =>
      everywhere(config.limits).flatMap(([path, own]) =>
        leastOf(config).flatMap(([key, least]) => {
          const given = own[key];
          return when(given !== undefined && given < least, () =>
            problem(
              [...path, key],
              given,
              `at least ${least}, for the lines of this stack’s agents, with those labels and metadata that the stack file adds: Loki refuses others`,
              `write ${least}, or more`,
            ),
          );
        }),
      ),
  },
  {
    reads: ['limits'],
    check: ({ limits }) =>
      everywhere(limits).flatMap(([path, { blocked_queries: blocked = [] }]) =>
        blocked.flatMap((query, index) => blockedQueryProblems([...path, 'blocked_queries', index], query)),
      ),
  },
];

/** The least of limits that are about labels and metadata. */
function leastOf(config: LabelConfig) {
  const labels = streamLabels(config);
  const { agent } = config;
  const added = keptBeside({ agent }).length - keptBeside({ agent: { ...agent, podLabels: [], extract: [] } }).length;
  return [
    ['max_label_names_per_series', labels.length],
    ['max_label_name_length', Math.max(...labels.map(({ length }) => length))],
    ['max_structured_metadata_entries_count', METADATA + added],
  ] as const;
}

type Path = readonly PropertyKey[];
type BlockedQuery = NonNullable<LokiLimits['blocked_queries']>[number];

/** By an expression that it cannot read, Loki blocks no query; by an entry that says nothing, all of them. */
function blockedQueryProblems(path: Path, query: BlockedQuery): readonly Problem[] {
  const { pattern, regex = false } = query;
  const fault = pattern === undefined || !regex ? undefined : re2Fault(pattern);
  return [
    ...when(fault !== undefined, () =>
      problem(
        [...path, 'pattern'],
        pattern,
        `a regular expression in RE2 syntax; RE2 says: ${fault ?? ''}`,
        'correct it, or leave regex out for a text',
      ),
    ),
    ...when(
      Object.keys(query).every((key) => key === 'regex'),
      () =>
        problem(
          path,
          query,
          'at least a pattern, hash, types or query_tags: without, it blocks every query',
          'write one of them, or remove the entry',
        ),
    ),
  ];
}

/** Where limits by Loki's names stand. */
function everywhere(limits: Limits): readonly (readonly [Path, LokiLimits])[] {
  return [[['limits', 'loki'], limits.loki], ...ofTenants(limits)];
}

function ofTenants({ tenants }: Limits): readonly (readonly [Path, LokiLimits])[] {
  return Object.entries(tenants).flatMap(([name, { loki }]) =>
    loki === undefined ? [] : [[['limits', 'tenants', name, 'loki'], loki] as const],
  );
}

/** Limits that are mappings of the writer's own names. */
function mappings({
  discover_generic_fields: generic,
  policy_enforced_labels: enforced,
  policy_stream_mapping: streams,
}: LokiLimits): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return {
    'discover_generic_fields.fields': generic?.fields ?? {},
    policy_enforced_labels: enforced ?? {},
    policy_stream_mapping: streams ?? {},
  };
}
