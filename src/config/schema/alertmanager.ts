import { z } from 'zod';
import { SEVERITIES } from '../severity';
import { defaults } from '../defaults';
import {
  alertName,
  clock,
  distinct,
  dnsLabel,
  duration,
  labelName,
  labelValue,
  replicas,
  tenantName,
  timeZone,
  url,
} from '../scalars';
import { receiver } from './alertmanager-receivers';
import { persistence } from './persistence';
import { egressOf } from './shared';

/** Which alerts: those that meet every condition; all of them without one. */
const alertsWith = () => ({
  severities: z.array(z.enum(SEVERITIES)).default([]).describe('Alerts of these severities; of any without one.'),
  tenants: z.array(tenantName()).default([]).describe('Alerts of these tenants; of any without one.'),
  alerts: z.array(alertName()).default([]).describe('Alerts of these names; of any without one.'),
  labels: z.record(labelName(), labelValue()).default({}).describe('Alerts with these labels.'),
});

const GROUPING = {
  groupBy: 'Alerts that have these labels in common are one message.',
  groupWait: 'How long the first message waits for more alerts of its group.',
  groupInterval: 'How long a message about a change waits after the last one.',
  repeatInterval: 'How often an alert that goes on is told of again.',
} as const;

const route = z.strictObject({
  receiver: dnsLabel().describe('Who is told; `none` tells nobody.'),
  ...alertsWith(),
  continue: z.boolean().default(false).describe('Whether the routes after it look at its alerts, too.'),
  mute: z.array(dnsLabel()).default([]).describe('Times of `muteTimes` in which nobody is told.'),
  groupBy: distinct(z.array(labelName()).min(1)).optional().describe(GROUPING.groupBy),
  groupWait: duration().optional().describe(GROUPING.groupWait),
  groupInterval: duration().optional().describe(GROUPING.groupInterval),
  repeatInterval: duration().optional().describe(GROUPING.repeatInterval),
});

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const muteTime = z.strictObject({
  name: dnsLabel().describe('Its name, for routes.'),
  days: z.array(z.enum(DAYS)).default([]).describe('Days of the week; all of them without one.'),
  hours: z
    .strictObject({ from: clock().describe('Begin.'), to: clock().describe('End.') })
    .optional()
    .describe('Time of those days; the whole day without it. What ends before it begins goes over midnight.'),
  timeZone: timeZone().default('UTC').describe('Whose days and hours.'),
});

const inhibition = z.strictObject({
  while: z.strictObject(alertsWith()).describe('While such an alert fires …'),
  silence: z.strictObject(alertsWith()).describe('… nobody is told of these.'),
  equal: z
    .array(labelName())
    .default(['tenant'])
    .describe('Labels that both have to have in common; a label that neither has is one.'),
});

const { groupBy, groupWait, groupInterval, repeatInterval } = defaults.alertmanager;

export const alertmanager = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('embedded').describe('An Alertmanager of the stack.'),
    replicas: replicas()
      .default(defaults.alertmanager.replicas)
      .describe('Alertmanager pods; two tell each other what they have sent.'),
    url: url('http', 'https')
      .default(defaults.alertmanager.url)
      .describe('Where people reach it, for links in messages; the default is that of a port-forward.'),
    receivers: z.array(receiver).default([]).describe('Who can be told of alerts.'),
    routes: z
      .array(route)
      .default([])
      .describe('Who is told of which alert. The first route that fits decides, unless it says `continue`.'),
    heartbeat: z
      .strictObject({
        interval: duration()
          .prefault(defaults.alertmanager.heartbeatInterval)
          .describe('How often it is told that alerts still come.'),
        egress: egressOf('it'),
      })
      .optional()
      .describe(
        'An outside service that tells you when alerts cannot come any more: it misses what it is told all the time. Its URLs are secrets, one for each that raises alerts.',
      ),
    fallback: dnsLabel()
      .optional()
      .describe(
        'Receiver of alerts that no route takes: the first one of `receivers` without it; `none` tells nobody.',
      ),
    groupBy: distinct(z.array(labelName()).min(1))
      .default([...groupBy])
      .describe(GROUPING.groupBy),
    groupWait: duration().prefault(groupWait).describe(GROUPING.groupWait),
    groupInterval: duration().prefault(groupInterval).describe(GROUPING.groupInterval),
    repeatInterval: duration().prefault(repeatInterval).describe(GROUPING.repeatInterval),
    inhibit: z
      .array(inhibition)
      .default([])
      .describe(
        'Alerts that say nothing new while another one fires. That a critical alert silences the warning of its name is always so.',
      ),
    muteTimes: z.array(muteTime).default([]).describe('Times in which routes may be mute.'),
    retention: duration()
      .prefault(defaults.alertmanager.retention)
      .describe('How long ended silences, and what was sent, are remembered; longer than any `repeatInterval`.'),
    persistence: persistence(defaults.alertmanager.persistence.size)
      .prefault({})
      .describe('Volume of silences and of what was sent.'),
  }),
  z.strictObject({
    type: z.literal('external').describe('Alertmanagers that are there already.'),
    urls: z.array(url('http', 'https')).min(1).describe('Each of them, without a path.'),
    egress: egressOf('each of them'),
  }),
  z.strictObject({
    type: z.literal('none').describe('Alerts are seen in Grafana and nowhere else.'),
  }),
]);
