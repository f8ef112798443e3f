/** The second line of defence: takes out what the log model calls secret, for sources that do not use the logger. */
import { REDACTED, SECRET_PATTERNS, type SecretPattern } from '../log-model';
import { re2 } from '../syntax/re2';
import { type Stage, when } from './stage';

/** An expression to take out besides the log model's. */
export interface Redaction {
  readonly name: string;
  /** RE2; its capture groups are taken out, or all of the match without any. */
  readonly expression: string;
}

/** Labels that say that a line has no trigger; `labelallow` drops them. */
const CLEAN = 'clean';
const clean = (group: number): string => `clean_${group}`;

/**
 * Stages that redact a line. Expressions are slow in Go, some 20 MB/s each; whether a line contains a text is a thousand
 * times faster to tell. So an expression sees only lines that contain one of its triggers, and most lines see none.
 */
export function redact(further: readonly Redaction[]): readonly Stage[] {
  const groups = new Map<string, SecretPattern[]>();
  for (const pattern of SECRET_PATTERNS) {
    const key = spellingsOf(pattern).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), pattern]);
  }
  const all = [...new Set(SECRET_PATTERNS.flatMap(spellingsOf))];
  return [
    ...guarded(
      0,
      all,
      [...groups.values()].flatMap((patterns, index) =>
        guarded(index + 1, spellingsOf(patterns[0] ?? { triggers: [] }), patterns.map(replaceStage)),
      ),
    ),
    ...further.map(({ expression }) => ({ replace: { expression: capturing(expression), replace: REDACTED } })),
  ];
}

/** Promtail replaces what groups capture, and nothing where none does. */
function capturing(expression: string): string {
  const read = re2(expression);
  return typeof read !== 'string' && read.groups > 0 ? expression : `(${expression})`;
}

/** Stages for lines that contain one of some texts. `match` knows no "or": lines that contain none of them are marked. */
function guarded(group: number, texts: readonly string[], stages: readonly Stage[]): readonly Stage[] {
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return [when([['|=', only]], stages)];
  return [
    when(
      texts.map((text) => ['!=', text] as const),
      [{ static_labels: { [clean(group)]: CLEAN } }],
    ),
    when([], stages, `{${clean(group)}!="${CLEAN}"}`),
  ];
}

function replaceStage({ before, secret, after = '', replacement = REDACTED }: SecretPattern): Stage {
  // Bounds protect JavaScript's backtracking; RE2 needs no protection, and is slower with them.
  const unbounded = (text: string): string => text.replace(/\{0,\d\d+\}/g, '*').replace(/\{1,\d\d+\}/g, '+');
  return {
    replace: { expression: `(?i)${unbounded(before)}(${unbounded(secret)})${unbounded(after)}`, replace: replacement },
  };
}

/** The spellings of a trigger that occur: `api_key` is also `API_KEY`, `apiKey`, `ApiKey` and `Api-Key`. */
function spellingsOf({ exact, triggers }: Pick<SecretPattern, 'exact' | 'triggers'>): readonly string[] {
  if (exact !== undefined) return exact;
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  return [
    ...new Set(
      triggers.flatMap((trigger) => {
        const words = trigger.split(/(?<=\w)[-_](?=\w)/);
        const [first = '', ...rest] = words;
        const joint = trigger.charAt(first.length);
        return [
          trigger,
          trigger.toUpperCase(),
          words.map(capital).join(rest.length === 0 ? '' : joint),
          ...(rest.length === 0 ? [] : [first + rest.map(capital).join(''), words.map(capital).join('')]),
        ];
      }),
    ),
  ].sort();
}
