/** Stages that redact the log model's secrets. */
import { type Place, REDACTED, type SecretPattern, secretPatterns } from '../../log-model';
import { re2 } from '../../syntax/re2';
import {
  expressionsOf,
  type Redaction,
  type Searched,
  searchOrder,
  SEPARATOR,
  spellings,
  WITH_PAIRS,
} from '../redaction';
import { LOGFMT, QUOTED } from '../text';
import { type LineFilter, matcherOf, type Stage, when } from './stage';

/** Stages that redact lines, by how these are written. */
export interface RedactionStages {
  /** For lines that are a JSON object: they stay one, with the same names. */
  readonly json: readonly Stage[];
  /** For lines of text; pairs of logfmt stay pairs. */
  readonly text: readonly Stage[];
}

export interface RedactionProps {
  readonly further: readonly Redaction[];
  /** Names that are kept although they sound like secrets. */
  readonly allow: readonly string[];
}

/** Labels that say that a line has no trigger; `labelallow` drops them. */
const CLEAN = 'clean';

/** Stages that look for all of the log model's secrets, and for some more. */
export function redact({ further, allow }: RedactionProps): RedactionStages {
  const patterns = secretPatterns(allow);
  const own = further.map(({ expression }) => ({ replace: { expression: capturing(expression), replace: REDACTED } }));
  // One object for each pattern: the config file has it once, and refers to it.
  const made = new Map(patterns.map((pattern) => [pattern, replaceStage(pattern)]));
  const stagesFor = (place: Place): readonly Stage[] =>
    stagesOf(
      place,
      patterns.filter(({ places }) => places.includes(place)),
      (pattern) => made.get(pattern) ?? replaceStage(pattern),
    );
  const any = spellings(patterns.flatMap(({ exact }) => exact));
  const isPairs: readonly LineFilter[] = [
    ['|~', LOGFMT],
    ['!=', '\n'],
  ];
  return {
    json: [...guarded('json', any, stagesFor('json')), ...own],
    text: [
      ...guarded('text', any, [
        when(
          isPairs,
          [{ static_labels: { [FORM]: LOGFMT_FORM } }, ...apart(stagesFor('logfmt'))],
          matcherOf(WITH_PAIRS),
        ),
        when([], stagesFor('text'), `{${FORM}!="${LOGFMT_FORM}"}`),
      ]),
      ...own,
    ],
  };
}

/** Label that says that a line is of pairs. */
const FORM = 'form';
const LOGFMT_FORM = 'logfmt';

function apart(stages: readonly Stage[]): readonly Stage[] {
  const separator = SEPARATOR.replaceAll('\f', '\\f');
  const swap = (from: string, to: string): string => `{{ Replace .Value "${from}" "${to}" -1 }}`;
  return [
    { replace: { expression: `${QUOTED}|( +)`, replace: swap(' ', separator) } },
    ...stages,
    { replace: { expression: '(\\f+)', replace: swap(separator, ' ') } },
  ];
}

function stagesOf(
  place: Place,
  patterns: readonly SecretPattern[],
  stageOf: (pattern: SecretPattern) => Stage,
): readonly Stage[] {
  let number = 0;
  const behind = (texts: readonly string[], stages: readonly Stage[]): readonly Stage[] => {
    number += 1;
    return texts.length === 0 ? stages : guarded(`${place}_${number}`, texts, stages);
  };
  const withinTriggers = ({ groups }: Searched): readonly Stage[] =>
    groups.flatMap(({ contains, patterns: same }) => behind(contains, same.map(stageOf)));
  return searchOrder(patterns).flatMap((tier) => {
    const groups = tier.map((searched) => [searched.triggers, withinTriggers(searched)] as const);
    const [only, ...more] = groups;
    if (only !== undefined && more.length === 0) return behind(...only);
    return behind(
      spellings(tier.flatMap(({ triggers }) => triggers)),
      groups.flatMap(([texts, stages]) => behind(texts, stages)),
    );
  });
}

/** Promtail replaces what groups capture, and nothing where none does. */
function capturing(expression: string): string {
  const read = re2(expression);
  return typeof read !== 'string' && read.groups > 0 ? expression : `(${expression})`;
}

/** Stages for lines that contain one of some texts. `match` knows no "or": lines that contain none of them are marked. */
function guarded(group: string, texts: readonly string[], stages: readonly Stage[]): readonly Stage[] {
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return [when([['|=', only]], stages)];
  const clean = `clean_${group}`;
  return [
    when(
      texts.map((text) => ['!=', text] as const),
      [{ static_labels: { [clean]: CLEAN } }],
    ),
    when([], stages, `{${clean}!="${CLEAN}"}`),
  ];
}

function replaceStage(pattern: SecretPattern): Stage {
  const { flags, unless, before, keep, secret, after, replacement } = expressionsOf(pattern);
  const group = (text: string | undefined): string => (text === undefined ? '' : `(?:${text})`);
  // A text that is not secret is matched without a capture, so it stays.
  const alternative = (text: string | undefined): string => (text === undefined ? '' : `${group(text)}|`);
  return {
    replace: {
      expression: `${flags}${alternative(unless)}${group(before)}(?:${alternative(keep)}(${secret})${group(after)})`,
      replace: replacement,
    },
  };
}
