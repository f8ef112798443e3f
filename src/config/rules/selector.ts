import { LABELS, LEVELS, OTLP_LABEL } from '../../log-model';
import { type LabelConfig, streamLabels } from '../derived/stream-labels';
import type { Problem } from '../problem';
import { fulfils, matchersOf } from '../selector';
import { problem, when } from './rule';

/** Sections that say which labels there are. */
export const LABELS_READ = ['cluster', 'agent.labels', 'agent.podLabels', 'agent.extract'];

/** A selector must be able to match lines of the agent. */
export function agentSelector(
  config: LabelConfig,
  path: readonly PropertyKey[],
  selector: string,
  remedy: string,
): readonly Problem[] {
  return [...knownLabels(path, selector, streamLabels(config), remedy), ...knownLevels(path, selector)];
}

/** A selector must be able to match lines in Loki, from the agent or from OTLP clients. Loki does not start with one that it refuses. */
export function lokiSelector(config: LabelConfig, path: readonly PropertyKey[], selector: string): readonly Problem[] {
  return [
    ...knownLabels(path, selector, [...streamLabels(config), OTLP_LABEL], 'or remove it'),
    ...knownLevels(path, selector),
    ...when(
      matchersOf(selector).every((matcher) => fulfils('', matcher) === true),
      () =>
        problem(
          path,
          selector,
          'a matcher that a stream without the label does not fulfil',
          'for every stream set the period itself; else write for example {job=~".+", …}',
        ),
    ),
  ];
}

function knownLabels(
  path: readonly PropertyKey[],
  selector: string,
  labels: readonly string[],
  remedy: string,
): readonly Problem[] {
  const unknown = matchersOf(selector)
    .map(({ label }) => label)
    .filter((label) => !labels.includes(label));
  return when(unknown.length > 0, () =>
    problem(
      path,
      selector,
      `matchers of labels that lines have: ${labels.join(', ')}`,
      `replace ${unknown.join(', ')}, ${remedy}`,
    ),
  );
}

function knownLevels(path: readonly PropertyKey[], selector: string): readonly Problem[] {
  const demands = matchersOf(selector).filter(
    ({ label, operator }) => label === LABELS.level && (operator === '=' || operator === '=~'),
  );
  return demands
    .filter((matcher) => ['', ...LEVELS].every((level) => fulfils(level, matcher) === false))
    .map(({ value }) =>
      problem(
        path,
        selector,
        `a level that lines have: ${LEVELS.join(', ')}`,
        `replace ${value}; the agent gives each line one of these, however its program spells it`,
      ),
    );
}
