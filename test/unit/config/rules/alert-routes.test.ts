/** Routes and inhibitions of alerts, judged by the alerts that a stack has. */
import type { Problem } from '../../../../src/config';
import { configWith, problemsOf } from '../../../support/config';
import { EGRESS, type Input, PROD } from './rows';

type Embedded = Omit<Extract<NonNullable<Input['alertmanager']>, { readonly type: 'embedded' }>, 'type'>;

const OPERATORS = { name: 'operators', type: 'discord', egress: EGRESS } as const;
const CHAT = { name: 'chat', type: 'discord', egress: EGRESS } as const;
const CRITICAL = { severities: ['critical'] } as const;
const WARNING = { severities: ['warning'] } as const;
const ALL_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const prod = (alertmanager: Embedded, more: Input = {}): Input => ({
  ...PROD,
  environment: 'prod',
  alertmanager: { type: 'embedded', receivers: [OPERATORS], ...alertmanager },
  ...more,
});
const accepted = (input: Input): void => expect(() => configWith(input)).not.toThrow();
/** The one problem of a config. */
const problemOf = (input: Input): Problem => {
  const [problem, ...others] = problemsOf({ environment: 'dev', ...input });
  expect(others).toEqual([]);
  if (problem === undefined) throw new Error('Expected a problem.');
  return problem;
};

describe('in prod, somebody is told of every critical alert', () => {
  const RULE = /^in prod somebody is told of every critical alert; here nobody ever is of /;

  it.each<readonly [string, Embedded, string]>([
    ['a route to none', { routes: [{ receiver: 'none', ...CRITICAL }] }, 'alertmanager.routes[0]'],
    [
      'a route to none that takes all, before the right one',
      { routes: [{ receiver: 'none', severities: ['critical', 'warning', 'info'], continue: false }] },
      'alertmanager.routes[0]',
    ],
    [
      'a fallback of none, and routes for what matters less',
      { fallback: 'none', routes: [{ receiver: 'operators', ...WARNING }] },
      'alertmanager.fallback',
    ],
    [
      'a mute time of all days',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['always'] }],
        muteTimes: [{ name: 'always', days: [...ALL_DAYS] }],
      },
      'alertmanager.routes[0]',
    ],
    [
      'a mute time of all hours but a minute',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['always'] }],
        muteTimes: [{ name: 'always', hours: { from: '00:00', to: '23:59' } }],
      },
      'alertmanager.routes[0]',
    ],
    [
      'mute times that are all hours together, in two time zones',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['days', 'nights', 'weekends'] }],
        muteTimes: [
          { name: 'days', days: ALL_DAYS.slice(0, 5), hours: { from: '06:00', to: '22:00' } },
          { name: 'nights', hours: { from: '21:00', to: '09:00' }, timeZone: 'Europe/Berlin' },
          { name: 'weekends', days: ['saturday', 'sunday'] },
        ],
      },
      'alertmanager.routes[0]',
    ],
    [
      'a route that is active at no time that is not mute',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, active: ['days'], mute: ['all-day'] }],
        muteTimes: [
          { name: 'days', hours: { from: '09:00', to: '17:00' } },
          { name: 'all-day', hours: { from: '08:00', to: '18:00' } },
        ],
      },
      'alertmanager.routes[0]',
    ],
    [
      'a mute time of every month',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['months'] }],
        muteTimes: [
          {
            name: 'months',
            daysOfMonth: [
              { from: 1, to: 15 },
              { from: 16, to: 31 },
            ],
          },
        ],
      },
      'alertmanager.routes[0]',
    ],
    [
      'a route to none by a matcher',
      { routes: [{ receiver: 'none', matchers: ['severity=~"crit.*"'] }] },
      'alertmanager.routes[0]',
    ],
    [
      'a route that goes on, and nowhere to go on to',
      { fallback: 'operators', routes: [{ receiver: 'none', ...CRITICAL, continue: true }] },
      'alertmanager.routes[0]',
    ],
  ])('given %s, the config is refused', (_, alertmanager, path) => {
    const problem = problemOf(prod(alertmanager));
    expect(problem).toMatchObject({ path, rule: expect.stringMatching(RULE) as string });
    expect(problem.rule).toContain('HighErrorRate');
  });

  it.each<readonly [string, Embedded]>([
    ['no routes', {}],
    ['nobody at all, in so many words', { receivers: [], fallback: 'none' }],
    [
      'a route to none behind one that tells',
      {
        routes: [
          { receiver: 'operators', ...CRITICAL },
          { receiver: 'none', ...WARNING },
        ],
      },
    ],
    [
      'a route to none that goes on to one that tells',
      {
        routes: [
          { receiver: 'none', ...CRITICAL, continue: true },
          { receiver: 'operators', ...CRITICAL },
        ],
      },
    ],
    ['a critical alert that is silenced by its name', { routes: [{ receiver: 'none', alerts: ['HighErrorRate'] }] }],
    [
      'critical alerts of one source that are silenced',
      { routes: [{ receiver: 'none', ...CRITICAL, labels: { job: 'batch' } }] },
    ],
    [
      'a mute time of all days but the last of a month',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['month'] }],
        muteTimes: [{ name: 'month', daysOfMonth: [{ from: -31, to: -2 }] }],
      },
    ],
    [
      'nights of the week, which leave the rest of Monday morning',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['nights', 'days'] }],
        muteTimes: [
          {
            name: 'nights',
            days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
            hours: { from: '20:00', to: '08:00' },
          },
          { name: 'days', hours: { from: '08:00', to: '20:00' } },
        ],
      },
    ],
    [
      'a route that is active in working hours',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, active: ['days'] }],
        muteTimes: [{ name: 'days', hours: { from: '09:00', to: '17:00' } }],
      },
    ],
    [
      'a route to none that a matcher narrows to a source',
      { routes: [{ receiver: 'none', ...CRITICAL, matchers: ['namespace=~"batch-.*"'] }] },
    ],
    [
      'a route to none for all but what is critical',
      { routes: [{ receiver: 'none', matchers: ['severity!="critical"'] }] },
    ],
    [
      'mute times that leave the mornings',
      {
        routes: [{ receiver: 'operators', ...CRITICAL, mute: ['days'] }],
        muteTimes: [{ name: 'days', hours: { from: '09:00', to: '08:30' } }],
      },
    ],
  ])('given %s, it is taken', (_, alertmanager) => {
    accepted(prod(alertmanager));
  });

  it('of each tenant', () => {
    const tenants = [
      { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
      { name: 'audit', write: ['a'], read: ['b'] },
    ];
    const rule = {
      name: 'AuditTrailEmpty',
      expr: 'absent_over_time({job="login"}[1h])',
      severity: 'critical',
      tenant: 'audit',
      summary: 'Nothing was written',
      description: 'No line in an hour',
      runbook: 'https://wiki.example.com/audit',
    } as const;
    const more: Input = { auth: { loki: { tenants } }, alerting: { rules: [rule] } };
    const silenced = prod({ routes: [{ receiver: 'none', tenants: ['audit'] }] }, more);
    expect(problemOf(silenced).rule).toMatch(/here nobody ever is of AuditTrailEmpty$/);
    accepted(prod({ routes: [{ receiver: 'none', tenants: ['audit'], severities: ['warning'] }] }, more));
  });

  it('elsewhere nobody has to be', () => {
    accepted({
      alertmanager: { type: 'embedded', receivers: [OPERATORS], routes: [{ receiver: 'none', ...CRITICAL }] },
    });
  });
});

describe('in prod, what matters less silences no critical alert', () => {
  it.each<readonly [string, Embedded['inhibit']]>([
    ['an info', [{ while: { severities: ['info'] }, silence: CRITICAL }]],
    ['a warning or a critical one', [{ while: { severities: ['warning', 'critical'] }, silence: CRITICAL }]],
    ['a warning by its name', [{ while: { alerts: ['SlowQueries'] }, silence: CRITICAL }]],
    ['alerts of a job, whatever they are', [{ while: { labels: { job: 'batch' } }, silence: CRITICAL }]],
  ])('given an inhibition by %s, the config is refused', (_, inhibit) => {
    expect(problemOf(prod({ ...(inhibit === undefined ? {} : { inhibit }) }))).toMatchObject({
      path: 'alertmanager.inhibit[0].while',
      rule: expect.stringMatching(
        /^in prod only critical alerts silence critical ones; .+ would silence .+$/,
      ) as string,
      remedy: 'write severities: [critical] in while, or severities: [warning, info] in silence',
    });
  });

  it.each<readonly [string, Embedded['inhibit']]>([
    ['a critical one', [{ while: CRITICAL, silence: CRITICAL }]],
    ['a critical one by its name', [{ while: { alerts: ['HighErrorRate'] }, silence: CRITICAL }]],
    ['an info, of warnings', [{ while: { severities: ['info'] }, silence: WARNING }]],
    [
      'a cause of an effect, both by name',
      [{ while: { alerts: ['SlowQueries'] }, silence: { alerts: ['HighErrorRate'] } }],
    ],
  ])('given an inhibition by %s, it is taken', (_, inhibit) => {
    accepted(prod({ ...(inhibit === undefined ? {} : { inhibit }) }));
  });
});

describe('a route is there for something', () => {
  const routed = (...routes: NonNullable<Embedded['routes']>): Input => ({
    alertmanager: { type: 'embedded', receivers: [OPERATORS, CHAT], fallback: 'operators', routes },
  });

  it('given one behind a route that takes all, it is refused', () => {
    expect(problemOf(routed({ receiver: 'operators' }, { receiver: 'chat', ...CRITICAL }))).toEqual({
      path: 'alertmanager.routes[1]',
      received: expect.stringContaining('"receiver":"chat"') as string,
      rule: 'a route that an alert comes to: alertmanager.routes[0] already takes all that it is for',
      remedy: 'move it before alertmanager.routes[0], or write continue: true there',
    });
    accepted(routed({ receiver: 'operators', continue: true }, { receiver: 'chat', ...CRITICAL }));
    accepted(routed({ receiver: 'chat', ...CRITICAL }, { receiver: 'operators' }));
  });

  it('given one whose alerts two routes before it take, it is refused, too', () => {
    const { path, rule } = problemOf(
      routed(
        { receiver: 'operators', ...CRITICAL },
        { receiver: 'operators', severities: ['warning', 'info'] },
        { receiver: 'chat', tenants: ['spywatcher'] },
      ),
    );
    expect(path).toBe('alertmanager.routes[2]');
    expect(rule).toContain('alertmanager.routes[0] and alertmanager.routes[1] already take all');
  });

  it('given one before it that takes some, by a label, it is taken', () => {
    accepted(routed({ receiver: 'operators', labels: { job: 'nginx' } }, { receiver: 'chat', ...CRITICAL }));
  });

  it('given one for alerts that are still to come, it is taken', () => {
    accepted(routed({ receiver: 'operators', ...CRITICAL }, { receiver: 'chat', severities: ['info'] }));
  });
});

describe('an alert that routes and inhibitions name is one', () => {
  const named = (routes: readonly string[], inhibit: readonly string[] = []): Input => ({
    alertmanager: {
      type: 'embedded',
      receivers: [OPERATORS],
      routes: routes.map((name) => ({ receiver: 'operators', alerts: [name] })),
      inhibit: inhibit.map((name) => ({ while: { alerts: [name] }, silence: WARNING })),
    },
  });

  it.each([
    ['HighErorRate', 'did you mean HighErrorRate?'],
    ['LokiLoosesLines', 'did you mean LokiLosesLines?'],
    ['SomethingElse', 'remove it'],
  ])('given %s, it is refused, and the nearest one is said', (name, remedy) => {
    const rule =
      'the name of an alert: a built-in one of docs/runbooks.md, or one of alerting.rules and alerting.files';
    const received = `"${name}"`;
    expect(problemOf(named([name]))).toEqual({ path: 'alertmanager.routes[0].alerts[0]', received, rule, remedy });
    const path = 'alertmanager.inhibit[0].while.alerts[0]';
    expect(problemOf(named([], [name]))).toEqual({ path, received, rule, remedy });
  });

  it('given one about lines, about metrics, of a program or an agent that the stack has not, or one that is off, it is taken', () => {
    accepted({
      ...named(['HighErrorRate', 'LokiLosesLines', 'CanaryLosesLines', 'AgentQueueTooOld', 'SlowQueries']),
      alerting: { disabled: ['SlowQueries'] },
    });
  });

  it('given one of the stack’s own rules and rule files, it is taken', () => {
    const rule = { name: 'Own', expr: 'absent({job="x"})', severity: 'info', summary: 's', description: 'd' } as const;
    const content = `groups: [{ name: a, rules: [{ alert: Filed, expr: 'sum(rate({job="login"}[5m])) > 1', labels: { severity: info }, annotations: { summary: a, description: b, runbook_url: 'https://wiki.example.com/a' } }] }]`;
    accepted({
      ...named(['Own', 'Filed']),
      alerting: {
        rules: [{ ...rule, expr: 'absent_over_time({job="x"}[5m])', runbook: 'https://wiki.example.com/x' }],
        files: [{ path: 'a.yaml', content }],
      },
    });
  });
});

describe('a matcher that no alert fulfils', () => {
  it.each([
    ['alertname="HighErorRate"', 'alertname', 'did you mean HighErrorRate?'],
    ['alertname=~"Nothing.*"', 'alertname', 'remove it'],
    ['severity="criticl"', 'severity', 'did you mean critical?'],
    ['tenant=~"nobody|else"', 'tenant', 'remove it'],
  ])('given %s, it is refused', (matcher, label, remedy) => {
    const routes = [{ receiver: 'operators', matchers: [matcher] }];
    expect(problemOf({ alertmanager: { type: 'embedded', receivers: [OPERATORS], routes } })).toEqual({
      path: 'alertmanager.routes[0].matchers[0]',
      received: JSON.stringify(matcher),
      rule: `a matcher that an alert of the stack fulfils; none has such a ${label}`,
      remedy,
    });
  });

  it.each(['alertname=~"High.*"', 'alertname!="HighErrorRate"', 'tenant=""', 'namespace="nothing-known"'])(
    'given %s, it is taken',
    (matcher) => {
      const routes = [{ receiver: 'operators', matchers: [matcher] }];
      accepted({ alertmanager: { type: 'embedded', receivers: [OPERATORS], routes } });
    },
  );

  it('in an inhibition, it is refused on both sides', () => {
    const side = { matchers: ['severity="fatal"'] };
    const inhibit = [{ while: side, silence: side }];
    const paths = problemsOf({ environment: 'dev', alertmanager: { type: 'embedded', inhibit } }).map(
      ({ path }) => path,
    );
    expect(paths).toEqual(['alertmanager.inhibit[0].while.matchers[0]', 'alertmanager.inhibit[0].silence.matchers[0]']);
  });
});

test.each([
  ['no quotes', 'namespace=shop', 'a matcher of one label: its name, one of = != =~ !~, and a value in double quotes'],
  ['two matchers', 'a="b", c="d"', 'a matcher of one label: its name, one of = != =~ !~, and a value in double quotes'],
  [
    'what RE2 cannot read',
    'a=~"(?=b)"',
    'a regular expression in RE2 syntax: no look-around, no back-references; RE2 says: invalid or unsupported Perl syntax: `(?=`',
  ],
  ['an escape that Go does not know', String.raw`a="\d"`, 'a text with escapes that Go knows'],
  ['an end of a line', String.raw`a="\u2028"`, 'a text without control characters and line separators: U+2028'],
])('given a matcher with %s, it is refused', (_, matcher, rule) => {
  const routes = [{ receiver: 'operators', matchers: [matcher] }];
  expect(problemOf({ alertmanager: { type: 'embedded', receivers: [OPERATORS], routes } })).toMatchObject({
    path: 'alertmanager.routes[0].matchers[0]',
    rule,
  });
});
