/** Stages for text of no declared format. */
import { FIELDS, type Level, LEVELS, LABELS, STRUCTURED_METADATA } from '../../log-model';
import { SYSLOG } from '../level';
import {
  ALIASES_IN_TEXT,
  LEVEL_GROUPS,
  LEVEL_IN_TEXT,
  LEVEL_KEYS,
  LOGFMT,
  RARE,
  RARE_ALIASES,
  RARE_GROUPS,
  TRACEBACK,
} from '../text';
import { levelLabel, whenWithoutLevel } from './level';
import { type Stage, when } from './stage';
import { ownTime } from './time';

/** Stages for records of text. */
export function textRecord(): readonly Stage[] {
  return [
    when(
      [
        ['|=', '='],
        ['|~', LOGFMT],
      ],
      [
        {
          logfmt: {
            mapping: {
              ...identity([...LEVEL_KEYS, 'ts', ...STRUCTURED_METADATA]),
              otherTime: 'time',
            },
          },
        },
        // slog's levels between two others: ERROR+2.
        { regex: { source: FIELDS.level, expression: `^(?P<${FIELDS.level}>\\w+)` } },
        { template: { source: FIELDS.timestamp, template: '{{ or .ts .otherTime }}' } },
        ...ownTime(),
      ],
    ),
    { regex: { expression: `^(?:${LEVEL_IN_TEXT.join('|')})` } },
    ...levelLabel({
      word: `(or ${values([...LEVEL_KEYS, ...LEVEL_GROUPS])})`,
      aliases: ALIASES_IN_TEXT,
    }),
    // A traceback goes on with what was printed before it.
    when(
      [['|=', TRACEBACK]],
      [{ static_labels: { [LABELS.level]: 'error' satisfies Level } }],
      `{${LABELS.level}!~"${LEVELS.slice(0, 2).join('|')}"}`,
    ),
    whenWithoutLevel([], rareLevel()),
  ];
}

/** Stages for what only few lines have, so that the others do not pay for it. */
function rareLevel(): readonly Stage[] {
  return [
    { regex: { expression: `^(?:${RARE.join('|')})` } },
    ...levelLabel({
      word: `(or ${values(RARE_GROUPS)} (and .priority (printf "${SYSLOG}%d" (mod .priority 8))) (and .trace "error"))`,
      status: true,
      aliases: RARE_ALIASES,
    }),
  ];
}

/** In a template, extracted values. */
const values = (names: readonly string[]): string => names.map((name) => `.${name}`).join(' ');

function identity(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
