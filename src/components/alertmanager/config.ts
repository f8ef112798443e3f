/** Alertmanager's config file as an object. It has paths of files in place of secrets. */
import { type Alertmanager, type Receiver, receiverKeys, type StackConfig } from '../../config';
import { type HeartbeatSource, heartbeatKey, WATCHDOG } from '../../config/derived/heartbeat';
import { NOBODY } from '../../config/rules/alertmanager';
import { type Duration, formatDuration } from '../../config/units';
import { TEMPLATES } from './templates';
import { agentOf, LOKI } from '../kit/identity';

/** Folder of the pod with its config and templates. */
export const CONFIG = '/etc/alertmanager/config';
/** Folder of the pod with the secrets of its receivers, one file for each key of the Secret. */
export const RECEIVERS = '/etc/alertmanager/receivers';

type Yaml = Readonly<Record<string, unknown>>;
/** What it has to know of the rest of the stack. */
type StackPart = Pick<StackConfig, 'agent' | 'deployment'>;
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
function causesSilenceEffects({ agent, deployment: { mode } }: StackPart): readonly Yaml[] {
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
  // Watchdog always fires. It must neither inhibit others nor be inhibited.
  const notHeartbeat = heartbeats.length === 0 ? [] : [`alertname!="${WATCHDOG}"`];
  return {
    templates: [`${CONFIG}/*.tmpl`],
    route: {
      receiver: fallback ?? receivers[0]?.name ?? NOBODY,
      ...grouping({ groupBy, groupWait, groupInterval, repeatInterval }),
      routes: [
        ...heartbeatRoutes(props, heartbeats),
        ...routes.map(({ receiver, continue: goesOn, mute, ...route }) => ({
          receiver,
          ...(matchers(route).length === 0 ? {} : { matchers: matchers(route) }),
          ...(goesOn ? { continue: true } : {}),
          ...(mute.length === 0 ? {} : { mute_time_intervals: [...mute] }),
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
      ...receivers.map(receiver),
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
function matchers({ severities, tenants, alerts, labels }: Conditions): readonly string[] {
  return [
    ...oneOf('severity', severities),
    ...oneOf('tenant', tenants),
    ...oneOf('alertname', alerts),
    ...Object.entries(labels).flatMap(([name, value]) => oneOf(name, [value])),
  ];
}

function oneOf(label: string, values: readonly string[]): readonly string[] {
  const [first] = values;
  if (first === undefined) return [];
  return values.length === 1
    ? [`${label}=${JSON.stringify(first)}`]
    : [`${label}=~${JSON.stringify(values.map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))}`];
}

/** Hours over midnight become two ranges of a day, because Alertmanager refuses a range that ends before it begins. */
function timeInterval({ name, days, hours, timeZone }: Alertmanager['muteTimes'][number]): Yaml {
  const times = hours === undefined ? [] : isOverMidnight(hours) ? overMidnight(hours) : [hours];
  return {
    name,
    time_intervals: [
      {
        ...(days.length === 0 ? {} : { weekdays: [...days] }),
        ...(times.length === 0 ? {} : { times: times.map(({ from, to }) => ({ start_time: from, end_time: to })) }),
        location: timeZone,
      },
    ],
  };
}

type Hours = NonNullable<Alertmanager['muteTimes'][number]['hours']>;

/** Times of day have the same number of digits, so they are compared as texts. */
const isOverMidnight = ({ from, to }: Hours): boolean => to < from;
const overMidnight = ({ from, to }: Hours): readonly Hours[] => [
  { from: '00:00', to },
  { from, to: '24:00' },
];

function receiver(config: Receiver): Yaml {
  const { name, sendResolved } = config;
  const shared = { send_resolved: sendResolved };
  const file = (key = ''): string => `${RECEIVERS}/${key}`;
  const { address, credentials } = receiverKeys(config);
  switch (config.type) {
    case 'discord':
      return {
        name,
        discord_configs: [
          { ...shared, webhook_url_file: file(address), title: TEMPLATES.title, message: TEMPLATES.markdown },
        ],
      };
    case 'slack':
      return {
        name,
        slack_configs: [
          {
            ...shared,
            api_url_file: file(address),
            title: TEMPLATES.title,
            text: TEMPLATES.slack,
            fallback: TEMPLATES.title,
          },
        ],
      };
    case 'email':
      return {
        name,
        email_configs: [
          {
            ...shared,
            to: config.to.join(', '),
            from: config.from,
            smarthost: `${config.host}:${config.port}`,
            ...(config.user === undefined ? {} : { auth_username: config.user, auth_password_file: file(credentials) }),
            require_tls: true,
            headers: { Subject: TEMPLATES.title },
            html: '', // the default one loads nothing, but shows labels and no links
            text: TEMPLATES.text,
          },
        ],
      };
    case 'webhook':
      return {
        name,
        webhook_configs: [
          {
            ...shared,
            url_file: file(address),
            ...(config.auth === undefined ? {} : authorization(config.auth, file(credentials))),
          },
        ],
      };
    case 'pagerduty':
      return {
        name,
        pagerduty_configs: [
          {
            ...shared,
            routing_key_file: file(address),
            ...(config.region === 'eu' ? { url: 'https://events.eu.pagerduty.com/v2/enqueue' } : {}),
            description: TEMPLATES.title,
            // PagerDuty knows these three and `error`.
            severity: '{{ with .CommonLabels.severity }}{{ . }}{{ else }}error{{ end }}',
            group: '{{ .CommonLabels.tenant }}',
            details: { alerts: TEMPLATES.text },
            links: [{ href: '{{ .CommonAnnotations.runbook_url }}', text: 'Runbook' }],
          },
        ],
      };
  }
}

function authorization(auth: NonNullable<Extract<Receiver, { readonly type: 'webhook' }>['auth']>, file: string): Yaml {
  return {
    http_config:
      auth.type === 'basic'
        ? { basic_auth: { username: auth.user, password_file: file } }
        : { authorization: { type: 'Bearer', credentials_file: file } },
  };
}
