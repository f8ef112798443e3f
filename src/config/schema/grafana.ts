import { z } from 'zod';
import { defaults } from '../defaults';
import {
  dnsLabel,
  email,
  grafanaKey,
  grafanaSection,
  grafanaValue,
  host,
  linkTemplate,
  port,
  replicasOrNone,
  settingText,
  url,
} from '../scalars';
import { dashboards } from './grafana-dashboards';
import { datasources } from './grafana-datasources';
import { login } from './grafana-login';
import { plugins } from './grafana-plugins';
import { persistence } from './persistence';
import { ingressKeys, routeKeys } from './publication';
import { egressOf } from './shared';

const grafanaDatabase = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sqlite').describe('A file on Grafana’s own volume; one pod.') }),
  z.strictObject({
    type: z.literal('postgres').describe('A PostgreSQL; several pods may share it, and there is no volume.'),
    host: host().describe('Its server.'),
    port: port().default(defaults.grafana.database.port).describe('Port there.'),
    name: settingText('a name', 'grafana').default(defaults.grafana.database.name).describe('Database.'),
    user: settingText('a user', 'grafana').default(defaults.grafana.database.user).describe('User.'),
    sslMode: z
      .enum(['disable', 'require', 'verify-full'])
      .default('verify-full')
      .describe(
        '`require` encrypts; `verify-full` also checks the server’s certificate. prod does not take `disable`.',
      ),
    passwordSecret: dnsLabel()
      .default(defaults.grafana.database.passwordSecret)
      .describe('Secret in the logging namespace with the key `password`.'),
    egress: egressOf('the server'),
  }),
]);

const smtp = z.strictObject({
  host: host().describe('Its server.'),
  port: port().default(defaults.grafana.smtp.port).describe('Port there. STARTTLS is mandatory.'),
  from: email().describe('Sender of Grafana’s mail.'),
  user: settingText('a user', 'grafana').optional().describe('User. Its password is a secret; no login without it.'),
  passwordSecret: dnsLabel()
    .default(defaults.grafana.smtp.passwordSecret)
    .describe('Secret in the logging namespace with the key `password`.'),
  egress: egressOf('the server'),
});

export const grafana = z.strictObject({
  url: url('http', 'https')
    .default('http://localhost:3000')
    .describe(
      'Where people reach Grafana; links and cookies follow from it. With a path, such as `https://example.com/logs`, Grafana shares the host with others.',
    ),
  replicas: replicasOrNone()
    .default(defaults.grafana.replicas)
    .describe(
      'Grafana pods. Several need `database.type: postgres`. With 0 none runs: it is neither scraped nor missed, and its Secrets, volume and Service stay.',
    ),
  login: login.prefault({}).describe('Who may log in to Grafana, and how.'),
  database: grafanaDatabase.prefault({ type: 'sqlite' }).describe('Where Grafana keeps users and settings.'),
  smtp: smtp.optional().describe('Mail server, for invitations and forgotten passwords.'),
  credential: dnsLabel()
    .default(defaults.auth.read)
    .describe('Credential of the Loki datasource: a read credential, or one of `auth.loki.crossTenantReaders`.'),
  ingress: z.strictObject(ingressKeys()).optional().describe('Ingress for the host and path of `url`.'),
  route: z
    .strictObject(routeKeys('Grafana'))
    .optional()
    .describe('Gateway API route for the host and path of `url`, instead of an Ingress.'),
  persistence: persistence(defaults.grafana.persistence.size)
    .prefault({})
    .describe('Volume of Grafana’s own database, with `database.type: sqlite`.'),
  links: z
    .strictObject({
      sentry: linkTemplate().optional().describe('Where the id of a Sentry event leads; no link without it.'),
      traces: linkTemplate().optional().describe('Where the id of a trace leads; no link without it.'),
    })
    .prefault({})
    .describe('Links beside log lines that lead out of Grafana, by the id that a line holds.'),
  plugins: plugins
    .optional()
    .describe('Plugins beside those that Grafana has built in; they are pinned, and nobody can install others.'),
  settings: z
    .record(grafanaSection(), z.record(grafanaKey(), grafanaValue()))
    .default({})
    .describe(
      'Further settings of Grafana, by section and key as its `grafana.ini` has them; no secrets, and none that the stack sets itself.',
    ),
  drilldown: z
    .boolean()
    .default(false)
    .describe(
      'Whether Loki does what the app Logs Drilldown asks of it: it finds patterns in lines, and labels each stream with a `service_name`. This costs Loki memory and CPU: `docs/figures.md`.',
    ),
  datasources: datasources.prefault({}).describe('What Grafana shows data of, beside the Loki of `credential`.'),
  dashboards: dashboards.optional().describe('Own dashboards, from a folder beside the stack file.'),
});
