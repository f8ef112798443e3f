import { EGRESS, type Input, PROD, SPYWATCHER, testRules } from './rows';

type Datasources = NonNullable<NonNullable<Input['grafana']>['datasources']>;
const datasources = (differences: Datasources): Input => ({ grafana: { datasources: differences } });
const TEMPO = { url: 'https://tempo.example.com', egress: EGRESS };
const ORDERS = { name: 'Orders', uid: 'orders', type: 'mysql', url: 'db.example.com:443', egress: EGRESS } as const;
const AUDIT = { name: 'audit', write: ['audit-shipper'], read: ['auditor'] };
const withTenants = (...tenants: NonNullable<Datasources['tenants']>): Input => ({
  auth: { loki: { tenants: [SPYWATCHER, AUDIT] } },
  ...datasources({ tenants }),
});
const NAMES = 'Loki, Prometheus, Alertmanager, Tempo, -- Grafana --, -- Mixed --, -- Dashboard --';

testRules([
  {
    rule: `a name that no other datasource has, nor one of ${NAMES}`,
    broken: datasources({ others: [{ ...ORDERS, name: 'loki' }] }),
    path: 'grafana.datasources.others[0].name',
    received: '"loki"',
    remedy: 'write another name',
    kept: datasources({ others: [{ ...ORDERS, name: 'Loki of others' }] }),
  },
  {
    rule: 'a uid that no other datasource has, nor one of loki, prometheus, alertmanager, tempo, grafana',
    broken: {
      ...withTenants({ name: 'Audit', uid: 'orders', credential: 'auditor' }),
      grafana: {
        datasources: { tenants: [{ name: 'Audit', uid: 'orders', credential: 'auditor' }], others: [ORDERS] },
      },
    },
    path: 'grafana.datasources.others[0].uid',
    received: '"orders"',
    remedy: 'write another uid',
    kept: withTenants({ name: 'Audit', uid: 'orders', credential: 'auditor' }),
  },
  {
    rule: 'a uid that no other datasource has, nor one of loki, prometheus, alertmanager, tempo, grafana',
    broken: datasources({ others: [{ ...ORDERS, uid: 'tempo' }] }),
    path: 'grafana.datasources.others[0].uid',
    received: '"tempo"',
    remedy: 'write another uid',
    kept: datasources({ others: [ORDERS], tempo: TEMPO }),
  },
  {
    rule: 'none where auth.loki.enabled is false: everybody reads the first tenant',
    broken: {
      auth: { loki: { enabled: false } },
      ...datasources({ tenants: [{ name: 'Audit', uid: 'audit', credential: 'auditor' }] }),
    },
    path: 'grafana.datasources.tenants',
    received: '["Audit"]',
    remedy: 'remove grafana.datasources.tenants, or auth.loki.enabled',
    kept: { auth: { loki: { enabled: false } }, ...datasources({ tempo: TEMPO }) },
  },
  {
    rule: 'a read credential of a tenant (grafana, auditor)',
    broken: withTenants({ name: 'Audit', uid: 'audit', credential: 'audit-shipper' }),
    path: 'grafana.datasources.tenants[0].credential',
    received: '"audit-shipper"',
    remedy: 'name one of these, or add it to auth.loki.tenants[].read',
    kept: withTenants({ name: 'Audit', uid: 'audit', credential: 'auditor' }),
  },
  {
    rule: 'a credential that neither grafana.credential, the canary nor another datasource has',
    broken: withTenants({ name: 'Again', uid: 'again', credential: 'grafana' }),
    path: 'grafana.datasources.tenants[0].credential',
    received: '"grafana"',
    remedy: 'add one of its own to auth.loki.tenants[].read',
    kept: withTenants({ name: 'Audit', uid: 'audit', credential: 'auditor' }),
  },
  {
    rule: 'one place where the id of a trace leads: grafana.datasources.tempo is another',
    broken: { grafana: { links: { traces: 'https://traces.example.com/{id}' }, datasources: { tempo: TEMPO } } },
    path: 'grafana.links.traces',
    received: '"https://traces.example.com/{id}"',
    remedy: 'remove grafana.links.traces, or grafana.datasources.tempo',
    kept: datasources({ tempo: TEMPO }),
  },
  {
    rule: 'an entry with port 3200, that of its url',
    broken: datasources({ tempo: { ...TEMPO, url: 'http://tempo.example.com:3200/api' } }),
    path: 'grafana.datasources.tempo.egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 3200 }',
    kept: datasources({ tempo: { ...TEMPO, egress: [{ namespace: 'tracing', port: 3200 }] } }),
  },
  {
    rule: 'an entry with port 5432, that of its url',
    broken: datasources({ others: [{ ...ORDERS, url: 'db.example.com:5432' }] }),
    path: 'grafana.datasources.others[0].egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 5432 }',
    kept: datasources({ others: [ORDERS] }),
  },
  {
    rule: 'basicAuthPassword together with basicAuthUser',
    broken: datasources({ tempo: { ...TEMPO, basicAuthUser: 'watch' } }),
    path: 'grafana.datasources.tempo.secrets',
    received: '[]',
    remedy: 'add basicAuthPassword, or remove basicAuthUser',
    kept: datasources({ tempo: { ...TEMPO, basicAuthUser: 'watch', secrets: ['basicAuthPassword'] } }),
  },
  {
    rule: 'basicAuthPassword together with basicAuthUser',
    broken: datasources({ tempo: { ...TEMPO, secrets: ['basicAuthPassword'] } }),
    path: 'grafana.datasources.tempo.secrets',
    received: '["basicAuthPassword"]',
    remedy: 'write basicAuthUser, or remove basicAuthPassword',
    kept: datasources({ tempo: { ...TEMPO, secrets: ['tlsCACert'] } }),
  },
  {
    rule: 'no secret: settings of a datasource are a ConfigMap',
    broken: datasources({ others: [{ ...ORDERS, jsonData: { auth: [{ apiKey: 'hunter2' }] } }] }),
    path: 'grafana.datasources.others[0].jsonData.auth[0].apiKey',
    received: '(not shown)',
    remedy: 'write apiKey into secrets',
    kept: datasources({
      others: [{ ...ORDERS, jsonData: { oauthPassThru: true, tokenUri: 'https://id.example.com' } }],
    }),
  },
  {
    rule: expect.stringMatching(/^the plugin of a datasource that Grafana has: alertmanager, cloudwatch, /) as string,
    broken: datasources({ others: [{ ...ORDERS, type: 'grafana-clickhouse-datasource' }] }),
    path: 'grafana.datasources.others[0].type',
    received: '"grafana-clickhouse-datasource"',
    remedy: 'write one of these, or add the plugin to grafana.plugins',
    kept: {
      grafana: {
        plugins: {
          type: 'download',
          list: [{ id: 'grafana-clickhouse-datasource', version: '4.8.2' }],
          egress: EGRESS,
        },
        datasources: { others: [{ ...ORDERS, type: 'grafana-clickhouse-datasource' }] },
      },
    },
  },
  {
    rule: 'prod checks the certificates of its datasources',
    broken: {
      ...PROD,
      grafana: { ...PROD.grafana, datasources: { tempo: { ...TEMPO, jsonData: { tlsSkipVerify: true } } } },
    },
    path: 'grafana.datasources.tempo.jsonData.tlsSkipVerify',
    received: 'true',
    remedy:
      'remove it; for a private CA set network.caBundle, or write tlsAuthWithCACert: true, and tlsCACert into secrets',
    kept: datasources({ tempo: { ...TEMPO, jsonData: { tlsSkipVerify: true } } }),
  },
]);
