import { formatProblems, parseStackConfig } from '../../../src/config';
import { formatPath, formatReceived } from '../../../src/config/problem';
import { configError, problemsOf, S3 } from '../../support/config';
import { EGRESS, OIDC, PROD } from './rules/rows';

const FAR = [{ cidr: '203.0.113.0/24', port: 8443 }];
const LDAP = {
  host: 'ldap.example.com',
  bindDn: 'cn=grafana,dc=example,dc=com',
  searchBaseDns: ['dc=example,dc=com'],
  groups: [{ dn: 'cn=logs,dc=example,dc=com', role: 'viewer' }],
  egress: EGRESS,
};
/** So little that the agent's usual batch would be too large. */
const OF_ONE_TENANT = { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } };

const pathsOf = (input: object) => problemsOf(input).map(({ path }) => path);

describe('given several things wrong at once', () => {
  it('reports every one in one error, those that join fields too', () => {
    expect(
      pathsOf({
        environment: 'dev',
        limts: {},
        retention: { period: 'a month', deleteDelay: '0s' },
        images: { loki: 'loki:latest' },
        network: { clients: [{ namespace: 'A' }, ''] },
        limits: { ingestionBurst: '1MB', perStreamRate: '1MB', perStreamBurst: '2MB' },
        namespaces: { agents: 'logging' },
      }).sort(),
    ).toEqual([
      'images.loki',
      'limits.ingestionBurst',
      'limts',
      'namespaces.agents',
      'network.clients[0].namespace',
      'network.clients[1]',
      'retention.deleteDelay',
      'retention.period',
    ]);
  });

  it('still finds what is right around an entry that lacks a field', () => {
    expect(
      pathsOf({ environment: 'prod', network: { clients: [{ podLabels: { app: 'exporter' } }] }, storage: S3 }),
    ).toEqual([
      'network.clients[0].namespace',
      'gateway.tls',
      'grafana.ingress.tls',
      'grafana.url',
      'alertmanager.receivers',
    ]);
  });

  it('judges no environment as if it were one', () => {
    expect(pathsOf({})).toEqual(['environment']);
    expect(pathsOf({ environment: 'production', namespaces: { agents: 'logging' } })).toEqual([
      'environment',
      'namespaces.agents',
    ]);
  });
});

describe('given a field that is itself wrong, a rules neighbours alone still speaks', () => {
  test.each([
    [
      'of Grafana’s login',
      { grafana: { login: { adminSecret: 'A', form: false } } },
      ['grafana.login.adminSecret', 'grafana.login.form'],
    ],
    [
      'of Grafana’s mail server',
      { grafana: { smtp: { host: 7, from: 'a@example.com', egress: EGRESS }, url: 'https://a.example.com/?b' } },
      ['grafana.smtp.host', 'grafana.url'],
    ],
    [
      'of a directory',
      { grafana: { login: { ldap: { ...LDAP, port: 'ldap' }, oauth: { generic: { ...OIDC, egress: FAR } } } } },
      ['grafana.login.ldap.port', 'grafana.login.oauth.generic.egress'],
    ],
  ])('%s', (_, input, paths) => {
    expect(pathsOf({ environment: 'dev', ...input })).toEqual(paths);
  });
});

describe('given a field that is itself wrong, a rule that reads it is silent', () => {
  test.each([
    ['the field', { deployment: { mode: 'ha', replicas: 'three' }, storage: S3 }, ['deployment.replicas']],
    [
      'a field that is missing',
      { ...PROD, storage: { type: 's3' } },
      ['storage.bucket', 'storage.region', 'storage.egress'],
    ],
    ['a field whose name is misspelt', { deployment: { mode: 'ha', replcas: 3 }, storage: S3 }, ['deployment.replcas']],
    [
      'a section whose name is misspelt',
      { storge: S3, deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 } },
      ['storge'],
    ],
    [
      'an entry of the list',
      { auth: { loki: { tenants: ['spywatcher'] } }, agent: { credential: 'shipper' } },
      ['auth.loki.tenants[0]'],
    ],
    [
      'the union’s type',
      { storage: { type: 'swift' }, deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 } },
      ['storage.type'],
    ],
    [
      'half of a comparison',
      { limits: { ingestionRate: 'fast' }, agent: { batchSize: '16MB' } },
      ['limits.ingestionRate', 'agent.batchSize'],
    ],
    [
      'another half of it',
      { limits: { perStreamBurst: 'much' }, agent: { batchSize: '16MB' } },
      ['limits.perStreamBurst'],
    ],
    ['a batch', { limits: OF_ONE_TENANT, agent: { batchSize: 'much' } }, ['agent.batchSize']],
    [
      'a burst of all tenants',
      { limits: { ingestionRate: '30MB', ingestionBurst: 'much' } },
      ['limits.ingestionBurst'],
    ],
    [
      'a burst of one tenant',
      { limits: { tenants: { spywatcher: { ingestionRate: '30MB', ingestionBurst: 'much' } } } },
      ['limits.tenants.spywatcher.ingestionBurst'],
    ],
    [
      'a tenant that others name',
      {
        auth: { loki: { tenants: [{ name: 'a|b' }], crossTenantReaders: [{ name: 'overseer', tenants: ['c', 'd'] }] } },
        retention: { tenants: { c: { period: '48h' } } },
        limits: { tenants: { d: { maxTails: 1 } } },
      },
      ['auth.loki.tenants[0].name'],
    ],
    ['TLS of the gateway', { ...PROD, gateway: { tls: true } }, ['gateway.tls']],
    [
      'TLS of the Ingress',
      { ...PROD, grafana: { url: 'https://logs.example.com', ingress: { tls: true } } },
      ['grafana.ingress.tls'],
    ],
    [
      'Grafana’s URL',
      { grafana: { url: 'logs.example.com', ingress: { tls: { secretName: 'tls' } } } },
      ['grafana.url'],
    ],
    [
      'the port of a directory',
      { grafana: { login: { ldap: { ...LDAP, port: 'ldap', encryption: 'startTls' } } } },
      ['grafana.login.ldap.port'],
    ],
    [
      'the encryption of a directory',
      { grafana: { login: { ldap: { ...LDAP, port: 389, encryption: 'ssl' } } } },
      ['grafana.login.ldap.encryption'],
    ],
    [
      'the port of a database',
      { grafana: { database: { type: 'postgres', host: 'db.example.com', port: 0, egress: FAR } } },
      ['grafana.database.port'],
    ],
    ['the type of a database', { grafana: { replicas: 2, database: { type: 'postgre' } } }, ['grafana.database.type']],
    [
      'the port of a mail server',
      { grafana: { smtp: { host: 'a.example.com', port: 0, from: 'a@example.com', egress: FAR } } },
      ['grafana.smtp.port'],
    ],
    [
      'the only provider',
      { grafana: { login: { form: false, oauth: { github: { clientId: 7, organizations: ['a'], egress: EGRESS } } } } },
      ['grafana.login.oauth.github.clientId'],
    ],
    [
      'the name of a Secret that has another one’s default',
      {
        grafana: {
          login: { adminSecret: 'A' },
          database: {
            type: 'postgres',
            host: 'a',
            passwordSecret: 'grafana-admin',
            egress: [{ namespace: 'a', port: 1 }],
          },
        },
      },
      ['grafana.login.adminSecret'],
    ],
    [
      'a namespace that has another one’s default',
      { namespaces: { logging: 'logging-agents', agents: 'Agents' } },
      ['namespaces.agents'],
    ],
    [
      'a limit of memory',
      {
        resources: { loki: { requests: { memory: '2Gi' }, limits: { memory: '2 Gi' } } },
        limits: { queryCache: '600MB' },
      },
      ['resources.loki.limits.memory'],
    ],
  ])('%s', (_, input, paths) => {
    expect(pathsOf({ environment: 'dev', ...input })).toEqual(paths);
  });
});

describe('the report', () => {
  const problem = { path: 'a.b', received: '3', rule: 'less', remedy: 'write 2' };

  it('names its source, counts, says that nothing was done, and gives each problem four lines', () => {
    expect(formatProblems('Pulumi.prod.yaml', [problem, { ...problem, path: 'c[0]' }])).toBe(
      [
        'Pulumi.prod.yaml: 2 problems, nothing was written or applied.',
        '',
        '  a.b',
        '    received: 3',
        '    rule:     less',
        '    remedy:   write 2',
        '',
        '  c[0]',
        '    received: 3',
        '    rule:     less',
        '    remedy:   write 2',
      ].join('\n'),
    );
  });

  it('counts one problem in the singular', () => {
    expect(formatProblems('x', [problem])).toMatch(/^x: 1 problem, nothing/);
  });

  it('is the message of the error', () => {
    const error = configError(() => parseStackConfig('Pulumi.x.yaml', {}));
    expect(error).toMatchObject({ name: 'ConfigError', source: 'Pulumi.x.yaml' });
    expect(error.message).toBe(formatProblems('Pulumi.x.yaml', error.problems));
  });

  test.each([
    [['a', 'b'], 'a.b'],
    [['a', 0, 'b', 1], 'a[0].b[1]'],
    [[], ''],
  ])('writes the path %j as %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, '(missing)'],
    ['null', null, 'null'],
    ['text in quotes', 'a"b', '"a\\"b"'],
    ['a number', 1.5, '1.5'],
    ['no number', NaN, 'NaN'],
    ['a big number', 12n, '12'],
    ['a flag', false, 'false'],
    ['a list', [1, 'a'], '[1,"a"]'],
    ['code', () => 1, '(a function)'],
    [
      'a mapping without its secrets',
      { user: 'a', password: 'b', tokens: { x: 1 } },
      '{"user":"a","password":"(not shown)","tokens":{"x":1}}',
    ],
    [
      'a text without a private key in it',
      '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n',
      '"(not shown)"',
    ],
    ['a long text cut short', 'x'.repeat(300), `"${'x'.repeat(199)}…`],
  ])('shows %s', (_, value, text) => {
    expect(formatReceived(value)).toBe(text);
  });
});
