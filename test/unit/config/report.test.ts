import { formatProblems, parseStackConfig } from '../../../src/config';
import { formatPath, formatReceived } from '../../../src/config/problem';
import { configError, problemsOf, S3 } from '../../support/config';

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
    ).toEqual(['network.clients[0].namespace', 'grafana.ingress.tls', 'grafana.url']);
  });

  it('judges no environment as if it were one', () => {
    expect(pathsOf({})).toEqual(['environment']);
    expect(pathsOf({ environment: 'production', namespaces: { agents: 'logging' } })).toEqual([
      'environment',
      'namespaces.agents',
    ]);
  });
});

describe('given a field that is itself wrong, a rule that reads it is silent', () => {
  test.each([
    ['the field', { deployment: { mode: 'ha', replicas: 'three' }, storage: S3 }, ['deployment.replicas']],
    [
      'a field that is missing',
      {
        environment: 'prod',
        storage: { type: 's3' },
        grafana: { url: 'https://x.example.com', ingress: { tls: { secretName: 'tls' } } },
      },
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
    ['the union’s type', { storage: { type: 'gcs' }, deployment: { mode: 'ha', replicas: 3 } }, ['storage.type']],
    [
      'half of a comparison',
      { limits: { ingestionRate: 'fast' }, agent: { batchSize: '16MB' } },
      ['limits.ingestionRate', 'agent.batchSize'],
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
    ['a long text cut short', 'x'.repeat(300), `"${'x'.repeat(199)}…`],
  ])('shows %s', (_, value, text) => {
    expect(formatReceived(value)).toBe(text);
  });
});
