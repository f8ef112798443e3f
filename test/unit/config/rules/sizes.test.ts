/** What is put together must fit into a ConfigMap. */
import { configFile, variant } from '../../../../programs/rendered-stack';
import { configWith, problemsOf } from '../../../support/config';

const MIB = 2 ** 20;
const sources = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `source-${index}`,
    job: 'nginx',
    format: 'nginx' as const,
    directory: `/var/log/${'a'.repeat(100)}/${index}`,
  }));
const expressions = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `redact-${index}`, expression: `(secret-${index}-\\w+)` }));
const record = (expr: string) => ({ record: 'a:b', expr });

describe('given as many sources and expressions as the agent may have', () => {
  it.each([
    ['sources', { files: sources(79) }],
    ['expressions', { redact: expressions(800) }],
    ['both', { files: sources(40), redact: expressions(120) }],
  ])('its config of %s fits into a ConfigMap', (_, agent) => {
    const rendered = variant('many', { environment: 'dev', agent });
    expect(Buffer.byteLength(configFile(rendered, 'promtail-config', 'config.yaml'))).toBeLessThan(MIB);
  });

  it('refuses more of them', () => {
    expect(problemsOf({ environment: 'dev', agent: { files: sources(81), redact: expressions(10) } })).toEqual([
      {
        path: 'agent',
        received: '{"files":81,"redact":10,"drop":1}',
        rule: 'at most 900 KiB of config for the agent, about 10 KiB and all of redact for each source: Kubernetes takes a ConfigMap of 1 MiB',
        remedy: 'name fewer folders, each with a wider glob, or fewer and shorter expressions',
      },
    ]);
  });
});

test('given rules of more than 900 KiB, the report names their size; two tenants have twice as much', () => {
  const half = 'sum(rate({job="a"}[5m])) '.padEnd(500 * 2 ** 10);
  const tenants = [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'] }, { name: 'audit' }];
  const shared = { environment: 'dev', auth: { loki: { tenants } } } as const;
  expect(problemsOf({ ...shared, alerting: { recording: [record(half), record(half)] } })).toEqual([
    {
      path: 'alerting',
      received: '"1001 KiB of rules"',
      rule: 'at most 900 KiB of rules for a tenant: they are one ConfigMap, and Kubernetes takes 1 MiB',
      remedy: 'remove what is of no use, or give some of them to another tenant',
    },
  ]);
  const recording = [record(half), { ...record(half), tenant: 'audit' }];
  expect(() => configWith({ ...shared, alerting: { recording } })).not.toThrow();
});
