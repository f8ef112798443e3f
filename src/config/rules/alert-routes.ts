/** Rules on who is told of which alert. Every alert of the stack is routed and inhibited as Alertmanager would. */
import { SEVERITIES } from '../severity';
import { builtInLogAlerts, builtInMetricAlerts, type KnownAlert, knownAlerts } from '../known-alerts';
import { isAlwaysMute } from '../mute-times';
import { formatPath, type Problem } from '../problem';
import type { Alertmanager, StackConfig } from '../schema';
import { fulfils, type Matcher } from '../selector';
import { closest } from '../suggest';
import { NOBODY } from './alertmanager';
import { problem, type Rule, when } from './rule';

type Conditions = Alertmanager['inhibit'][number]['while'];
type Route = Alertmanager['routes'][number];

const SECTION = 'alertmanager';
/** The severity that must reach somebody in prod. */
const TOLD = 'critical';
/** Sections that decide which alerts a stack has, and for which tenants. */
const READS = [
  'environment',
  SECTION,
  'alerting',
  'auth.loki',
  'agent.credential',
  'monitoring',
  'deployment.mode',
  'gateway.tls',
  'canary',
];

export const alertRouteRules: readonly Rule[] = [
  {
    reads: READS,
    check: (config) => {
      const { alertmanager, environment } = config;
      if (alertmanager.type !== 'embedded') return [];
      const { routes, inhibit, fallback } = alertmanager;
      if (routes.length === 0 && inhibit.length === 0 && fallback !== NOBODY) return [];
      const alerts = knownAlerts(config);
      return [
        ...unknownNames(alertmanager, alerts, config),
        ...routes.flatMap((_, index) => shadowed(routes, index, alerts)),
        ...(environment === 'prod' ? [...untold(alertmanager, alerts), ...silencedByLess(alertmanager, alerts)] : []),
      ];
    },
  },
];

function unknownNames(
  { routes, inhibit }: Alertmanager,
  alerts: readonly KnownAlert[],
  config: StackConfig,
): readonly Problem[] {
  const sides = [
    ...routes.map((route, index) => [[SECTION, 'routes', index], route] as const),
    ...inhibit.flatMap((rule, index) =>
      (['while', 'silence'] as const).map((side) => [[SECTION, 'inhibit', index, side], rule[side]] as const),
    ),
  ];
  if (sides.every(([, { alerts: names, matchers }]) => names.length + matchers.length === 0)) return [];
  const known = [...builtInLogAlerts(config), ...builtInMetricAlerts(config), ...alerts.map(({ name }) => name)];
  return sides.flatMap(([path, conditions]) => [
    ...conditions.alerts.flatMap((name, at) =>
      when(!known.includes(name), () => unknownAlert([...path, 'alerts', at], name, known)),
    ),
    ...conditions.matchers.flatMap((matcher, at) => unmatched([...path, 'matchers', at], matcher, known, config)),
  ]);
}

/** A matcher that demands of a label what no alert of the stack has. */
function unmatched(
  path: readonly PropertyKey[],
  matcher: Matcher,
  names: readonly string[],
  { auth }: StackConfig,
): readonly Problem[] {
  const values: Readonly<Record<string, readonly string[]>> = {
    alertname: names,
    severity: SEVERITIES,
    tenant: [...auth.loki.tenants.map(({ name }) => name), ''],
  };
  const has = Object.hasOwn(values, matcher.label) ? values[matcher.label] : undefined;
  if (has === undefined || has.some((value) => fulfils(value, matcher) === true)) return [];
  const similar = closest(matcher.value, has);
  return [
    problem(
      path,
      `${matcher.label}${matcher.operator}${JSON.stringify(matcher.value)}`,
      `a matcher that an alert of the stack fulfils; none has such a ${matcher.label}`,
      similar === undefined || similar === '' ? 'remove it' : `did you mean ${similar}?`,
    ),
  ];
}

function unknownAlert(path: readonly PropertyKey[], name: string, known: readonly string[]): Problem {
  const similar = closest(name, known);
  return problem(
    path,
    name,
    'the name of an alert: a built-in one of docs/runbooks.md, or one of alerting.rules and alerting.files',
    similar === undefined ? 'remove it' : `did you mean ${similar}?`,
  );
}

/** Whether an alert meets conditions. `maybe`: a label decides that the alert's expression may set. */
function meets({ name, labels }: KnownAlert, conditions: Conditions): 'yes' | 'no' | 'maybe' {
  const has: Readonly<Record<string, string | undefined>> = { ...labels, alertname: name };
  const wanted: readonly Wanted[] = [
    ...oneOf('severity', conditions.severities),
    ...oneOf('tenant', conditions.tenants),
    ...oneOf('alertname', conditions.alerts),
    ...Object.entries(conditions.labels).flatMap(([label, value]) => oneOf(label, [value])),
    ...conditions.matchers.map((matcher) => ({
      label: matcher.label,
      accepts: (value: string) => fulfils(value, matcher) === true,
    })),
  ];
  const answers = wanted.map(({ label, accepts }) => {
    const value = has[label];
    return value === undefined ? 'maybe' : accepts(value) ? 'yes' : 'no';
  });
  return answers.includes('no') ? 'no' : answers.includes('maybe') ? 'maybe' : 'yes';
}

/** What is wanted of one label. */
interface Wanted {
  readonly label: string;
  readonly accepts: (value: string) => boolean;
}

function oneOf(label: string, values: readonly string[]): readonly Wanted[] {
  return values.length === 0 ? [] : [{ label, accepts: (value) => values.includes(value) }];
}

/** Routes that an alert can reach, in their order, and whether it can also reach the fallback. */
export function routesOf(
  alert: KnownAlert,
  routes: readonly Route[],
): { readonly at: readonly number[]; readonly rest: boolean } {
  const at: number[] = [];
  let rest = true;
  for (const [index, route] of routes.entries()) {
    const answer = meets(alert, route);
    if (answer === 'no') continue;
    at.push(index);
    rest &&= answer === 'maybe';
    if (answer === 'yes' && !route.continue) break;
  }
  return { at, rest };
}

/** A route that nothing reaches, because earlier routes take every alert that it matches. */
function shadowed(routes: readonly Route[], index: number, alerts: readonly KnownAlert[]): readonly Problem[] {
  const route = routes[index];
  if (route === undefined) return [];
  // A route that matches no alert may be for a future one. After a route that takes everything, it cannot be.
  const meant = alerts.filter((alert) => meets(alert, route) !== 'no');
  const any: KnownAlert = { name: '', labels: {} };
  const comes = (alert: KnownAlert): boolean => routesOf(alert, routes.slice(0, index + 1)).at.includes(index);
  const takers = routes.slice(0, index).flatMap((before, at) => {
    const takes = (alert: KnownAlert): boolean => !before.continue && meets(alert, before) === 'yes';
    return (meant.length === 0 ? [any] : meant).some(takes) ? [formatPath([SECTION, 'routes', at])] : [];
  });
  return when(meant.length === 0 ? takers.length > 0 : !meant.some(comes), () =>
    problem(
      [SECTION, 'routes', index],
      route,
      `a route that an alert comes to: ${takers.join(' and ')} already take${takers.length === 1 ? 's' : ''} all that it is for`,
      `move it before ${takers[0] ?? ''}, or write continue: true there`,
    ),
  );
}

/** Critical alerts that nobody is ever told of, by the entry of the config that causes it. */
function untold(alertmanager: Alertmanager, alerts: readonly KnownAlert[]): readonly Problem[] {
  const { receivers, routes, fallback, muteTimes } = alertmanager;
  // Another rule is about stacks without receivers.
  if (receivers.length === 0) return [];
  const timesOf = (names: readonly string[]) => muteTimes.filter(({ name }) => names.includes(name));
  const isMute = routes.map(({ mute, active }) => isAlwaysMute(timesOf(mute), timesOf(active)));
  const tells = (index: number): boolean => routes[index]?.receiver !== NOBODY && isMute[index] !== true;
  const byPlace = new Map<number | undefined, readonly string[]>();
  for (const alert of alerts.filter(({ labels }) => labels['severity'] === TOLD)) {
    const { at, rest } = routesOf(alert, routes);
    if (at.some(tells) || (rest && fallback !== NOBODY)) continue;
    // A route that names the alert is meant so.
    if (at.some((index) => routes[index]?.alerts.includes(alert.name) === true)) continue;
    const place = rest ? undefined : at.at(-1);
    byPlace.set(place, [...(byPlace.get(place) ?? []), alert.name]);
  }
  return [...byPlace].map(([place, names]) => {
    const all = [...new Set(names)];
    return problem(
      place === undefined ? [SECTION, 'fallback'] : [SECTION, 'routes', place],
      place === undefined ? fallback : routes[place],
      `in prod somebody is told of every critical alert; here nobody ever is of ${listed(all)}`,
      place !== undefined && isMute[place] === true
        ? 'shorten its mute times, or add a route before it with severities: [critical] and a receiver'
        : 'add a route before it with severities: [critical] and a receiver; to silence single alerts, name them in its alerts',
    );
  });
}

/** One alert of each severity, for rules that do not exist yet. */
const STILL_TO_COME: readonly KnownAlert[] = SEVERITIES.map((severity) => ({
  name: `any ${severity} alert`,
  labels: { severity },
}));

/** Inhibitions by which a less important alert silences a critical one. */
function silencedByLess({ inhibit }: Alertmanager, alerts: readonly KnownAlert[]): readonly Problem[] {
  return inhibit.flatMap((rule, index) => {
    // An inhibition that names both alerts is meant so.
    if (rule.while.alerts.length > 0 && rule.silence.alerts.length > 0) return [];
    const of = (conditions: Conditions): readonly KnownAlert[] =>
      [...alerts, ...STILL_TO_COME].filter((alert) => meets(alert, conditions) !== 'no');
    const silenced = of(rule.silence).filter(({ labels }) => labels['severity'] === TOLD);
    const causes = of(rule.while).filter(({ labels }) => labels['severity'] !== TOLD);
    return when(silenced.length > 0 && causes.length > 0, () =>
      problem(
        [SECTION, 'inhibit', index, 'while'],
        rule.while,
        `in prod only critical alerts silence critical ones; ${listed(namesOf(causes))} would silence ${listed(namesOf(silenced))}`,
        `write severities: [critical] in while, or severities: [warning, info] in silence`,
      ),
    );
  });
}

function namesOf(alerts: readonly KnownAlert[]): readonly string[] {
  return [...new Set(alerts.map(({ name }) => name))];
}

/** The first three names, and the number of the others. */
function listed(names: readonly string[]): string {
  const SHOWN = 3;
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
