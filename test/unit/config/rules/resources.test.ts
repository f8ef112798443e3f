import { testRules } from './rows';

testRules([
  {
    rule: 'at most the limit',
    broken: { resources: { grafana: { requests: { memory: '1Gi' } } } },
    path: 'resources.grafana.requests.memory',
    received: '"1GB"',
    remedy: 'raise resources.grafana.limits.memory',
    kept: { resources: { grafana: { requests: { memory: '512Mi' } } } },
  },
  {
    rule: 'at most the limit',
    broken: { resources: { promtail: { requests: { cpu: '501m' } } } },
    path: 'resources.promtail.requests.cpu',
    received: '"501m"',
    remedy: 'raise resources.promtail.limits.cpu',
    kept: { resources: { promtail: { requests: { cpu: '500m' } } } },
  },
]);
