/** What is taken out of lines, as the stack file says. */
import { matchersOf } from '../../config/selector';
import type { Extract, ExtractedField } from '../scrape-props';
import { conditionOfMatcher } from './drop-rules';
import { PARSED } from './json';
import {
  all,
  attribute,
  BODY,
  cached,
  contains,
  type Group,
  groupsOf,
  isAnyOf,
  isThere,
  literal,
  not,
  set,
} from './ottl';
import { isJson } from './redaction';
import { fromPair } from './text';

/** Groups for records that have the labels of their source. Labels that they make are attributes of the record. */
export function extractGroups(rules: readonly Extract[]): readonly Group[] {
  const names = rules.flatMap(({ labels, metadata }) => [...labels, ...metadata].map(({ name }) => name));
  return [
    ...rules.map((rule) => ({
      condition: all([...matchersOf(rule.selector).map(conditionOfMatcher), conditionOf(rule)]),
      statements: statementsOf(rule),
    })),
    // Statements before these keep notes under names of their own, one of which may be the same.
    {
      statements: names.flatMap((name) => [
        `delete_key(log.attributes, ${literal(name)})`,
        set(attribute(name), kept(name)),
      ]),
    },
  ];
}

/** A value until all rules have been asked. */
const kept = (name: string): string => attribute(`own ${name}`);

/** Names of the labels among what is taken out. */
export const extractedLabels = (rules: readonly Extract[]): readonly string[] =>
  rules.flatMap(({ labels }) => labels.map(({ name }) => name));

function conditionOf({ type }: Extract): string {
  if (type === 'json') return isJson;
  return type === 'regex' ? 'true' : all([not(isJson), contains('=')]);
}

function statementsOf(rule: Extract): readonly string[] {
  const { labels, metadata } = rule;
  const value = ({ name }: ExtractedField): string => cached('~own', name);
  const found = [...labels, ...metadata];
  return [
    ...(rule.type === 'json' ? [PARSED, 'set(log.cache["~own"], {})'] : []),
    ...(rule.type === 'logfmt' ? ['set(log.cache["~own"], {})'] : []),
    ...(rule.type === 'regex' ? [set(cached('~own'), groupsOf(BODY, rule.expression))] : []),
    ...found.flatMap((field) => {
      const { from } = field;
      if (rule.type === 'json') return [set(value(field), `String(${cached(...from.split('.'))})`)];
      return rule.type === 'logfmt' ? fromPair(value(field), from) : [];
    }),
    ...labels.map((field) => set(kept(field.name), of(field), isAnyOf(of(field), field.values))),
    ...metadata.map((field) => set(kept(field.name), of(field), isThere(of(field)))),
  ];

  function of(field: ExtractedField): string {
    return rule.type === 'regex' ? cached('~own', field.from) : value(field);
  }
}
