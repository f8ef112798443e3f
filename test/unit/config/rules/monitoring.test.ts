/** Rules of the section `monitoring`. */
import { scrapeJobs } from '../../../../src/components/prometheus/scrape-jobs';
import { everythingConfig, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const EGRESS = [{ namespace: 'shop', port: 3001 }];
const target = { job: 'backend', host: 'backend.shop.svc', port: 3001, egress: EGRESS } as const;
const OPERATOR = { labels: { release: 'metrics' } };

testRules([
  [
    'of use with monitoring.type operator; it is embedded',
    { monitoring: { operator: OPERATOR } },
    'monitoring.operator',
    '{"labels":{"release":"metrics"},"ruleLabels":{}}',
    'remove it, or set monitoring.type to operator',
    { monitoring: { type: 'operator', operator: OPERATOR } },
  ],
  [
    'what the stack’s own Prometheus scrapes; monitoring.type is annotations',
    { monitoring: { type: 'annotations', targets: [target] } },
    'monitoring.targets',
    '[{"job":"backend","host":"backend.shop.svc","port":3001,"path":"/metrics","perPod":false,"egress":[{"namespace":"shop","podLabels":{},"port":3001}]}]',
    'name them to the Prometheus that scrapes the stack, or set monitoring.type to embedded',
    { monitoring: { targets: [target] } },
  ],
  [
    'another name than those of the stack’s own jobs',
    { monitoring: { targets: [{ ...target, job: 'loki' }] } },
    'monitoring.targets[0].job',
    '"loki"',
    'write for example backend',
    { monitoring: { targets: [{ ...target, job: 'loki-of-somebody' }] } },
  ],
  [
    'a name that no target before it has',
    { monitoring: { targets: [target, target] } },
    'monitoring.targets[1].job',
    '"backend"',
    'give it another name',
    { monitoring: { targets: [target, { ...target, job: 'worker' }] } },
  ],
  [
    'an entry with port 80, that of the target',
    { monitoring: { targets: [{ ...target, port: 80, perPod: true }] } },
    'monitoring.targets[0].egress',
    '[3001]',
    'add one with port: 80',
    // A Service's own port; the policy sees that of its pods.
    { monitoring: { targets: [{ ...target, port: 80 }] } },
  ],
  [
    'at least 1Gi: the samples of the last hours are there twice while a block is written',
    { monitoring: { embedded: { persistence: { size: '1023Mi' } } } },
    'monitoring.embedded.persistence.size',
    '"1023Mi"',
    'write 1Gi or more',
    { monitoring: { embedded: { persistence: { size: '1Gi' } } } },
  ],
  [
    'at most 1m: alerts look at what happened in five minutes',
    { monitoring: { scrapeInterval: '61s' } },
    'monitoring.scrapeInterval',
    '"61s"',
    'write for example 30s',
    { monitoring: { scrapeInterval: '60s' } },
  ],
  [
    'at least twice retention.compactionInterval, 1h',
    { retention: { compactionInterval: '1h' }, monitoring: { thresholds: { compactionOverdue: '119m' } } },
    'monitoring.thresholds.compactionOverdue',
    '"119m"',
    'write 2h or more',
    { retention: { compactionInterval: '1h' }, monitoring: { thresholds: { compactionOverdue: '2h' } } },
  ],
]);

test.each([...scrapeJobs(everythingConfig()).map(({ job }) => job), 'prometheus'])(
  'a target is not named like the stack’s own job %s',
  (job) => {
    const problems = problemsOf({ environment: 'dev', monitoring: { targets: [{ ...target, job }] } });
    expect(problems.map(({ path }) => path)).toEqual(['monitoring.targets[0].job']);
  },
);
