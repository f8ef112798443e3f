/** Rules of the section `monitoring`. */
import { scrapeJobs } from '../../../../src/components/prometheus/scrape-jobs';
import { everythingConfig, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const EGRESS = [{ namespace: 'shop', port: 3001 }];
const target = { job: 'backend', host: 'backend.shop.svc', port: 3001, egress: EGRESS } as const;
const OPERATOR = { labels: { release: 'metrics' } };

testRules([
  {
    rule: 'of use with monitoring.type operator; it is embedded',
    broken: { monitoring: { operator: OPERATOR } },
    path: 'monitoring.operator',
    received: '{"labels":{"release":"metrics"},"ruleLabels":{}}',
    remedy: 'remove it, or set monitoring.type to operator',
    kept: { monitoring: { type: 'operator', operator: OPERATOR } },
  },
  {
    rule: 'what the stack’s own Prometheus scrapes; monitoring.type is annotations',
    broken: { monitoring: { type: 'annotations', targets: [target] } },
    path: 'monitoring.targets',
    received:
      '[{"job":"backend","host":"backend.shop.svc","port":3001,"path":"/metrics","perPod":false,"egress":[{"namespace":"shop","podLabels":{},"port":3001}]}]',
    remedy: 'name them to the Prometheus that scrapes the stack, or set monitoring.type to embedded',
    kept: { monitoring: { targets: [target] } },
  },
  {
    rule: 'another name than those of the stack’s own jobs',
    broken: { monitoring: { targets: [{ ...target, job: 'loki' }] } },
    path: 'monitoring.targets[0].job',
    received: '"loki"',
    remedy: 'write for example backend',
    kept: { monitoring: { targets: [{ ...target, job: 'loki-of-somebody' }] } },
  },
  {
    rule: 'a name that no target before it has',
    broken: { monitoring: { targets: [target, target] } },
    path: 'monitoring.targets[1].job',
    received: '"backend"',
    remedy: 'give it another name',
    kept: { monitoring: { targets: [target, { ...target, job: 'worker' }] } },
  },
  {
    rule: 'an entry with port 80, that of the target',
    broken: { monitoring: { targets: [{ ...target, port: 80, perPod: true }] } },
    path: 'monitoring.targets[0].egress',
    received: '[3001]',
    remedy: 'add one with port: 80',
    // A Service's own port; the policy sees that of its pods.
    kept: { monitoring: { targets: [{ ...target, port: 80 }] } },
  },
  {
    rule: 'at least 1Gi: the samples of the last hours are there twice while a block is written',
    broken: { monitoring: { embedded: { persistence: { size: '1023Mi' } } } },
    path: 'monitoring.embedded.persistence.size',
    received: '"1023Mi"',
    remedy: 'write 1Gi or more',
    kept: { monitoring: { embedded: { persistence: { size: '1Gi' } } } },
  },
  {
    rule: 'at most 1m: alerts look at what happened in five minutes',
    broken: { monitoring: { scrapeInterval: '61s' } },
    path: 'monitoring.scrapeInterval',
    received: '"61s"',
    remedy: 'write for example 30s',
    kept: { monitoring: { scrapeInterval: '60s' } },
  },
  {
    rule: 'at least twice retention.compactionInterval, 1h',
    broken: { retention: { compactionInterval: '1h' }, monitoring: { thresholds: { compactionOverdue: '119m' } } },
    path: 'monitoring.thresholds.compactionOverdue',
    received: '"119m"',
    remedy: 'write 2h or more',
    kept: { retention: { compactionInterval: '1h' }, monitoring: { thresholds: { compactionOverdue: '2h' } } },
  },
]);

test.each([...scrapeJobs(everythingConfig()).map(({ job }) => job), 'prometheus'])(
  'a target is not named like the stack’s own job %s',
  (job) => {
    const problems = problemsOf({ environment: 'dev', monitoring: { targets: [{ ...target, job }] } });
    expect(problems.map(({ path }) => path)).toEqual(['monitoring.targets[0].job']);
  },
);
