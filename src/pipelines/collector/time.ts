/** The time of a record: its own, if it is plausible. */
import { SECONDS_AHEAD, SECONDS_BEHIND } from '../time';
import { cached, isNotSet, isThere, literal, set, setFirst, TIME } from './ottl';

/** Where statements put what a record says of its time, and what this is in nanoseconds. */
const [SAID, OWN] = [cached('~said'), cached('~own')];
const SECOND = '1000000000';

/** RFC 3339 in UTC, and with another zone; or milliseconds since 1970, as a text or a number. Most often the first one. */
const USUAL = [
  set(OWN, `UnixNano(Time(${SAID}, "%Y-%m-%dT%H:%M:%SZ", "UTC"))`, `HasSuffix(${SAID}, "Z")`),
  set(OWN, `UnixNano(Time(${SAID}, "%Y-%m-%dT%H:%M:%S%j", "UTC"))`, isNotSet(OWN), `Len(${SAID}) > 19`),
  set(OWN, `Int(${SAID}) * 1000000`, isNotSet(OWN), `Len(${SAID}) == 13`),
  set(OWN, `Int(${SAID}) * 1000000`, isNotSet(OWN), `${SAID} >= 1000000000000.0`, `${SAID} < 10000000000000.0`),
];

/**
 * Takes the time that the record says of itself if it can be believed; else it stays when the line was seen.
 *
 * @param values - the first of them that is there.
 * @param layout - how the source writes times, in C's manner; fractions of a second are read without being told. @default - RFC
 * 3339, or milliseconds since 1970
 */
export function ownTime(values: readonly string[], layout?: string): readonly string[] {
  const read =
    layout === undefined ? USUAL : [set(OWN, `UnixNano(Time(${SAID}, ${literal(layout)}, "UTC"))`, isThere(SAID))];
  return [
    ...setFirst(SAID, values),
    ...read,
    set(
      TIME,
      OWN,
      `${OWN} - ${TIME} >= -${SECONDS_BEHIND} * ${SECOND}`,
      `${OWN} - ${TIME} <= ${SECONDS_AHEAD} * ${SECOND}`,
    ),
  ];
}
