/** Stages that give a record its time: its own, if it is plausible. */
import { FIELDS } from '../../log-model';
import { SECONDS_AHEAD, SECONDS_BEHIND } from '../time';
import type { Stage } from './stage';

/** Extracted value: when the container runtime wrote the line, or, of a file, when it was read. RFC 3339. */
export const SEEN_AT = 'time';

const RFC3339 = '2006-01-02T15:04:05Z07:00';
const RFC3339_NANO = '2006-01-02T15:04:05.000000000Z07:00';

/** Says when the lines of a file were read; the container runtime says it of a pod's by itself. */
export function readNow(): Stage {
  return { template: { source: SEEN_AT, template: `{{ dateInZone "${RFC3339_NANO}" now "UTC" }}` } };
}

/**
 * Takes the extracted `timestamp` as the record's time if it can be believed; else it stays when the line was seen.
 *
 * @param layout - how the source writes times, in Go's manner. @default - RFC 3339, or milliseconds since 1970
 */
export function ownTime(layout?: string): readonly Stage[] {
  return [
    { template: { source: FIELDS.timestamp, template: believable(layout) } },
    { timestamp: { source: FIELDS.timestamp, format: 'RFC3339Nano', action_on_failure: 'skip' } },
  ];
}

/** A believable time → itself as RFC 3339; any other → nothing. */
function believable(layout: string | undefined): string {
  const read =
    layout === undefined
      ? // Thirteen characters are the milliseconds since 1970 until the year 2286, and no RFC 3339.
        `{{ if eq (len $v) 13 }}{{ $v = dateInZone "${RFC3339_NANO}" (dateModify (printf "%sms" $v) (toDate "2006" "1970")) "UTC" }}{{ end }}`
      : `{{ $v = dateInZone "${RFC3339_NANO}" (toDate "${layout}" $v) "UTC" }}`;
  const seconds = (value: string): string => `(unixEpoch (toDate "${RFC3339}" ${value}))`;
  // If both times are in the same minute, in UTC, no date has to be parsed.
  const sameMinute = `{{ if and (hasSuffix "Z" $v) (eq (trunc 16 $v) (trunc 16 .${SEEN_AT})) }}{{ $v }}{{ else }}`;
  return (
    `{{ $v := .Value }}{{ if $v }}${sameMinute}${read}{{ $ahead := sub ${seconds('$v')} ${seconds(`.${SEEN_AT}`)} }}` +
    `{{ if and (ge $ahead -${SECONDS_BEHIND}) (le $ahead ${SECONDS_AHEAD}) }}{{ $v }}{{ end }}{{ end }}{{ end }}`
  );
}
