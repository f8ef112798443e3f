import { alertSources } from '../derived/heartbeat';
import type { Problem } from '../problem';
import { formatDuration } from '../units';
import type { Alertmanager } from '../schema';
import { portOf, reachable } from './reachable';
import { ofEmbedded, repeatedNames } from './of-embedded';
import { problem, type Rule, when } from './rule';

/** The receiver that tells nobody. */
export const NOBODY = 'none';

const SECTION = 'alertmanager';
const RECEIVERS = `${SECTION}.receivers`;
const ROUTES = `${SECTION}.routes`;
const HEARTBEAT = `${SECTION}.heartbeat`;
const SHORTEST_HEARTBEAT = 60_000;

export const alertmanagerRules: readonly Rule[] = [
  ofEmbedded(['environment', SECTION], ({ receivers, fallback }, { environment }) =>
    when(environment === 'prod' && receivers.length === 0 && fallback !== NOBODY, () =>
      problem(
        [SECTION, 'receivers'],
        receivers,
        'in prod somebody is told of critical alerts',
        'add a receiver, for example { name: operators, type: discord, egress: [{ cidr: 162.159.128.0/19, port: 443 }] }; or write alertmanager.fallback: none',
      ),
    ),
  ),
  ofEmbedded([RECEIVERS], ({ receivers }) => [
    ...repeatedNames(receivers, [SECTION, 'receivers'], 'a receiver'),
    ...receivers.flatMap(({ name }, index) =>
      when(name === NOBODY, () =>
        problem([SECTION, 'receivers', index, 'name'], name, 'another name than none, which tells nobody', 'rename it'),
      ),
    ),
  ]),
  ofEmbedded([RECEIVERS, ROUTES, `${SECTION}.fallback`], ({ receivers, routes, fallback }) => {
    const names = receivers.map(({ name }) => name);
    const known = [...names, NOBODY];
    const used = [fallback ?? names[0], ...routes.map(({ receiver }) => receiver)];
    const unknown = (path: readonly PropertyKey[], name: string): readonly Problem[] =>
      when(!known.includes(name), () =>
        problem(path, name, 'a name of alertmanager.receivers, or none', `write one of ${known.join(', ')}`),
      );
    return [
      ...routes.flatMap(({ receiver }, index) => unknown([SECTION, 'routes', index, 'receiver'], receiver)),
      ...(fallback === undefined ? [] : unknown([SECTION, 'fallback'], fallback)),
      ...names.flatMap((name, index) =>
        when(!used.includes(name), () =>
          problem(
            [SECTION, 'receivers', index],
            name,
            'a receiver that a route or alertmanager.fallback names: this one is never told of anything',
            `add { receiver: ${name}, severities: [critical] } to alertmanager.routes`,
          ),
        ),
      ),
    ];
  }),
  ofEmbedded([ROUTES, `${SECTION}.inhibit`, 'auth.loki.tenants'], ({ routes, inhibit }, { auth }) => {
    const names = auth.loki.tenants.map(({ name }) => name);
    const unknown = (path: readonly PropertyKey[], tenants: readonly string[]): readonly Problem[] =>
      tenants.flatMap((tenant, at) =>
        when(!names.includes(tenant), () =>
          problem([...path, at], tenant, 'a tenant of auth.loki.tenants', `write one of ${names.join(', ')}`),
        ),
      );
    return [
      ...routes.flatMap(({ tenants }, index) => unknown([SECTION, 'routes', index, 'tenants'], tenants)),
      ...inhibit.flatMap((rule, index) =>
        (['while', 'silence'] as const).flatMap((side) =>
          unknown([SECTION, 'inhibit', index, side, 'tenants'], rule[side].tenants),
        ),
      ),
    ];
  }),
  ofEmbedded([`${SECTION}.inhibit`], ({ inhibit }) =>
    inhibit.flatMap((rule, index) =>
      (['while', 'silence'] as const).flatMap((side) =>
        when(isEverything(rule[side]), () =>
          problem(
            [SECTION, 'inhibit', index, side],
            rule[side],
            'a condition: without one it is about every alert',
            'add severities, tenants, alerts, labels or matchers',
          ),
        ),
      ),
    ),
  ),
  ofEmbedded([HEARTBEAT, 'alerting.enabled', 'monitoring.type', 'environment'], ({ heartbeat }, config) =>
    when(heartbeat !== undefined && alertSources(config).length === 0, () =>
      problem(
        [SECTION, 'heartbeat'],
        heartbeat,
        'of use where alerts are raised; alerting.enabled is false, and there is no Prometheus of the stack',
        'remove it, or set monitoring.type: embedded',
      ),
    ),
  ),
  ofEmbedded([HEARTBEAT], ({ heartbeat }) =>
    when(heartbeat !== undefined && heartbeat.interval.milliseconds < SHORTEST_HEARTBEAT, () =>
      problem(
        [SECTION, 'heartbeat', 'interval'],
        formatDuration(heartbeat?.interval ?? { milliseconds: 0 }),
        'at least 1m: Alertmanager may be restarting for that long',
        'write 1m or more',
      ),
    ),
  ),
  ofEmbedded([ROUTES, HEARTBEAT, `${SECTION}.repeatInterval`, `${SECTION}.retention`], (alertmanager) => {
    const { routes, retention, heartbeat } = alertmanager;
    const intervals = [...[alertmanager, ...routes].map(({ repeatInterval }) => repeatInterval), heartbeat?.interval];
    return when(Math.max(...intervals.map((interval) => interval?.milliseconds ?? 0)) > retention.milliseconds, () =>
      problem(
        [SECTION, 'retention'],
        retention,
        'at least as long as every repeatInterval, and heartbeat.interval: what was sent would be forgotten, and sent again, before it is due',
        'raise alertmanager.retention, or shorten the interval',
      ),
    );
  }),
  ofEmbedded([RECEIVERS], ({ receivers }) =>
    receivers.flatMap((receiver, index) => {
      // The port of these is in a URL that is a secret.
      if (receiver.type === 'webhook' || receiver.type === 'mattermost') return [];
      const port =
        receiver.type === 'email' ? receiver.port : receiver.type === 'rocketchat' ? portOf(receiver.url) : 443;
      return reachable([SECTION, 'receivers', index], { port, egress: receiver.egress }, receiver.type);
    }),
  ),
  {
    reads: [SECTION],
    check: ({ alertmanager }) => {
      if (alertmanager.type !== 'external') return [];
      const { urls, egress } = alertmanager;
      return urls.flatMap((written, index) => {
        const { href, origin } = new URL(written);
        return [
          ...when(href !== `${origin}/`, () =>
            problem([SECTION, 'urls', index], written, 'a URL without path and query', `write ${origin}`),
          ),
          ...reachable([SECTION], { port: portOf(written), egress }, `urls[${index}]`),
        ];
      });
    },
  },
];

function isEverything({
  severities,
  tenants,
  alerts,
  labels,
  matchers,
}: Alertmanager['inhibit'][number]['while']): boolean {
  return [severities, tenants, alerts, Object.keys(labels), matchers].every(({ length }) => length === 0);
}
