/** Stages that join lines to records. */
import { type Lines, MAX_LINES } from '../multiline';
import { type Stage, when } from './stage';
import { SEEN_AT } from './time';

/** Around the time that a line was seen at. No program writes these. */
const [BEGIN, END] = ['\u0001', '\u0002'];
const MARK = '\\x01[^\\x02]*\\x02';
const MARKED_AT = 'markedAt';

/**
 * Puts the lines together that belong together.
 *
 * Promtail's own stage knows only how a first line looks, and gives a continuation that comes late, after its record has
 * been sent, that record's time: hours old, and refused by Loki. So lines are marked with their time first. `match`, which
 * lets one line overtake another, cannot do that; `replace` can, in place of nothing at the line's beginning.
 */
export function together(lines: Lines): readonly Stage[] {
  const marked = 'first' in lines ? '' : `(?:${lines.continuation})`;
  return [
    {
      replace: {
        expression: `^()${marked}`,
        replace: `{{ ${JSON.stringify(BEGIN)} }}{{ .${SEEN_AT} }}{{ ${JSON.stringify(END)} }}`,
      },
    },
    {
      multiline: {
        firstline: 'first' in lines ? `^${MARK}(?:${lines.first})` : '^[^\\x01]',
        max_wait_time: '500ms',
        max_lines: MAX_LINES,
      },
    },
    when(
      [['|=', BEGIN]],
      [
        { regex: { expression: `^\\x01(?P<${MARKED_AT}>[^\\x02]*)\\x02` } },
        {
          template: {
            source: SEEN_AT,
            template: `{{ if .${MARKED_AT} }}{{ .${MARKED_AT} }}{{ else }}{{ .Value }}{{ end }}`,
          },
        },
        { timestamp: { source: MARKED_AT, format: 'RFC3339Nano', action_on_failure: 'skip' } },
        { replace: { expression: `(${MARK})`, replace: '' } },
      ],
    ),
  ];
}

/**
 * Puts a line that announces the next one together with it, whatever the next one is.
 *
 * `multiline` sees one line at a time, and so cannot know that. The stage `cri`, which comes next, can: it waits for the rest
 * of a line that the container runtime has cut. So such a line is made one that is cut, after its end.
 *
 * @param announcing - the lines of standard error that do, whole, in RE2.
 */
export function withNextLine(announcing: readonly string[]): Stage {
  return {
    replace: {
      // Begins with a text: that is looked for fast.
      expression: ` stderr (F) (?:${announcing.join('|')})()$`,
      replace: '{{ if .Value }}P{{ else }}{{ "\\n" }}{{ end }}',
    },
  };
}
