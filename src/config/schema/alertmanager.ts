import { z } from 'zod';
import { DAYS, MONTHS } from '../calendar';
import { SEVERITIES } from '../severity';
import { defaults } from '../defaults';
import {
  alertMatcher,
  alertName,
  clock,
  dayOfMonth,
  distinct,
  dnsLabel,
  duration,
  labelName,
  labelValue,
  messageText,
  replicas,
  templateName,
  tenantName,
  timeZone,
  url,
} from '../scalars';
import { receiver } from './alertmanager-receivers';
import { persistence } from './persistence';
import { egressOf } from './shared';

/** A choice of alerts: those that meet every condition. Without a condition, all alerts. */
const alertsWith = () => ({
  severities: z.array(z.enum(SEVERITIES)).default([]).describe('Alerts of these severities. Without one, of any.'),
  tenants: z.array(tenantName()).default([]).describe('Alerts of these tenants. Without one, of any.'),
  alerts: z.array(alertName()).default([]).describe('Alerts with these names. Without one, with any.'),
  labels: z.record(labelName(), labelValue()).default({}).describe('Alerts with these labels.'),
  matchers: z
    .array(alertMatcher())
    .prefault([])
    .describe('Alerts that fulfil these as well, each as Alertmanager writes it. A label that is not there is empty.'),
});

const GROUPING = {
  groupBy: 'Alerts with equal values of these labels share one message.',
  groupWait: 'How long the first message waits for more alerts of its group.',
  groupInterval: 'How long a message about a change waits after the last one.',
  repeatInterval: 'How often the message about an alert that goes on is repeated.',
} as const;

const route = z.strictObject({
  receiver: dnsLabel().describe('Receiver that is told. `none` tells nobody.'),
  ...alertsWith(),
  continue: z.boolean().default(false).describe('Whether later routes also see these alerts.'),
  mute: z.array(dnsLabel()).default([]).describe('Names of `muteTimes` during which nobody is told.'),
  active: z
    .array(dnsLabel())
    .default([])
    .describe('Names of `muteTimes` outside of which nobody is told. Without one, somebody is told at any time.'),
  groupBy: distinct(z.array(labelName()).min(1)).optional().describe(GROUPING.groupBy),
  groupWait: duration().optional().describe(GROUPING.groupWait),
  groupInterval: duration().optional().describe(GROUPING.groupInterval),
  repeatInterval: duration().optional().describe(GROUPING.repeatInterval),
});

const muteTime = z.strictObject({
  name: dnsLabel().describe('Name, for routes.'),
  days: z.array(z.enum(DAYS)).default([]).describe('Days of the week. Without one, all of them.'),
  hours: z
    .strictObject({ from: clock().describe('Begin.'), to: clock().describe('End.') })
    .optional()
    .describe('Hours of those days. Without it, the whole day. An end before the beginning means the next day.'),
  daysOfMonth: z
    .array(
      z.strictObject({
        from: dayOfMonth().describe('First day. A negative one counts from the end of the month.'),
        to: dayOfMonth().describe('Last day, counted from the same end.'),
      }),
    )
    .default([])
    .describe('Days of the month. Without one, all of them.'),
  months: z.array(z.enum(MONTHS)).default([]).describe('Months. Without one, all of them.'),
  timeZone: timeZone().default('UTC').describe('Time zone of the days and hours.'),
});

const inhibition = z.strictObject({
  while: z.strictObject(alertsWith()).describe('While such an alert fires …'),
  silence: z.strictObject(alertsWith()).describe('… nobody is told of these.'),
  equal: z
    .array(labelName())
    .default(['tenant'])
    .describe('Labels that must be equal in both. A label that both lack counts as equal.'),
});

const { groupBy, groupWait, groupInterval, repeatInterval } = defaults.alertmanager;

export const alertmanager = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('embedded').describe('An Alertmanager of the stack.'),
    replicas: replicas()
      .default(defaults.alertmanager.replicas)
      .describe('Alertmanager pods. Two pods tell each other what they have sent.'),
    url: url('http', 'https')
      .default(defaults.alertmanager.url)
      .describe('URL at which people reach it, for links in messages. The default is the URL of a port-forward.'),
    receivers: z.array(receiver).default([]).describe('Receivers of alerts.'),
    routes: z
      .array(route)
      .prefault([])
      .describe(
        'Which receiver is told of which alert. The first route that matches decides, unless it has `continue`.',
      ),
    heartbeat: z
      .strictObject({
        interval: duration()
          .prefault(defaults.alertmanager.heartbeatInterval)
          .describe('How often the service is told that alerts still arrive.'),
        egress: egressOf('the service'),
      })
      .optional()
      .describe(
        'An outside service that tells you when alerts no longer arrive, because the steady message to it stops. Its URLs are secrets, one for each program that raises alerts.',
      ),
    fallback: dnsLabel()
      .optional()
      .describe('Receiver of alerts that no route takes. By default, the first of `receivers`. `none` tells nobody.'),
    groupBy: distinct(z.array(labelName()).min(1))
      .default([...groupBy])
      .describe(GROUPING.groupBy),
    groupWait: duration().prefault(groupWait).describe(GROUPING.groupWait),
    groupInterval: duration().prefault(groupInterval).describe(GROUPING.groupInterval),
    repeatInterval: duration().prefault(repeatInterval).describe(GROUPING.repeatInterval),
    inhibit: z
      .array(inhibition)
      .prefault([])
      .describe(
        'Alerts that add nothing while another one fires. A critical alert always silences the warning of the same name.',
      ),
    muteTimes: z.array(muteTime).default([]).describe('Times, for `mute` and `active` of routes.'),
    templates: z
      .record(templateName(), messageText())
      .default({})
      .describe(
        'Own templates, which texts of receivers call: `{{ template "team.line" . }}`. Texts may also call `spywatcher.title`, `.text`, `.markdown` and `.slack`, and those of Alertmanager.',
      ),
    retention: duration()
      .prefault(defaults.alertmanager.retention)
      .describe(
        'How long ended silences and sent messages are remembered. It must be longer than any `repeatInterval`.',
      ),
    persistence: persistence(defaults.alertmanager.persistence.size)
      .prefault({})
      .describe('Volume for silences and sent messages.'),
  }),
  z.strictObject({
    type: z.literal('external').describe('Alertmanagers that exist already.'),
    urls: z.array(url('http', 'https')).min(1).describe('URL of each, without a path.'),
    egress: egressOf('all of them'),
  }),
  z.strictObject({
    type: z.literal('none').describe('Alerts appear in Grafana only.'),
  }),
]);
