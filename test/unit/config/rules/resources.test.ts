import { testRules } from './rows';

testRules([
  [
    'at most the limit',
    { resources: { grafana: { requests: { memory: '1Gi' } } } },
    'resources.grafana.requests.memory',
    '"1GB"',
    'raise resources.grafana.limits.memory',
    { resources: { grafana: { requests: { memory: '512Mi' } } } },
  ],
  [
    'at most the limit',
    { resources: { promtail: { requests: { cpu: '501m' } } } },
    'resources.promtail.requests.cpu',
    '"501m"',
    'raise resources.promtail.limits.cpu',
    { resources: { promtail: { requests: { cpu: '500m' } } } },
  ],
]);
