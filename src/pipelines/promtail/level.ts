/** Stages that give a record its level. */
import { FIELDS, LABELS, LEVEL_ALIASES, LEVELS } from '../../log-model';
import { type Aliases, speltAlike, spellingsOf } from '../level';
import { type LineFilter, type Stage, when } from './stage';

/** In a template, the value that it replaces. */
const VALUE = '.Value';

/** The sources of a level. */
export interface LevelSource {
  /** The word, as an expression of a template. @default - the extracted `level` */
  readonly word?: string;
  /** Whether an extracted HTTP `status` decides it: 5xx is an error, 4xx a warning, others info. @default false */
  readonly status?: boolean;
  /** Spellings in lower case. @default - the log model's */
  readonly aliases?: Aliases;
}

/**
 * Makes a level a label. An unknown spelling makes none, so that no source makes streams of its own.
 *
 * @param labels - of other extracted values, that are set along with it.
 */
export function levelLabel(
  { word = VALUE, status = false, aliases = LEVEL_ALIASES }: LevelSource = {},
  labels: Readonly<Record<string, string>> = {},
): readonly Stage[] {
  const cases = LEVELS.flatMap((level) => {
    const spellings = spellingsOf(level, aliases);
    return spellings.length === 0 ? [] : [`eq $l ${quoted(spellings)} }}${level}{{`];
  });
  // Mostly a level is spelt as it is here: then nothing else is compared.
  const same = speltAlike(aliases);
  const ofWord = `{{ $l := ${word} }}{{ if $l }}{{ if eq $l ${quoted(same)} }}{{ $l }}{{ else }}{{ $l = ToLower $l }}{{ if ${cases.join(' else if ')} end }}{{ end }}{{ end }}`;
  const first = `(trunc 1 .${FIELDS.status})`;
  const ofStatus = `{{ if eq ${first} "5" }}error{{ else if eq ${first} "4" }}warn{{ else }}info{{ end }}`;
  const spelt: readonly Stage[] = [
    {
      template: {
        source: FIELDS.level,
        template: status ? `{{ if .${FIELDS.status} }}${ofStatus}{{ else }}${ofWord}{{ end }}` : ofWord,
      },
    },
    { labels: { [LABELS.level]: FIELDS.level, ...labels } },
  ];
  if (word !== VALUE || status) return spelt;
  // A template costs more than all else here. A word that is a label as it is needs none.
  return [
    { labels: { [LABELS.level]: FIELDS.level, ...labels } },
    when([], [{ labeldrop: [LABELS.level] }, ...spelt], `{${LABELS.level}!~"${same.join('|')}"}`),
  ];
}

/** Stages for lines that have no level by now. */
export function whenWithoutLevel(filters: readonly LineFilter[], stages: readonly Stage[]): Stage {
  return when(filters, stages, `{${LABELS.level}=""}`);
}

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(' ');
