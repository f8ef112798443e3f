/** What the rules on the stack's own Alertmanager share. */
import type { Problem } from '../problem';
import type { Alertmanager, StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

type Check = (alertmanager: Alertmanager, config: StackConfig) => readonly Problem[];

/** A rule for the stack's own Alertmanager. */
export const ofEmbedded = (reads: readonly string[], check: Check): Rule => ({
  reads,
  check: (config) => (config.alertmanager.type === 'embedded' ? check(config.alertmanager, config) : []),
});

/** Entries of a list that have the name of another one. */
export function repeatedNames(
  entries: readonly { readonly name: string }[],
  list: readonly PropertyKey[],
  what: string,
): readonly Problem[] {
  return entries.flatMap(({ name }, index) =>
    when(entries.findIndex((entry) => entry.name === name) < index, () =>
      problem([...list, index, 'name'], name, `a name that ${what} has alone`, 'rename one of the two'),
    ),
  );
}
