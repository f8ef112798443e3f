/** Leaves out what the container runtime wrote before a moment: another agent has sent it. */
import { BEFORE_SINCE } from '../drop-rules';
import type { Stage } from './stage';

/** As Go writes the layout of the runtime's times. */
const LAYOUT = '2006-01-02T15:04:05.999999999Z07:00';
const KEY = 'before_since';

/** Stages behind that which reads the runtime's time. @param since - the moment, to the second */
export function leaveOutBefore(since: string | undefined): readonly Stage[] {
  if (since === undefined) return [];
  const seconds = Date.parse(since) / 1000;
  return [
    // A stage that drops what is old knows ages alone. A key without a text is none.
    {
      template: {
        source: KEY,
        template: `{{ if lt (toDate "${LAYOUT}" .time | unixEpoch | int64) ${seconds} }}${BEFORE_SINCE}{{ end }}`,
      },
    },
    { drop: { source: KEY, value: BEFORE_SINCE, drop_counter_reason: BEFORE_SINCE } },
  ];
}
