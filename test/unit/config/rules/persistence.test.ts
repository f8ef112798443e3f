import { SPYWATCHER, tenants, testRules } from './rows';

const rule = (least: number): string =>
  `at least ${least}Mi: Loki refuses lines once the volume is 90 % full, looks every 10 s, and all tenants together may write a tenth of that in 20 s; a volume that is full loses lines`;

testRules([
  {
    rule: rule(3000),
    broken: { persistence: { size: '2Gi' } },
    path: 'persistence.size',
    received: '"2Gi"',
    remedy: 'raise persistence.size to 3000Mi, or lower limits.ingestionRate',
    kept: { persistence: { size: '3000Mi' } },
  },
  {
    rule: rule(3400),
    broken: { persistence: { size: '3Gi' }, ...tenants(SPYWATCHER, { name: 'audit' }), limits: ownRate('2MB') },
    path: 'persistence.size',
    received: '"3Gi"',
    remedy: 'raise persistence.size to 3400Mi, or lower limits.ingestionRate',
    kept: {
      persistence: { size: '3Gi' },
      ...tenants(SPYWATCHER, { name: 'audit' }),
      limits: ownRate('256KB', '256KB'),
    },
  },
]);

/** Limits of the second tenant. */
function ownRate(ingestionRate: string, perStreamRate = ingestionRate): object {
  return { tenants: { audit: { ingestionRate, perStreamRate } } };
}
