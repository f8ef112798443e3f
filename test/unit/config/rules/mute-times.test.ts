/** Times at which routes are mute or active. */
import { problemsOf } from '../../../support/config';
import { EGRESS, type Input, testRules } from './rows';

type Embedded = Omit<Extract<NonNullable<Input['alertmanager']>, { readonly type: 'embedded' }>, 'type'>;

const embedded = (alertmanager: Embedded): Input => ({ alertmanager: { type: 'embedded', ...alertmanager } });
const DISCORD = { name: 'operators', type: 'discord', egress: EGRESS } as const;
const NIGHTS = { name: 'nights', hours: { from: '22:00', to: '06:00' } } as const;
const route = (times: object): Input =>
  embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', ...times }], muteTimes: [NIGHTS] });

testRules([
  ...(['mute', 'active'] as const).map((key) => ({
    rule: 'a name of alertmanager.muteTimes',
    broken: route({ [key]: ['night'] }),
    path: `alertmanager.routes[0].${key}[0]`,
    received: '"night"',
    remedy: 'add it to alertmanager.muteTimes',
    kept: route({ [key]: ['nights'] }),
  })),
  {
    rule: 'a name that a mute time has alone',
    broken: embedded({ muteTimes: [NIGHTS, NIGHTS] }),
    path: 'alertmanager.muteTimes[1].name',
    received: '"nights"',
    remedy: 'rename one of the two',
    kept: embedded({ muteTimes: [NIGHTS, { ...NIGHTS, name: 'mornings' }] }),
  },
  {
    rule: 'days, hours, daysOfMonth or months: without any it would never end',
    broken: embedded({ muteTimes: [{ name: 'always' }] }),
    path: 'alertmanager.muteTimes[0]',
    received: '{"name":"always","days":[],"daysOfMonth":[],"months":[],"timeZone":"UTC"}',
    remedy: 'add days or hours; to tell nobody at all, write a route with receiver: none',
    kept: embedded({ muteTimes: [{ name: 'august', months: ['august'] }] }),
  },
  {
    rule: 'two times of a day, none of which is its other end',
    broken: embedded({ muteTimes: [{ name: 'nights', hours: { from: '22:00', to: '00:00' } }] }),
    path: 'alertmanager.muteTimes[0].hours',
    received: '{"from":"22:00","to":"00:00"}',
    remedy: "write the begin of a day as from: '00:00' and its end as to: '24:00'",
    kept: embedded({ muteTimes: [{ name: 'nights', hours: { from: '22:00', to: '24:00' } }] }),
  },
  {
    rule: 'hours of one day beside daysOfMonth or months: after midnight it is another day, and may be another month',
    broken: embedded({ muteTimes: [{ ...NIGHTS, months: ['august'] }] }),
    path: 'alertmanager.muteTimes[0].hours',
    received: '{"from":"22:00","to":"06:00"}',
    remedy: "write two times, one to '24:00' and one from '00:00'",
    kept: embedded({ muteTimes: [{ ...NIGHTS, hours: { from: '00:00', to: '06:00' }, months: ['august'] }] }),
  },
  ...[
    { from: 7, to: 1 },
    { from: -7, to: 1 },
  ].map((days) => ({
    rule: 'a first and a last day in their order, both counted from the same end of the month',
    broken: embedded({ muteTimes: [{ name: 'week', daysOfMonth: [days] }] }),
    path: 'alertmanager.muteTimes[0].daysOfMonth[0]',
    received: JSON.stringify(days),
    remedy: 'write for example { from: 1, to: 7 }, or { from: -7, to: -1 } for the last week',
    kept: embedded({ muteTimes: [{ name: 'week', daysOfMonth: [{ from: -7, to: -1 }] }] }),
  })),
]);

test.each([
  ['a zone that is an abbreviation', { name: 'nights', days: ['monday'], timeZone: 'CET2' }, 'timeZone'],
  ['an hour without its zero', { name: 'nights', hours: { from: '7:00', to: '09:00' } }, 'hours.from'],
  ['a day in short', { name: 'nights', days: ['mon'] }, 'days[0]'],
  ['a month as a number', { name: 'nights', months: ['12'] }, 'months[0]'],
  ['a day of no month', { name: 'nights', daysOfMonth: [{ from: 0, to: 32 }] }, 'daysOfMonth[0].from'],
])('given %s, it is refused', (_, muteTime, path) => {
  const problems = problemsOf({ environment: 'dev', alertmanager: { type: 'embedded', muteTimes: [muteTime] } });
  expect(problems[0]?.path).toBe(`alertmanager.muteTimes[0].${path}`);
});
