/** When mute times are in force, as Alertmanager reckons it. */
import { type Day, dayAfter, DAYS, daysInMonth, MONTHS } from './calendar';
import type { Alertmanager } from './schema';

type MuteTime = Alertmanager['muteTimes'][number];

const MINUTE = 60_000;
/** A shorter gap between two mute times is none: within `groupInterval`, nothing may be sent in it. */
const STEP = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;
/** A week in winter and one in summer, for time zones that move their clocks. */
const WEEKS = ['2025-01-06T00:00:00Z', '2025-07-07T00:00:00Z'].map(Date.parse);
/** A leap year, for times that not every week has. */
const YEAR = Date.parse('2028-01-01T00:00:00Z');

/** Whether a route with these leaves no time in which anybody is told. */
export function isAlwaysMute(mute: readonly MuteTime[], active: readonly MuteTime[]): boolean {
  const [mutes, actives] = [mute, active].map((times) => times.map(containsOf));
  const isMute = (time: number): boolean =>
    mutes?.some((contains) => contains(time)) === true ||
    (active.length > 0 && actives?.some((contains) => contains(time)) !== true);
  if (mute.length + active.length === 0) return false;
  const isOfTheYear = [...mute, ...active].some(({ daysOfMonth, months }) => daysOfMonth.length + months.length > 0);
  return (isOfTheYear ? steps(YEAR, 366 * DAY) : WEEKS.flatMap((start) => steps(start, WEEK))).every(isMute);
}

function steps(start: number, length: number): readonly number[] {
  return Array.from({ length: length / STEP }, (_, index) => start + index * STEP);
}

/** Two times of a day, as text with as many digits, compare as they follow each other. */
function containsOf({ days, hours, daysOfMonth, months, timeZone }: MuteTime): (time: number) => boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...({ weekday: 'long', day: 'numeric', month: 'numeric', year: 'numeric' } as const),
    ...({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const),
  });
  return (time) => {
    const parts = new Map(clock.formatToParts(time).map(({ type, value }) => [type, value]));
    const numberOf = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const month = MONTHS[numberOf('month') - 1];
    const inMonth = daysInMonth(numberOf('year'), numberOf('month'));
    const dayOf = (written: number): number => (written < 0 ? inMonth + written + 1 : written);
    const day = numberOf('day');
    const today = DAYS.find((name) => name === parts.get('weekday')?.toLowerCase());
    const now = `${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}`;
    const isOn = (weekday: Day): boolean => days.length === 0 || days.includes(weekday);

    if (today === undefined || (months.length > 0 && !months.some((name) => name === month))) return false;
    if (daysOfMonth.length > 0 && !daysOfMonth.some(({ from, to }) => day >= dayOf(from) && day <= dayOf(to)))
      return false;
    if (hours === undefined) return isOn(today);
    const { from, to } = hours;
    if (to >= from) return isOn(today) && now >= from && now < to;
    // The end belongs to the day after.
    return now >= from ? isOn(today) : now < to && DAYS.some((before) => dayAfter(before) === today && isOn(before));
  };
}
