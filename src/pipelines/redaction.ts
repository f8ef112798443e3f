/** The second line of defence: redacts the log model's secrets, for sources that do not use the logger. */
import { type Format, NAME_SPELLINGS, type Place, REDACTED, type SecretPattern, secretPatterns } from '../log-model';
import { re2 } from '../syntax/re2';
import { type LineFilter, matcherOf, type Stage, when } from './stage';

/** An expression to redact besides those of the log model. */
export interface Redaction {
  readonly name: string;
  /** RE2; its capture groups are redacted, or the whole match if it has none. */
  readonly expression: string;
}

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

/** Pairs, one of which says how bad it is. */
export const LOGFMT = '(?:^|\\s)(?:level|lvl|severity)="?[A-Za-z]';

/** Labels that say that a line has no trigger; `labelallow` drops them. */
const CLEAN = 'clean';

/**
 * Expressions are slow in Go, some 20 MB/s each; whether a line contains a text is a thousand times faster to tell. So an
 * expression sees only lines that contain one of its triggers, and most lines see none.
 */
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

/** Formats some of whose lines may be logfmt. In others, what looks like it is a statement or a request. */
const WITH_PAIRS: readonly Format[] = ['auto', 'python', 'redis'];
/** Label that says that a line is of pairs. */
const FORM = 'form';
const LOGFMT_FORM = 'logfmt';

/** Separator of pairs during redaction: no pattern crosses it. It is doubled because one may be a match's end. */
const BETWEEN_PAIRS = '\\f\\f';

function apart(stages: readonly Stage[]): readonly Stage[] {
  const swap = (from: string, to: string): string => `{{ Replace .Value "${from}" "${to}" -1 }}`;
  return [
    { replace: { expression: '"(?:[^"\\\\]|\\\\.)*"|( +)', replace: swap(' ', BETWEEN_PAIRS) } },
    ...stages,
    { replace: { expression: '(\\f+)', replace: swap(BETWEEN_PAIRS, ' ') } },
  ];
}

/**
 * Patterns that are looked for alike, in their order. Each stage hands a line on to the next one, which costs more than to look
 * for a text. So a line with an address in it, or with a name, passes few others.
 */
const TIERS: readonly ((pattern: SecretPattern) => boolean)[] = [
  ({ kind }) => kind === 'password in a URL',
  ({ kind, exact }) => kind !== 'password in a URL' && kind !== 'e-mail address' && exact !== NAME_SPELLINGS,
  ({ exact }) => exact === NAME_SPELLINGS,
  ({ kind }) => kind === 'e-mail address',
];

function stagesOf(
  place: Place,
  patterns: readonly SecretPattern[],
  stageOf: (pattern: SecretPattern) => Stage,
): readonly Stage[] {
  let number = 0;
  type Texts = (pattern: SecretPattern) => readonly string[] | undefined;
  const behind = (texts: readonly string[], stages: readonly Stage[]): readonly Stage[] => {
    number += 1;
    return texts.length === 0 ? stages : guarded(`${place}_${number}`, texts, stages);
  };
  const grouped = (
    all: readonly SecretPattern[],
    textsOf: Texts,
    stages: (group: readonly SecretPattern[]) => readonly Stage[],
  ): readonly (readonly [texts: readonly string[], stages: readonly Stage[]])[] => {
    const groups = new Map<string, SecretPattern[]>();
    for (const pattern of all) {
      const key = JSON.stringify(textsOf(pattern) ?? []);
      groups.set(key, [...(groups.get(key) ?? []), pattern]);
    }
    return [...groups.values()].map((group) => [
      spellings(group.flatMap((pattern) => textsOf(pattern) ?? [])),
      stages(group),
    ]);
  };
  return TIERS.flatMap((belongs) => {
    const tier = patterns.filter(belongs);
    const groups = grouped(
      tier,
      ({ exact }) => exact,
      (group) =>
        grouped(
          group,
          ({ contains }) => contains,
          (same) => same.map(stageOf),
        ).flatMap(([texts, stages]) => behind(texts, stages)),
    );
    const [only, ...more] = groups;
    if (only !== undefined && more.length === 0) return behind(...only);
    return behind(
      spellings(tier.flatMap(({ exact }) => exact)),
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
  const { unless, before, keep, secret, after, replacement = REDACTED, caseSensitive = false } = pattern;
  // Bounds protect JavaScript's backtracking; RE2 needs no protection, and is slower with them.
  const unbounded = (text: string): string =>
    text.replace(/\{0,(?:8|\d\d+)\}/g, '*').replace(/\{1,(?:8|\d\d+)\}/g, '+');
  const group = (text: string | undefined): string => (text === undefined ? '' : `(?:${unbounded(text)})`);
  // A text that is not secret is matched without a capture, so it stays.
  const alternative = (text: string | undefined): string => (text === undefined ? '' : `${group(text)}|`);
  const flags = caseSensitive ? '' : '(?i)';
  return {
    replace: {
      expression: `${flags}${alternative(unless)}${group(before)}(?:${alternative(keep)}(${unbounded(secret)})${group(after)})`,
      replace: replacement,
    },
  };
}

/** Texts that lines are searched for. A text that contains another one is redundant. */
function spellings(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
    .filter((text, _index, all) => !all.some((other) => other !== text && text.includes(other)))
    .sort();
}
