import { credentials } from '../../../src/config';
import { type SecretSpec, secretTable } from '../../../src/secrets/spec';
import { configWith, everythingConfig, HA, S3 } from '../../support/config';

const brief = (specs: readonly SecretSpec[]) =>
  specs.map(({ name, namespace, readBy, keys }) => `${namespace}/${name} → ${readBy}: ${Object.keys(keys).join(', ')}`);

describe('the Secrets of a stack', () => {
  it('are those of Grafana, the gateway and each pod that holds a credential', () => {
    expect(brief(secretTable(configWith()))).toEqual([
      'logging/grafana-admin → grafana: password, secretKey',
      'logging/grafana-metrics → grafana: password, authorization.conf',
      'logging/gateway-users → gateway: users, previous',
      'logging-agents/gateway-credential-promtail → promtail: password',
      'logging/gateway-credential-grafana → grafana: password',
    ]);
  });

  it('without auth are Grafana’s alone', () => {
    expect(brief(secretTable(configWith({ auth: { loki: { enabled: false } } })))).toEqual([
      'logging/grafana-admin → grafana: password, secretKey',
      'logging/grafana-metrics → grafana: password, authorization.conf',
    ]);
  });

  it('with S3 include the keys of the bucket', () => {
    expect(brief(secretTable(configWith({ storage: S3 })))).toContain('logging/loki-s3 → loki: credentials');
    expect(brief(secretTable(configWith(HA)))).toContain('logging/loki-s3 → loki, compactor: credentials');
  });

  it('have the configured names and namespaces, and say who makes each', () => {
    const made = secretTable(everythingConfig()).map(({ madeBy }, index) => [
      brief(secretTable(everythingConfig()))[index],
      madeBy,
    ]);
    expect(made).toEqual([
      ['watch/watch-admin → grafana: password, secretKey', 'secretSource'],
      ['watch/grafana-metrics → grafana: password, authorization.conf', 'secretSource'],
      ['watch/watch-oauth → grafana: github, google, generic', 'secretSource'],
      ['watch/watch-ldap → grafana: ldap.toml, ca.crt', 'secretSource'],
      ['watch/watch-database → grafana: password', 'secretSource'],
      ['watch/watch-smtp → grafana: password', 'secretSource'],
      [
        'watch/watch-datasources → grafana: tempo_basicAuthPassword, orders_password, orders_basicAuthPassword',
        'secretSource',
      ],
      ['watch/watch-tls → ingress controller: tls.crt, tls.key', 'cert-manager'],
      ['watch/gateway-users → gateway: users, previous', 'secretSource'],
      ['watch-agents/gateway-credential-shipper → promtail: password', 'secretSource'],
      ['watch/gateway-credential-viewer → grafana: password', 'secretSource'],
      ['watch/gateway-credential-watcher → canary: password, authorization.conf', 'secretSource'],
      [
        'watch/watch-gateway-tls → gateway: tls.crt, tls.key; grafana, canary: ca.crt: tls.crt, tls.key, ca.crt',
        'cert-manager',
      ],
      ['watch-agents/watch-gateway-ca → promtail: ca.crt', 'cert-manager'],
      ['watch/watch-outside-tls → ingress controller: tls.crt, tls.key', 'cert-manager'],
      ['watch/watch-bucket → loki, compactor: credentials', 'secretSource'],
      [
        'watch/alertmanager-receivers → alertmanager: channel, chat, mail_credentials, hook, hook_credentials, pager, teams, on-call, group, town-square, rocket, room, phone, phone_credentials, splunk, incidents, heartbeat_ruler, heartbeat_prometheus',
        'secretSource',
      ],
      ['watch/gateway-credential-auditor → grafana: password', 'secretSource'],
    ]);
  });

  it('with a certificate and no issuer are the operator’s to make', () => {
    const { madeBy } =
      secretTable(configWith({ gateway: { tls: {} } })).find(({ name }) => name === 'gateway-tls') ?? {};
    expect(madeBy).toBe('operator');
  });
});

test('the credentials are listed write, read, erase, then across tenants, in the order of the config', () => {
  expect(credentials(everythingConfig())).toEqual([
    { name: 'shipper', kind: 'write', tenants: ['app'] },
    { name: 'audit-shipper', kind: 'write', tenants: ['audit'] },
    { name: 'viewer', kind: 'read', tenants: ['app'] },
    { name: 'watcher', kind: 'read', tenants: ['app'] },
    { name: 'auditor', kind: 'read', tenants: ['audit'] },
    { name: 'eraser', kind: 'erase', tenants: ['app'] },
    { name: 'audit-eraser', kind: 'erase', tenants: ['audit'] },
    { name: 'overseer', kind: 'read', tenants: ['app', 'audit'] },
  ]);
});
