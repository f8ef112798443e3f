import { createHash } from 'node:crypto';
import type { StackConfig } from '../../../src/config';
import { secretHash, secretObjects } from '../../../src/secrets/objects';
import type { SecretValues } from '../../../src/secrets/row';
import { configWith, everythingOwnConfig } from '../../support/config';
import { plantedSecrets } from '../../support/secrets';

const usersOf = (config: StackConfig, values: SecretValues) =>
  secretObjects(config, values).find(({ name }) => name === 'gateway-users')?.stringData ?? {};

/** What nginx does with `{SSHA}`: the salt is what follows the 20 bytes of the digest. */
function verifies(line: string, password: string): boolean {
  const [, encoded = ''] = /^[^:]+:\{SSHA\}([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const digest = createHash('sha1').update(password).update(bytes.subarray(20)).digest();
  return bytes.length > 20 && digest.equals(bytes.subarray(0, 20));
}

describe('given the credentials of a stack, the gateway’s users', () => {
  const config = everythingOwnConfig();
  const values = plantedSecrets(config);
  const users = usersOf(config, values);
  const linesOf = (file: string) => (users[file] ?? '').trimEnd().split('\n');

  it('are one line for each credential of whatever kind, and none of a password before', () => {
    expect(linesOf('users').map((line) => line.split(':')[0])).toEqual([
      'shipper',
      'audit-shipper',
      'viewer',
      'watcher',
      'auditor',
      'eraser',
      'audit-eraser',
      'overseer',
    ]);
    expect(users['previous']).toBe('');
  });

  it('hold the password before, where one is given, apart from the present one', () => {
    const both = usersOf(config, { ...values, 'gatewayPrevious.viewer': 'the-password-before-0123456789' });
    expect(both['users']).toBe(users['users']);
    expect(verifies((both['previous'] ?? '').trimEnd(), 'the-password-before-0123456789')).toBe(true);
  });

  it('verify against their password, and against no other', () => {
    for (const line of linesOf('users')) {
      const name = line.split(':')[0] ?? '';
      expect(verifies(line, values[`gateway.${name}`] ?? '')).toBe(true);
      expect(verifies(line, `${values[`gateway.${name}`] ?? ''}x`)).toBe(false);
    }
  });

  it('are the same in every run, so that nothing is applied again', () => {
    expect(usersOf(config, { ...values })).toEqual(users);
  });

  it('do not show that two credentials have one password', () => {
    const same = Object.fromEntries(Object.keys(values).map((path) => [path, 'one-password-for-everyone']));
    const hashes = Object.values(usersOf(config, same)).flatMap((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':')[1]),
    );
    expect(new Set(hashes.filter((hash) => hash !== undefined)).size).toBe(8);
  });

  it('hold no password', () => {
    expect(Object.values(values).filter((value) => JSON.stringify(users).includes(value))).toEqual([]);
  });
});

describe('given secret values, the Secrets', () => {
  it('hold each where its reader looks for it', () => {
    const config = everythingOwnConfig();
    const values = plantedSecrets(config);
    expect(secretObjects(config, values).filter(({ name }) => name !== 'gateway-users')).toEqual([
      {
        name: 'watch-admin',
        namespace: 'watch',
        stringData: { password: values['grafana.adminPassword'], secretKey: values['grafana.secretKey'] },
      },
      {
        name: 'grafana-metrics',
        namespace: 'watch',
        stringData: {
          password: expect.stringMatching(/^[\w-]{32}$/) as string,
          'authorization.conf': expect.stringMatching(
            /^proxy_set_header Authorization "Basic [\w+/]+=*";\n$/,
          ) as string,
        },
      },
      {
        name: 'watch-oauth',
        namespace: 'watch',
        stringData: {
          github: values['grafana.oauth.github'],
          google: values['grafana.oauth.google'],
          generic: values['grafana.oauth.generic'],
        },
      },
      {
        name: 'watch-ldap',
        namespace: 'watch',
        stringData: {
          'ldap.toml': expect.stringContaining(
            `bind_password = "${values['grafana.ldapBindPassword'] ?? ''}"`,
          ) as string,
          'ca.crt': values['grafana.ldapCa'],
        },
      },
      {
        name: 'watch-database',
        namespace: 'watch',
        stringData: { password: values['grafana.databasePassword'] },
      },
      { name: 'watch-smtp', namespace: 'watch', stringData: { password: values['grafana.smtpPassword'] } },
      {
        name: 'watch-datasources',
        namespace: 'watch',
        stringData: {
          tempo_basicAuthPassword: values['grafana.datasources.tempo.basicAuthPassword'],
          orders_password: values['grafana.datasources.orders.password'],
          orders_basicAuthPassword: values['grafana.datasources.orders.basicAuthPassword'],
        },
      },
      {
        name: 'gateway-credential-shipper',
        namespace: 'watch-agents',
        stringData: { password: values['gateway.shipper'] },
      },
      { name: 'gateway-credential-viewer', namespace: 'watch', stringData: { password: values['gateway.viewer'] } },
      {
        name: 'gateway-credential-watcher',
        namespace: 'watch',
        stringData: {
          password: values['gateway.watcher'],
          'authorization.conf': `proxy_set_header Authorization "Basic ${Buffer.from(`watcher:${values['gateway.watcher'] ?? ''}`).toString('base64')}";\n`,
        },
      },
      {
        name: 'watch-bucket',
        namespace: 'watch',
        stringData: {
          credentials: `[default]\naws_access_key_id=${values['s3.accessKeyId'] ?? ''}\naws_secret_access_key=${values['s3.secretAccessKey'] ?? ''}\n`,
        },
      },
      {
        name: 'alertmanager-receivers',
        namespace: 'watch',
        stringData: {
          channel: values['alertmanager.channel'],
          chat: values['alertmanager.chat'],
          mail_credentials: values['alertmanagerCredentials.mail'],
          hook: values['alertmanager.hook'],
          hook_credentials: values['alertmanagerCredentials.hook'],
          pager: values['alertmanager.pager'],
          teams: values['alertmanager.teams'],
          'on-call': values['alertmanager.on-call'],
          group: values['alertmanager.group'],
          'town-square': values['alertmanager.town-square'],
          rocket: values['alertmanager.rocket'],
          room: values['alertmanager.room'],
          phone: values['alertmanager.phone'],
          phone_credentials: values['alertmanagerCredentials.phone'],
          splunk: values['alertmanager.splunk'],
          incidents: values['alertmanager.incidents'],
          heartbeat_ruler: values['heartbeat.ruler'],
          heartbeat_prometheus: values['heartbeat.prometheus'],
        },
      },
      { name: 'gateway-credential-auditor', namespace: 'watch', stringData: { password: values['gateway.auditor'] } },
    ]);
  });

  it('are not made from values that are missing', () => {
    expect(() => secretObjects(configWith(), {})).toThrow(
      'No value for secrets.grafana.adminPassword; call checkSecretValues first.',
    );
  });
});

test('a token that Alertmanager reads once rolls its pods, and a URL that it reads at each message does not', () => {
  const egress = [{ cidr: '203.0.113.0/24', port: 443 }];
  const hash = (
    receiver: { readonly name: string; readonly egress: typeof egress } & (
      { readonly type: 'slack' } | { readonly type: 'incidentio'; readonly source: string }
    ),
  ) => {
    const config = configWith({ alertmanager: { type: 'embedded', receivers: [receiver] } });
    return (value: string) =>
      secretHash(config, { ...plantedSecrets(config), 'alertmanager.operators': value }, 'alertmanager');
  };
  const incidentio = hash({ name: 'operators', type: 'incidentio', source: 'a', egress });
  expect(incidentio('one')).not.toBe(incidentio('two'));
  expect(hash({ name: 'operators', type: 'slack', egress })('one')).toBeUndefined();
});
