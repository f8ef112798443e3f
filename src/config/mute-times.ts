/** When mute times are in force, as Alertmanager reckons it. */
import type { Alertmanager } from './schema';

type MuteTime = Alertmanager['muteTimes'][number];

const MINUTE = 60_000;
/** A shorter gap between two mute times is none: within `groupInterval`, nothing may be sent in it. */
const STEP = 15 * MINUTE;
const WEEK = 7 * 24 * 60 * MINUTE;
/** A week in winter and one in summer, for time zones that move their clocks. */
const WEEKS = ['2025-01-06T00:00:00Z', '2025-07-07T00:00:00Z'].map(Date.parse);

/** Whether these together leave no time in which anybody is told. */
export function coverAllTime(muteTimes: readonly MuteTime[]): boolean {
  const mutes = muteTimes.map(muteOf);
  return mutes.length > 0 && WEEKS.every((start) => steps(start).every((time) => mutes.some((isMute) => isMute(time))));
}

function steps(start: number): readonly number[] {
  return Array.from({ length: WEEK / STEP }, (_, index) => start + index * STEP);
}

/** Two times of a day, as text with as many digits, compare as they follow each other. */
function muteOf({ days, hours, timeZone }: MuteTime): (time: number) => boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (time) => {
    const parts = new Map(clock.formatToParts(time).map(({ type, value }) => [type, value]));
    const day = parts.get('weekday')?.toLowerCase() ?? '';
    const now = `${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}`;
    if (days.length > 0 && !days.some((name) => name === day)) return false;
    if (hours === undefined) return true;
    const { from, to } = hours;
    return to < from ? now >= from || now < to : now >= from && now < to;
  };
}
