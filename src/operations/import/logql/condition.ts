/** One condition on a label of old lines → the conditions that find the same lines here. */
import { CLUSTER_LABEL, LABELS, LEVEL_ALIASES, LEVELS, ORIGIN } from '../../../log-model';
import { fulfils, type Matcher } from '../../../config/selector';
import { hasSlash, oneOf, type Pair, pairsOf, type Part } from './job';
import { counterpartOf, isNodesFile, NO_FILE_OF_POD, type Origin } from './label-map';

/** A condition of a query. */
export interface Condition extends Matcher {
  /** Its value as it is written. */
  readonly quoted: string;
  /** Whether Grafana fills a part of the value in. */
  readonly isVariable: boolean;
}

/** What is in its place. Without any condition it is left out. */
export interface Change {
  /** Matchers of labels, for the selector. */
  readonly labels: readonly string[];
  /** Filters, for structured metadata and for what a selector cannot say. */
  readonly filters: readonly string[];
  readonly why: string;
  /** No line fulfils it, and nothing that finds the same could be said. */
  readonly findsNothing?: boolean;
}

/** Undefined where the condition finds here what it found. */
export function changeOf(condition: Condition, origin: Origin): Change | undefined {
  if (condition.label === LABELS.job) return changeOfJob(condition, origin);
  const counterpart = counterpartOf(condition.label, origin);
  switch (counterpart.kind) {
    case 'label':
      return changeOfLabel(condition, counterpart.name, origin);
    case 'metadata':
      return changeOfMetadata(condition, counterpart.name);
    case 'same for all':
      return change(counterpart.why, []);
    case 'none':
      return withoutCounterpart(condition, counterpart.instead);
  }
}

function changeOfLabel(condition: Condition, name: string, { cluster }: Origin): Change | undefined {
  if (name === LABELS.level) {
    const change = changeOfLevel(condition);
    if (change !== undefined) return change;
  }
  if (name === CLUSTER_LABEL && cluster !== undefined && !condition.isVariable && fulfils(cluster, condition) === false)
    return nothing(`lines have \`${written(name, '=', `"${cluster}"`)}\``);
  if (name === condition.label) return undefined;
  return change(`\`${condition.label}\` is \`${name}\` here`, [renamed(name, condition)]);
}

const renamed = (name: string, { operator, quoted }: Condition): string => written(name, operator, quoted);
const written = (name: string, operator: string, quoted: string): string => `${name}${operator}${quoted}`;

const change = (why: string, labels: readonly string[], filters: readonly string[] = []): Change => ({
  labels,
  filters,
  why,
});
const nothing = (why: string): Change => ({ labels: [], filters: [], why, findsNothing: true });

function changeOfMetadata(condition: Condition, name: string): Change {
  if (name === ORIGIN.filename && !isNodesFile(condition.value)) return withoutCounterpart(condition, NO_FILE_OF_POD);
  const of = name === ORIGIN.filename ? ' of `agent.files`' : '';
  return change(`\`${name}\` is beside the line${of} here, and no label of its stream`, [], [renamed(name, condition)]);
}

/** What is true of a label that is not there leaves nothing out; and every old line had some value. */
function withoutCounterpart(condition: Condition, instead: string): Change {
  const { label, operator, value, isVariable } = condition;
  if (!isVariable && operator === '=~' && value === '.+') return change(`every line had a \`${label}\``, []);
  if (!isVariable && fulfils('', condition) === true)
    return change(`\`${label}\`: ${instead}; the condition leaves nothing out here`, []);
  return nothing(`\`${renamed(label, condition)}\`: ${instead}`);
}

const LIST = /^(?:\(\?i\))?\(?(\w+(?:\|\w+)*)\)?$/;

/** Levels have one spelling here. */
function changeOfLevel({ label, operator, value, isVariable }: Condition): Change | undefined {
  const [, list] = LIST.exec(value) ?? [];
  if (isVariable || list === undefined) return undefined;
  const isList = operator === '=~' || operator === '!~';
  const words = isList ? list.split('|') : [value];
  if (label === LABELS.level && words.every(isLevel)) return undefined;
  const levels = [...new Set(words.map((word) => LEVEL_ALIASES[word.toLowerCase()]))].filter(
    (level) => level !== undefined,
  );
  if (levels.length === 0) return nothing(`\`${label}\`: levels here are ${LEVELS.join(', ')}`);
  const isNegative = operator === '!=' || operator === '!~';
  const one = levels.length === 1;
  const matcher = written(
    LABELS.level,
    `${isNegative ? '!' : '='}${one ? '=' : '~'}`.replace('==', '='),
    `"${levels.join('|')}"`,
  );
  return change(`levels here are ${LEVELS.join(', ')}, in \`${LABELS.level}\``, [matcher]);
}

/** Whether it is a level as it is written here. */
export const isLevel = (word: string): boolean => LEVELS.some((level) => level === word);

/** Whether every value that the condition names is a level as it is written here. */
export function namesLevels({ value, isVariable }: Condition): boolean {
  return isVariable || (LIST.exec(value)?.[1]?.split('|').every(isLevel) ?? false);
}

/** Jobs of agents that read no lines of pods. */
const NOT_PODS = /^\^?(?:integrations\/|loki\.source\.)/;

function changeOfJob(condition: Condition, { jobEndsWith }: Origin): Change | undefined {
  const { value, operator } = condition;
  if (!hasSlash(value)) return undefined;
  if (NOT_PODS.test(value)) return withoutCounterpart(condition, 'events of the cluster and the journal are not read');
  const pairs = pairsOf(condition);
  const instead = `a job is the app alone here; write \`${LABELS.namespace}\` and \`${jobEndsWith}\``;
  if (pairs === undefined) return withoutCounterpart(condition, instead);
  const why = `a job is the app alone here: \`${LABELS.namespace}\` and \`${jobEndsWith}\` say what \`job\` said`;
  if (operator === '!=' || operator === '!~') return unlike(pairs, jobEndsWith, why);
  const namespace = oneOf(pairs.map((pair) => pair.namespace));
  const name = oneOf(pairs.map((pair) => pair.name));
  const labels = [...equal(LABELS.namespace, namespace), ...equal(jobEndsWith, name)];
  // Of several pairs, each namespace would otherwise go with each app.
  const differ = (key: keyof Pair): boolean => new Set(pairs.map((pair) => JSON.stringify(pair[key]))).size > 1;
  if (!differ('namespace') || !differ('name')) return change(why, labels);
  const any = pairs.map((pair) => {
    const both = [...equal(LABELS.namespace, pair.namespace), ...equal(jobEndsWith, pair.name)].join(' and ');
    return `(${both})`;
  });
  return change(why, labels, any.includes('()') ? [] : [`(${any.join(' or ')})`]);
}

/** What is none of the pairs. One part that says all is a matcher. */
function unlike(pairs: readonly Pair[], jobEndsWith: string, why: string): Change {
  const each = pairs.map(({ namespace, name }) => [
    ...equal(LABELS.namespace, namespace, true),
    ...equal(jobEndsWith, name, true),
  ]);
  return change(
    why,
    each.filter((parts) => parts.length === 1).flat(),
    each.filter((parts) => parts.length > 1).map((parts) => `(${parts.join(' or ')})`),
  );
}

function equal(label: string, part: Part, isNegative = false): readonly string[] {
  if (part === undefined) return [];
  const operator = `${isNegative ? '!' : '='}${part.isExpression ? '~' : isNegative ? '=' : ''}`;
  return [written(label, operator, quote(part.value))];
}

const quote = (value: string): string =>
  value.includes('\\') && !value.includes('`') ? `\`${value}\`` : JSON.stringify(value);
