/** Datasources that a stack file adds: what Grafana's provisioning gets, and what it finds of their secrets. */
import { Grafana } from '../../../../src/components/grafana';
import { datasources } from '../../../../src/components/grafana/datasources';
import { derivedFields } from '../../../../src/dashboards/derived-fields';
import { configWith, everythingConfig } from '../../../support/config';
import { fileOf, render, secretAt } from '../../../support/manifests';

const config = everythingConfig();
const objects = render((scope) => new Grafana(scope, 'grafana', config));
const { datasources: all } = datasources(config) as {
  readonly datasources: readonly Readonly<Record<string, unknown>>[];
};
const byName = (name: string) => all.find((source) => source['name'] === name);

describe('given a tenant, Tempo and a database, Grafana', () => {
  it('has them behind its own, of which one alone is the default', () => {
    expect(all.map(({ uid, type, isDefault }) => [uid, type, isDefault])).toEqual([
      ['loki', 'loki', true],
      ['prometheus', 'prometheus', false],
      ['alertmanager', 'alertmanager', false],
      ['audit', 'loki', false],
      ['tempo', 'tempo', false],
      ['orders', 'grafana-postgresql-datasource', false],
    ]);
  });

  it('reads the other tenant through the gateway, with its credential and no header of its own', () => {
    expect(byName('Audit trail')).toMatchObject({
      url: 'https://gateway.watch.svc:443',
      basicAuth: true,
      basicAuthUser: 'auditor',
      secureJsonData: { basicAuthPassword: '$__file{/etc/grafana/secrets/tenant-audit/password}' },
    });
    expect(JSON.stringify(byName('Audit trail'))).not.toMatch(/OrgID/i);
    expect(JSON.stringify(byName('Audit trail'))).toContain('%22datasource%22%3A%22audit%22');
  });

  it('goes from a line to its trace, and from a span to its lines', () => {
    const trace = derivedFields({ tempo: 'tempo' }).find(({ name }) => name === 'traceId');
    expect(trace).toEqual({
      name: 'traceId',
      matcherType: 'label',
      matcherRegex: '^traceId$',
      url: '${__value.raw}',
      urlDisplayLabel: 'Trace',
      targetBlank: false,
      datasourceUid: 'tempo',
    });
    expect(byName('Tempo')).toMatchObject({
      url: 'https://tempo.example.com/tempo',
      basicAuthUser: 'watch',
      jsonData: {
        nodeGraph: { enabled: true },
        // Two dollars: Grafana expands one in a provisioning file.
        tracesToLogsV2: { datasourceUid: 'loki', query: '{job=~".+"} | traceId="$${__trace.traceId}"' },
      },
    });
  });

  it('has the settings of the database as they are written, and its secrets as names of files', () => {
    expect(byName('Orders')).toMatchObject({
      url: 'orders.databases.svc:5434',
      user: 'reader',
      jsonData: { database: 'orders', sslmode: 'verify-full' },
      secureJsonData: { password: '$__file{/etc/grafana/secrets/datasources/orders_password}' },
    });
  });

  it('finds every file that a datasource names', () => {
    const named = fileOf(objects, 'grafana-provisioning', 'datasources.yaml').matchAll(
      /\$__file\{(\/etc\/grafana\/secrets\/.+?)\}/g,
    );
    expect([...named].map(([, path = '']) => secretAt(objects, path))).toEqual([
      'gateway-credential-viewer/password',
      'gateway-credential-auditor/password',
      'watch-datasources/tempo_basicAuthPassword',
      'watch-datasources/orders_password',
      'watch-datasources/orders_basicAuthPassword',
    ]);
  });
});

it('a dollar in a setting is one, however deep it is', () => {
  const { datasources: written } = datasources(
    configWith({
      grafana: {
        datasources: {
          others: [
            {
              name: 'Orders',
              uid: 'orders',
              type: 'mysql',
              url: 'db.example.com:3306',
              jsonData: { list: [{ text: '$HOME' }] },
              egress: [{ cidr: '10.0.0.1/32', port: 3306 }],
            },
          ],
        },
      },
    }),
  ) as { readonly datasources: readonly Readonly<Record<string, unknown>>[] };
  expect(written.at(-1)?.['jsonData']).toEqual({ list: [{ text: '$$HOME' }] });
});
