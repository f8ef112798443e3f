import { checkSecretValues, flattenSecrets, generateSecretValues } from '../../../src/secrets/values';
import type { SecretValues } from '../../../src/secrets/row';
import { configWith, everythingOwnConfig, PROD } from '../../support/config';

describe('generated values', () => {
  const config = everythingOwnConfig();
  const keys = { 's3.accessKeyId': 'id', 's3.secretAccessKey': 'key' };

  it('are Grafana’s own and the credentials; all else somebody else hands out', () => {
    expect(Object.keys(generateSecretValues(config))).toEqual([
      'grafana.adminPassword',
      'grafana.secretKey',
      'gateway.shipper',
      'gateway.audit-shipper',
      'gateway.viewer',
      'gateway.watcher',
      'gateway.auditor',
      'gateway.eraser',
      'gateway.audit-eraser',
      'gateway.overseer',
    ]);
  });

  it('are accepted, in prod too', () => {
    const prod = configWith(PROD);
    expect(() => checkSecretValues('test', prod, { ...generateSecretValues(prod), ...keys })).not.toThrow();
  });

  it('are 192 random bits each, never the same', () => {
    const values = [generateSecretValues(config), generateSecretValues(config)].flatMap((some) => Object.values(some));
    expect(new Set(values).size).toBe(values.length);
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });
});

describe('secrets as a tree', () => {
  it.each<[string, unknown, SecretValues]>([
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['text', 'x', {}],
    [
      'a tree',
      { grafana: { adminPassword: 'a' }, gateway: { promtail: 'b', 'audit-shipper': 'c' } },
      { 'grafana.adminPassword': 'a', 'gateway.promtail': 'b', 'gateway.audit-shipper': 'c' },
    ],
    ['leaves that are no text', { a: 1, b: { c: true, d: null, e: 'x' } }, { 'b.e': 'x' }],
  ])('is flat: %s', (_, tree, flat) => {
    expect(flattenSecrets(tree)).toEqual(flat);
  });
});
