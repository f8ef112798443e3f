/** The secrets reference: no value, no Secret and no entry of a store is missing, whatever the stack. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  credentials,
  credentialSecretName,
  loadStackConfig,
  parseStackConfig,
  type StackConfig,
} from '../../../src/config';
import { type SecretSpec, secretTable } from '../../../src/secrets/spec';
import { storeEntries } from '../../../src/secrets/objects';
import { requiredSecrets } from '../../../src/secrets/values';
import { secretsReference } from '../../../src/docs/secrets-reference';
import {
  AZURE,
  everything,
  everythingConfig,
  GCS,
  OTHER_STORES,
  otherwise,
  otherwiseAgents,
} from '../../support/config';

const ROOT = join(__dirname, '..', '..', '..');
const page = secretsReference();

/** Rows of the table below a heading, without its head. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  const lines = own.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(/ (?<!\\)\| /));
}

const values = rowsOf('Values');
const secrets = rowsOf('Kubernetes Secrets');
const entries = rowsOf('Entries of a store');

const stacks = readdirSync(ROOT).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.slice(1) ?? []);
const configs: readonly (readonly [string, StackConfig])[] = [
  ['everything', everythingConfig()],
  ['otherwise', parseStackConfig('test', otherwise)],
  ['agents alone', parseStackConfig('test', otherwiseAgents)],
  ...Object.entries(OTHER_STORES).map(([store, input]) => [store, parseStackConfig('test', input)] as const),
  ...stacks.map((stack) => [stack, loadStackConfig(ROOT, stack)] as const),
];

/** A path as the page has it, whatever the credentials are called. */
function shownPath(config: StackConfig, path: string): string {
  const [kind = '', name = ''] = path.split('.');
  const names = [config.agent.credential, ...credentials(config).map((credential) => credential.name)];
  const isCredential = kind.startsWith('gateway') && names.includes(name);
  if (path.startsWith('agent.also.')) return path.replace(/^(agent\.also)\.[^.]+/, '$1.<name>');
  if (path.startsWith('grafana.datasources.')) return 'grafana.datasources.<uid>.<setting>';
  if (kind.startsWith('alertmanager')) return `${kind}.<receiver>`;
  return isCredential ? `${kind}.<credential>` : path;
}

/** A key as the page has it, whatever receivers and datasources are called. */
function shownKey({ name }: SecretSpec, key: string): string {
  if (name.endsWith('-datasources')) return '<uid>_<setting>';
  if (name === 'agent-also') return shownAlso(key);
  return name === 'alertmanager-receivers' ? shownReceiver(key) : key;
}

const shownAlso = (key: string): string => key.replace(/^[^_]+/, '<name>');

/** The heartbeat is called so in every stack. */
function shownReceiver(key: string): string {
  return key.startsWith('heartbeat_') ? key : key.replace(/^[^_]+/, '<receiver>');
}

/** A property of an entry, whatever receivers and datasources are called. */
function shownProperty(entry: string, property: string): string {
  if (entry.endsWith('-datasources')) return '<uid>_<setting>';
  if (entry.endsWith('/agent-also')) return shownAlso(property);
  return entry.endsWith('/alertmanager-receivers') ? shownReceiver(property) : property;
}

/** The row of a Secret, whatever it is called. */
function rowOf(config: StackConfig, { name, namedAt }: SecretSpec): readonly string[] | undefined {
  const { agent, grafana, canary, storage } = config;
  const fixed = name
    .replace(credentialSecretName(agent.credential), credentialSecretName('<agent.credential>'))
    .replace(
      credentialSecretName(agent.tenants[0]?.credential ?? '-'),
      credentialSecretName('<agent.tenants[].credential>'),
    )
    .replace(credentialSecretName(grafana.credential), credentialSecretName('<grafana.credential>'))
    .replace(credentialSecretName(canary?.credential ?? '-'), credentialSecretName('<canary.credential>'))
    .replace(
      credentialSecretName(grafana.datasources.tenants[0]?.credential ?? '-'),
      credentialSecretName('<grafana.datasources.tenants[].credential>'),
    );
  const option = namedAt?.join('.');
  // One option names the Secret of each kind of bucket.
  if (option === 'storage.access.secret')
    return secrets.find(([cell]) => cell === `\`loki-${storage.type}\` (\`${option}\`)`);
  return secrets.find(([cell = '']) =>
    option === undefined ? cell === `\`${fixed}\`` : cell.endsWith(`(\`${option}\`)`) || cell === `\`<${option}>\``,
  );
}

/** Readers, and of which keys; a stack may be without some of those that the page has. */
const readersIn = (text: string): readonly string[] => text.split(/[:;,] | or /);

test('of a stack with every option, the page names the readers as the table does', () => {
  const config = everythingConfig();
  for (const spec of secretTable(config)) expect(rowOf(config, spec)?.[3]?.split(' or ')).toContain(spec.readBy);
});

test('there are stacks of the repository among the configs', () =>
  expect(stacks).toEqual(expect.arrayContaining(['dev', 'staging', 'prod'])));

describe.each(configs)('of %s', (_, config) => {
  test('every value has its row', () => {
    const paths = requiredSecrets(config).map(({ path }) => `\`secrets.${shownPath(config, path)}\``);
    const documented = values.map(([path]) => path);
    expect(paths.length).toBeGreaterThanOrEqual(2);
    expect(paths.filter((path) => !documented.includes(path))).toEqual([]);
  });

  test('every Secret has its row, with all of its keys', () => {
    const missing = secretTable(config).filter((spec) => {
      const keys = rowOf(config, spec)?.[4] ?? '';
      return !Object.keys(spec.keys).every((key) => keys.includes(`\`${shownKey(spec, key)}\`: `));
    });
    expect(missing).toEqual([]);
  });

  test('every Secret says who makes it and who reads it', () => {
    const words = { secretSource: '`secretSource`', 'cert-manager': 'cert-manager', operator: 'you' };
    const wrong = secretTable(config).filter((spec) => {
      const [, , madeBy = '', readBy = ''] = rowOf(config, spec) ?? [];
      const hasReader = (reader: string): boolean => readersIn(readBy).includes(reader);
      return !madeBy.includes(words[spec.madeBy]) || !readersIn(spec.readBy).every(hasReader);
    });
    expect(wrong).toEqual([]);
  });
});

test('nothing has two rows', () => {
  const names = [
    ...values.map(([path]) => path),
    ...secrets.map(([name]) => name),
    ...entries.map(([entry, property]) => `${entry} ${property}`),
  ];
  expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
});

test('every cell is filled', () => {
  const incomplete = [...values, ...secrets, ...entries].filter((row) => row.some((cell) => cell.trim() === ''));
  expect(incomplete).toEqual([]);
});

test.each([
  ['grafana.adminPassword', 'always'],
  ['grafana.oauth.github', 'with `grafana.login.oauth.github`'],
  ['grafana.oauth.google', 'with `grafana.login.oauth.google`'],
  ['grafana.oauth.generic', 'with `grafana.login.oauth.generic`'],
  ['grafana.ldapBindPassword', 'with `grafana.login.ldap`'],
  ['grafana.ldapCa', 'with `grafana.login.ldap.privateCa`'],
  ['grafana.databasePassword', 'with `grafana.database.type: postgres`'],
  ['grafana.smtpPassword', 'with `grafana.smtp.user`'],
  ['gateway.<credential>', 'with `auth.loki.enabled`'],
  ['gatewayPrevious.<credential>', 'optional, with `auth.loki.enabled`'],
  ['s3.accessKeyId', 'with `storage.type: s3`'],
  ['gcs.serviceAccountKey', 'with `storage.type: gcs`'],
  ['azure.accountKey', 'with `storage.type: azure`'],
  ['agent.gateway.ca', 'with `agent.gateway.privateCa`'],
])('value %s: when it is needed', (path, needed) => {
  expect(values.find(([cell]) => cell === `\`secrets.${path}\``)?.at(-1)).toBe(needed);
});

test('a value says what becomes of it, and its rule is that of the check', () => {
  const [, rule] = requiredSecrets(everythingConfig()).map((value) => value.rule);
  expect(values.find(([path]) => path === '`secrets.grafana.secretKey`')?.slice(1, 3)).toEqual([
    '`secretKey` of `grafana-admin`: key that Grafana encrypts its own database fields with; `password` of `grafana-metrics`: password of Grafana’s metrics; `authorization.conf` of `grafana-metrics`: line of nginx’ configuration that adds it to a request',
    rule,
  ]);
});

test('the value of a credential becomes a line of the gateway’s users, and the password of the pod that uses it', () => {
  const becomes = values.find(([path]) => path === '`secrets.gateway.<credential>`')?.[1]?.split('; ');
  expect(becomes?.map((place) => place.split(': ')[0])).toEqual([
    '`users` of `gateway-users`',
    '`password` of `gateway-credential-<agent.credential>`',
    '`password` of `gateway-credential-<grafana.credential>`',
    '`password` of `gateway-credential-<canary.credential>`',
    '`authorization.conf` of `gateway-credential-<canary.credential>`',
  ]);
});

test.each([
  [
    '`gateway-tls` (`gateway.tls.secretName`)',
    'you; cert-manager, with `gateway.tls.clusterIssuer`',
    'with `gateway.tls`',
  ],
  [
    '`<grafana.ingress.tls.secretName>`',
    'you; cert-manager, with `grafana.ingress.tls.clusterIssuer`',
    'with `grafana.ingress.tls`',
  ],
  [
    '`<gateway.expose.tls.secretName>`',
    'you; cert-manager, with `gateway.expose.tls.clusterIssuer`',
    'with `gateway.expose.tls`',
  ],
  ['`agent-gateway-ca`', 'by `secretSource`', 'with `agent.gateway.privateCa`'],
  ['`loki-s3` (`storage.access.secret`)', 'by `secretSource`', 'with `storage.type: s3`'],
  ['`loki-gcs` (`storage.access.secret`)', 'by `secretSource`', 'with `storage.type: gcs`'],
  ['`loki-azure` (`storage.access.secret`)', 'by `secretSource`', 'with `storage.type: azure`'],
  [
    '`grafana-oauth` (`grafana.login.oauth.secret`)',
    'by `secretSource`',
    'with `grafana.login.oauth.github`, `grafana.login.oauth.google`, or `grafana.login.oauth.generic`',
  ],
])('Secret %s: who makes it, and when it is needed', (name, madeBy, needed) => {
  const row = secrets.find(([cell]) => cell === name);
  expect([row?.[2], row?.[5]]).toEqual([madeBy, needed]);
});

test('the certificate of a host outside is read by whoever shows it', () =>
  expect(secrets.find(([name]) => name === '`<gateway.expose.tls.secretName>`')?.[3]).toBe(
    'ingress controller or gateway',
  ));

test('a key that not every such Secret has says when it is there', () => {
  const keys = secrets.find(([name]) => name === '`grafana-ldap` (`grafana.login.ldap.bindSecret`)')?.[4]?.split('; ');
  expect(keys).toEqual([
    '`ldap.toml`: Grafana’s LDAP config, with the password that it searches with',
    '`ca.crt`: certificate of the CA of the LDAP server, with `grafana.login.ldap.privateCa`',
  ]);
});

describe('the entries of a store', () => {
  test('are those of the Secrets that secretSource makes, in their order', () => {
    const made = secrets.filter(([, , madeBy]) => madeBy === 'by `secretSource`');
    const names = made.map(([name = '']) => name.replace(/ \(.*/, '').replaceAll('`', ''));
    const order = [...new Set(entries.map(([entry = '']) => entry.replaceAll('`', '').replace('<prefix>/', '')))];
    expect(order).toEqual(names);
  });

  test('have all properties that a filled store has', () => {
    const propertiesIn = (config: StackConfig) => {
      const filled = Object.fromEntries(requiredSecrets(config).map(({ path }) => [path, 'any']));
      return Object.entries(storeEntries(config, filled)).map(
        ([name, entry]) => [name, [...new Set(Object.keys(entry).map((key) => shownProperty(name, key)))]] as const,
      );
    };
    // What only the Collector has is in a stack of its own.
    const ofCollector = parseStackConfig('test', { ...otherwise, secretSource: everything.secretSource });
    const ofAgentsAlone = parseStackConfig('test', { ...otherwiseAgents, secretSource: everything.secretSource });
    const documented = entries.map(([, property]) => property);
    const properties = [
      ...propertiesIn(everythingConfig()),
      ...propertiesIn(ofCollector).filter(
        ([name]) =>
          name.endsWith('/agent-also') ||
          ofCollector.agent.tenants.some(({ credential }) => name.endsWith(`/${credentialSecretName(credential)}`)),
      ),
      ...propertiesIn(ofAgentsAlone).filter(([name]) => name.endsWith('/agent-gateway-ca')),
      ...([GCS, AZURE] as const).flatMap((storage) =>
        propertiesIn(parseStackConfig('test', { ...everything, storage })).filter(([name]) => name.includes('/loki-')),
      ),
    ].flatMap(([, names]) => names);
    expect(properties.map((property) => `\`${property}\``).toSorted()).toEqual(documented.toSorted());
  });

  test.each([
    ['grafana-admin', 'password', '`grafana.adminPassword`'],
    ['grafana-ldap', 'bindPassword', '`grafana.ldapBindPassword`'],
    ['gateway-users', 'users', 'htpasswd of all credentials, from `gateway.<credential>`'],
    ['gateway-credential-<agent.credential>', 'password', '`gateway.<credential>`'],
  ])('%s: %s', (name, property, holds) => {
    expect(entries.find(([entry, key]) => entry === `\`<prefix>/${name}\`` && key === `\`${property}\``)?.[2]).toBe(
      holds,
    );
  });

  test('passwords before a rotation need not be there, but their property does', () => {
    expect(entries.find(([, property]) => property === '`previous`')?.[2]).toMatch(
      /, from `gatewayPrevious\.<credential>`; may be empty$/,
    );
  });
});
