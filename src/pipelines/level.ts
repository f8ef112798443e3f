/** The level of a record: any source's word for it becomes one of the log model's. */
import { FIELDS, LABELS, LEVEL_ALIASES, type Level, LEVELS } from '../log-model';
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
  readonly aliases?: Readonly<Record<string, Level>>;
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
    const spellings = Object.keys(aliases).filter((alias) => aliases[alias] === level);
    return spellings.length === 0 ? [] : [`eq $l ${quoted(spellings)} }}${level}{{`];
  });
  // Mostly a level is spelt as it is here: then nothing else is compared.
  const same = LEVELS.filter((level) => aliases[level] === level);
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

/** Levels that are numbers, by who counts so. Their spelling is the name of the count and the number. */
export const SYSLOG = 'syslog';
export const OTEL = 'otel';
export const COUNTED_LEVELS: Readonly<Record<string, Level>> = {
  ...counted(SYSLOG, ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'], 0),
  ...counted(
    OTEL,
    [...four('debug'), ...four('debug'), ...four('info'), ...four('warn'), ...four('error'), ...four('error')],
    1,
  ),
};

function counted(name: string, levels: readonly Level[], from: number): Readonly<Record<string, Level>> {
  return Object.fromEntries(levels.map((level, index) => [`${name}${index + from}`, level]));
}

function four(level: Level): readonly Level[] {
  return [level, level, level, level];
}

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(' ');
