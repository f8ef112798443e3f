/** How bad it is: any source's word for it becomes one of the log model's. */
import { FIELDS, LABELS, LEVEL_ALIASES, type Level, LEVELS } from '../log-model';
import type { Stage } from './stage';

/**
 * Makes the extracted `level` a label. An unknown spelling makes none, so that no source makes streams of its own.
 *
 * @param aliases - spellings in lower case. @default - the log model's
 */
export function levelLabel(aliases: Readonly<Record<string, Level>> = LEVEL_ALIASES): readonly Stage[] {
  const cases = LEVELS.flatMap((level) => {
    const spellings = Object.keys(aliases).filter((alias) => aliases[alias] === level);
    return spellings.length === 0 ? [] : [`eq $l ${quoted(spellings)} }}${level}{{`];
  });
  return [
    {
      // Mostly a level is spelt as it is here: then nothing else is compared.
      template: {
        source: FIELDS.level,
        template: `{{ if eq .Value ${quoted(LEVELS)} }}{{ .Value }}{{ else }}{{ $l := .Value | ToLower }}{{ if ${cases.join(' else if ')} end }}{{ end }}`,
      },
    },
    { labels: { [LABELS.level]: FIELDS.level } },
  ];
}

/** Makes an extracted HTTP status a level: the server's fault, the client's, nobody's. */
export function levelOfStatus(): readonly Stage[] {
  const first = `(trunc 1 .${FIELDS.status})`;
  return [
    {
      template: {
        source: FIELDS.level,
        template: `{{ if .${FIELDS.status} }}{{ if eq ${first} "5" }}error{{ else if eq ${first} "4" }}warn{{ else }}info{{ end }}{{ end }}`,
      },
    },
    { labels: { [LABELS.level]: FIELDS.level } },
  ];
}

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(' ');
