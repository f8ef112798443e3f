import { z } from 'zod';
import { defaults } from '../defaults';
import {
  datasourceAddress,
  datasourceSettings,
  datasourceUid,
  distinct,
  dnsLabel,
  pluginId,
  port,
  secretSetting,
  settingText,
  url,
} from '../scalars';
import { egressOf } from './shared';

const secrets = () =>
  distinct(z.array(secretSetting()))
    .prefault([])
    .describe('Names of its secret settings (`secureJsonData`). The value of each is a secret.');

const basicAuthUser = () =>
  settingText('a user', 'grafana')
    .optional()
    .describe('User of basic authentication. Its password is the secret `basicAuthPassword`.');

const jsonData = () =>
  datasourceSettings()
    .default({})
    .describe('Settings of the plugin, as its page names them (`jsonData`). Grafana expands nothing in them.');

const tenant = z.strictObject({
  name: settingText('a name', 'Loki of the audit trail').describe('What Grafana calls it.'),
  uid: datasourceUid().describe('What dashboards and links call it.'),
  credential: dnsLabel().describe(
    'Read credential that it queries with: of a tenant, or one of `auth.loki.crossTenantReaders`.',
  ),
});

const tempo = z.strictObject({
  url: url('http', 'https').describe('Tempo’s query API.'),
  basicAuthUser: basicAuthUser(),
  jsonData: jsonData(),
  secrets: secrets(),
  egress: egressOf('Tempo'),
});

const other = z.strictObject({
  name: settingText('a name', 'Orders').describe('What Grafana calls it.'),
  uid: datasourceUid().describe('What dashboards and links call it.'),
  type: pluginId().describe('Id of its plugin: one that Grafana has built in, or one of `grafana.plugins`.'),
  url: datasourceAddress().describe('Where it is.'),
  user: settingText('a user', 'reader').optional().describe('User of a database. Its password is a secret setting.'),
  basicAuthUser: basicAuthUser(),
  jsonData: jsonData(),
  secrets: secrets(),
  egress: egressOf('it'),
});

export const datasources = z.strictObject({
  prometheus: z
    .strictObject({
      url: url('http', 'https').default(defaults.grafana.prometheus.url).describe('Prometheus’ query API.'),
      namespace: dnsLabel()
        .default(defaults.grafana.prometheus.namespace)
        .describe('Its namespace, for the NetworkPolicy.'),
      port: port().default(defaults.grafana.prometheus.port).describe('Its container port, for the NetworkPolicy.'),
    })
    .optional()
    .describe(
      'Another Prometheus than the default: the stack’s own with `monitoring.type: embedded`, else `http://prometheus.monitoring.svc:9090`.',
    ),
  tenants: z
    .array(tenant)
    .default([])
    .describe('Loki once more for each, through the gateway with another read credential than `grafana.credential`.'),
  tempo: tempo
    .optional()
    .describe('Tempo. The id of a trace beside a line leads to it, and its spans lead to their lines.'),
  others: z.array(other).default([]).describe('Any other datasource.'),
  secret: dnsLabel()
    .default(defaults.grafana.datasourcesSecret)
    .describe('Secret in the logging namespace with the secret settings of `tempo` and `others`: `<uid>_<setting>`.'),
});
