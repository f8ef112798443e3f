/** Rules on the times at which routes are mute or active. */
import type { Alertmanager } from '../schema';
import { ofEmbedded, repeatedNames } from './of-embedded';
import { problem, type Rule, when } from './rule';

type MuteTime = Alertmanager['muteTimes'][number];

const LIST = ['alertmanager', 'muteTimes'];

export const muteTimeRules: readonly Rule[] = [
  ofEmbedded([LIST.join('.')], ({ muteTimes }) => [
    ...repeatedNames(muteTimes, LIST, 'a mute time'),
    ...muteTimes.flatMap((time, index) => {
      const { days, hours, daysOfMonth, months } = time;
      const path = [...LIST, index];
      return [
        ...when(days.length + daysOfMonth.length + months.length === 0 && hours === undefined, () =>
          problem(
            path,
            time,
            'days, hours, daysOfMonth or months: without any it would never end',
            'add days or hours; to tell nobody at all, write a route with receiver: none',
          ),
        ),
        ...when(
          hours !== undefined && (hours.from === hours.to || hours.from === '24:00' || hours.to === '00:00'),
          () =>
            problem(
              [...path, 'hours'],
              hours,
              'two times of a day, none of which is its other end',
              "write the begin of a day as from: '00:00' and its end as to: '24:00'",
            ),
        ),
        ...when(isOverMidnight(time) && daysOfMonth.length + months.length > 0, () =>
          problem(
            [...path, 'hours'],
            hours,
            'hours of one day beside daysOfMonth or months: after midnight it is another day, and may be another month',
            "write two times, one to '24:00' and one from '00:00'",
          ),
        ),
        ...daysOfMonth.flatMap(({ from, to }, at) =>
          when(from > to || from < 0 !== to < 0, () =>
            problem(
              [...path, 'daysOfMonth', at],
              daysOfMonth[at],
              'a first and a last day in their order, both counted from the same end of the month',
              'write for example { from: 1, to: 7 }, or { from: -7, to: -1 } for the last week',
            ),
          ),
        ),
      ];
    }),
  ]),
  ofEmbedded(['alertmanager.routes', LIST.join('.')], ({ routes, muteTimes }) =>
    routes.flatMap((route, index) =>
      (['mute', 'active'] as const).flatMap((key) =>
        route[key].flatMap((name, at) =>
          when(!muteTimes.some((time) => time.name === name), () =>
            problem(
              ['alertmanager', 'routes', index, key, at],
              name,
              'a name of alertmanager.muteTimes',
              'add it to alertmanager.muteTimes',
            ),
          ),
        ),
      ),
    ),
  ),
];

/** Times of day have the same number of digits, so they are compared as texts. */
function isOverMidnight({ hours }: MuteTime): boolean {
  return hours !== undefined && hours.to < hours.from;
}
