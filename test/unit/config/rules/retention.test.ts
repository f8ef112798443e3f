import { SPYWATCHER, tenants, testRules } from './rows';

testRules([
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { period: '23h' } },
    'retention.period',
    '"23h"',
    'write 24h or more',
    { retention: { period: '24h' } },
  ],
  [
    'a multiple of 1h',
    { retention: { period: '24h30m' } },
    'retention.period',
    '"1470m"',
    'write 25h',
    { retention: { period: '25h' } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { streams: [{ selector: '{a="b"}', period: '2h' }] } },
    'retention.streams[0].period',
    '"2h"',
    'write 24h or more',
    { retention: { streams: [{ selector: '{a="b"}', period: '24h' }] } },
  ],
  [
    'a multiple of 1h',
    { retention: { tenants: { spywatcher: { period: '25h1s' } } } },
    'retention.tenants.spywatcher.period',
    '"90001s"',
    'write 26h',
    { retention: { tenants: { spywatcher: { period: '25h' } } } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { tenants: { spywatcher: { period: '48h', streams: [{ selector: '{a="b"}', period: '1h' }] } } } },
    'retention.tenants.spywatcher.streams[0].period',
    '"1h"',
    'write 24h or more',
    { retention: { tenants: { spywatcher: { period: '48h' } } } },
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    { retention: { tenants: { audit: { period: '48h' } } } },
    'retention.tenants.audit',
    '"audit"',
    'add the tenant there, or remove its retention',
    { retention: { tenants: { audit: { period: '48h' } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  ],
]);
