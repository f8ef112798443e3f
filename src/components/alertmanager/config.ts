/** Alertmanager's config file as an object. It has paths of files in place of secrets. */
import type { Alertmanager, StackConfig } from '../../config';
import { type Day, dayAfter } from '../../config/calendar';
import { type HeartbeatSource, heartbeatKey, WATCHDOG } from '../../config/derived/heartbeat';
import { NOBODY } from '../../config/rules/alertmanager';
import { type Duration, formatDuration } from '../../config/units';
import { FROM_ENVIRONMENT, receiver, RECEIVERS, type Yaml } from './receivers';
import { agentOf, LOKI } from '../kit/identity';

/** Folder of the pod with its config and templates. */
export const CONFIG = '/etc/alertmanager/config';
/** What it has to know of the rest of the stack. */
type StackPart = Pick<StackConfig, 'agent' | 'deployment' | 'network'>;
type Conditions = Alertmanager['inhibit'][number]['while'];

/**
 * A critical alert always silences the warning of the same name. Labels of the source are compared, so that one pod's alert
 * does not silence another pod's.
 */
const CRITICAL_SILENCES_WARNING = {
  source_matchers: ['severity="critical"'],
  target_matchers: ['severity=~"warning|info"'],
  equal: ['alertname', 'tenant', 'job', 'namespace', 'pod', 'instance'],
};

/** Alerts that fire when lines do not arrive, or cannot be read. */
const LINES_MISSING = ['CanaryLosesLines', 'CanaryLinesLate', 'SourceSilent'];
const LOKI_UNREACHABLE = [
  ...LINES_MISSING,
  ...['CanarySlow', 'CanarySilent', 'GatewayServerErrors', 'AgentCannotDeliver', 'AgentBehind'],
];

/** The alert on a missing program always silences the alerts that follow from it. Nothing follows from one missing member of a ring. */
function causesSilenceEffects({
  agent,
  deployment: { mode },
}: Pick<StackConfig, 'agent' | 'deployment'>): readonly Yaml[] {
  const gone = (job: string, alerts: readonly string[], effects: readonly string[]): Yaml => ({
    source_matchers: [...oneOf('alertname', alerts), ...oneOf('job', [job])],
    target_matchers: [...oneOf('alertname', effects)],
  });
  return [
    gone(LOKI.name, mode === 'ha' ? ['TargetMissing'] : ['TargetDown', 'TargetMissing'], LOKI_UNREACHABLE),
    gone(agentOf({ agent }).name, ['TargetMissing'], LINES_MISSING),
  ];
}

/** `alertmanager.yml`, with these sources of the heartbeat. */
export function alertmanagerConfig(
  props: Alertmanager,
  stack: StackPart,
  heartbeats: readonly HeartbeatSource[],
): Yaml {
  const { receivers, routes, fallback, groupBy, groupWait, groupInterval, repeatInterval, inhibit, muteTimes } = props;
  const isProxied = stack.network.proxy !== undefined;
  // Watchdog always fires. It must neither inhibit others nor be inhibited.
  const notHeartbeat = heartbeats.length === 0 ? [] : [`alertname!="${WATCHDOG}"`];
  return {
    ...(isProxied ? { global: { http_config: FROM_ENVIRONMENT } } : {}),
    templates: [`${CONFIG}/*.tmpl`],
    route: {
      receiver: fallback ?? receivers[0]?.name ?? NOBODY,
      ...grouping({ groupBy, groupWait, groupInterval, repeatInterval }),
      routes: [
        ...heartbeatRoutes(props, heartbeats),
        ...routes.map(({ receiver: name, continue: goesOn, mute, active, ...route }) => ({
          receiver: name,
          ...(matchers(route).length === 0 ? {} : { matchers: matchers(route) }),
          ...(goesOn ? { continue: true } : {}),
          ...(mute.length === 0 ? {} : { mute_time_intervals: [...mute] }),
          ...(active.length === 0 ? {} : { active_time_intervals: [...active] }),
          ...grouping(route),
        })),
      ],
    },
    inhibit_rules: [
      CRITICAL_SILENCES_WARNING,
      ...causesSilenceEffects(stack),
      ...inhibit.map(({ while: source, silence, equal }) => ({
        source_matchers: [...matchers(source), ...notHeartbeat],
        target_matchers: [...matchers(silence), ...notHeartbeat],
        ...(equal.length === 0 ? {} : { equal: [...equal] }),
      })),
    ],
    ...(muteTimes.length === 0 ? {} : { time_intervals: muteTimes.map(timeInterval) }),
    receivers: [
      { name: NOBODY },
      ...heartbeats.map(heartbeatKey).map((name) => ({
        name,
        // The outside service reports a missing heartbeat. A message that Watchdog is over would count as one.
        webhook_configs: [{ send_resolved: false, url_file: `${RECEIVERS}/${name}` }],
      })),
      ...receivers.map((one) => receiver(one, isProxied)),
    ],
  };
}

/** Looks in one interval. Alertmanager repeats a message at the first look after `repeat_interval` has passed. */
const HEARTBEAT_LOOKS = 5;

/**
 * The route of the heartbeat comes before all others, and they do not see it. The message goes out at once, then with every
 * `interval`, less half a look: the time counts from the delivery of the last message, which is after its look.
 */
function heartbeatRoutes({ heartbeat }: Alertmanager, sources: readonly HeartbeatSource[]): readonly Yaml[] {
  if (heartbeat === undefined) return [];
  const look = Math.round(heartbeat.interval.milliseconds / HEARTBEAT_LOOKS);
  return sources.map((source) => ({
    receiver: heartbeatKey(source),
    matchers: [...oneOf('alertname', [WATCHDOG]), ...oneOf('source', [source])],
    ...grouping({
      groupBy: ['alertname'],
      groupWait: { milliseconds: 0 },
      groupInterval: { milliseconds: look },
      repeatInterval: { milliseconds: heartbeat.interval.milliseconds - look / 2 },
    }),
  }));
}

function grouping(given: {
  readonly groupBy?: readonly string[] | undefined;
  readonly groupWait?: Duration | undefined;
  readonly groupInterval?: Duration | undefined;
  readonly repeatInterval?: Duration | undefined;
}): Yaml {
  const { groupBy, groupWait, groupInterval, repeatInterval } = given;
  return {
    ...(groupBy === undefined ? {} : { group_by: [...groupBy] }),
    ...(groupWait === undefined ? {} : { group_wait: formatDuration(groupWait) }),
    ...(groupInterval === undefined ? {} : { group_interval: formatDuration(groupInterval) }),
    ...(repeatInterval === undefined ? {} : { repeat_interval: formatDuration(repeatInterval) }),
  };
}

/** Conditions as matchers of Alertmanager. All of them must hold. */
function matchers({ severities, tenants, alerts, labels, matchers: further }: Conditions): readonly string[] {
  return [
    ...oneOf('severity', severities),
    ...oneOf('tenant', tenants),
    ...oneOf('alertname', alerts),
    ...Object.entries(labels).flatMap(([name, value]) => oneOf(name, [value])),
    ...further.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`),
  ];
}

function oneOf(label: string, values: readonly string[]): readonly string[] {
  const [first] = values;
  if (first === undefined) return [];
  return values.length === 1
    ? [`${label}=${JSON.stringify(first)}`]
    : [`${label}=~${JSON.stringify(values.map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))}`];
}

/** Hours over midnight are two intervals: Alertmanager refuses a range that ends before it begins, and after midnight it is the next day. */
function timeInterval({ name, days, hours, daysOfMonth, months, timeZone }: Alertmanager['muteTimes'][number]): Yaml {
  const interval = (weekdays: readonly Day[], times: Hours | undefined): Yaml => ({
    ...(weekdays.length === 0 ? {} : { weekdays: [...weekdays] }),
    ...(times === undefined ? {} : { times: [{ start_time: times.from, end_time: times.to }] }),
    ...(daysOfMonth.length === 0 ? {} : { days_of_month: daysOfMonth.map(({ from, to }) => `${from}:${to}`) }),
    ...(months.length === 0 ? {} : { months: [...months] }),
    location: timeZone,
  });
  return {
    name,
    time_intervals:
      hours === undefined || hours.to > hours.from // times of day have as many digits, so they compare as texts
        ? [interval(days, hours)]
        : [
            interval(days, { from: hours.from, to: '24:00' }),
            interval(days.map(dayAfter), { from: '00:00', to: hours.to }),
          ],
  };
}

type Hours = NonNullable<Alertmanager['muteTimes'][number]['hours']>;
