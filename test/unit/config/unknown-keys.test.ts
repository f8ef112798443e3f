import { configError, problemsOf, S3 } from '../../support/config';
import { parseStackConfig } from '../../../src/config';

const only = (input: object) => {
  const [problem, ...others] = problemsOf({ environment: 'dev', ...input });
  expect(others).toEqual([]);
  return problem;
};

describe('given a key that looks like a known one, the report asks whether that was meant', () => {
  test.each([
    ['at the top', { limts: {} }, 'limts', 'limits'],
    ['in a section', { retention: { perod: '30d' } }, 'retention.perod', 'retention.period'],
    [
      'three sections deep',
      { resources: { loki: { limits: { memry: '1Gi' } } } },
      'resources.loki.limits.memry',
      'resources.loki.limits.memory',
    ],
    [
      'in a list',
      { auth: { loki: { tenants: [{ name: 'a', write: ['promtail'], raed: [], read: ['grafana'] }] } } },
      'auth.loki.tenants[0].raed',
      'auth.loki.tenants[0].read',
    ],
    [
      'below a name',
      { retention: { tenants: { spywatcher: { period: '30d', stream: [] } } } },
      'retention.tenants.spywatcher.stream',
      'retention.tenants.spywatcher.streams',
    ],
    ['in S3 storage', { storage: { ...S3, endpiont: 'http://minio:9000' } }, 'storage.endpiont', 'storage.endpoint'],
    [
      'in filesystem storage',
      { storage: { type: 'filesystem', allowInProducton: true } },
      'storage.allowInProducton',
      'storage.allowInProduction',
    ],
    ['in capitals', { retention: { Period: '30d' } }, 'retention.Period', 'retention.period'],
  ])('%s', (_, input, path, meant) => {
    expect(only(input)).toMatchObject({ path, remedy: `did you mean ${meant}?` });
  });
});

describe('given a key that looks like none', () => {
  it('lists the known ones, says to remove it, and does not show what may be anything', () => {
    expect(only({ deployment: { autoscaling: 'hunter2' } })).toEqual({
      path: 'deployment.autoscaling',
      received: '(not shown)',
      rule: 'a known key: mode, replicas, replicationFactor, clusterLabel, joins, zoneAware',
      remedy: 'remove it',
    });
  });

  it('takes a key of the other kind of storage for unknown', () => {
    expect(only({ storage: { type: 'filesystem', bucket: 'logs' } })).toMatchObject({
      path: 'storage.bucket',
      rule: 'a known key: type, compression, allowInProduction, schema',
      remedy: 'remove it',
    });
  });

  it('takes a part that is not built yet for unknown', () => {
    expect(only({ tracing: {} })).toMatchObject({ path: 'tracing' });
  });
});

describe('given a secret in a place where there are none, no report shows it', () => {
  test.each([
    ['below a known section', { grafana: { adminPassword: 'hunter2' } }],
    ['with a name like that of a known key', { storage: { ...S3, access: { type: 'secret', secrett: 'hunter2' } } }],
    ['inside a mapping of the wrong type', { agent: { excludeNamespaces: { password: 'hunter2' } } }],
    ['in a URL', { grafana: { datasources: { prometheus: { url: 'http://admin:hunter2@prometheus:9090' } } } }],
    ['in a URL without a protocol that is known', { storage: { ...S3, endpoint: 's3://key:hunter2@minio' } }],
  ])('%s', (_, input) => {
    const { message } = configError(() => parseStackConfig('test', { environment: 'dev', ...input }));
    expect(message).not.toContain('hunter2');
    expect(message).toContain('(not shown)');
  });
});
