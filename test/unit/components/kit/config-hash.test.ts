/** A pod rolls when what it reads at its start changes, and for nothing else. */
import type { StackConfigInput } from '../../../../src/config';
import { configHash } from '../../../../src/components/kit/pod';
import { configWith } from '../../../support/config';
import { renderStack, workloads } from '../../../support/manifests';

const hashes = (differences: Partial<StackConfigInput> = {}) =>
  Object.fromEntries(
    workloads(renderStack(configWith(differences))).map(({ metadata, spec }) => [
      metadata.name,
      spec.template.metadata.annotations['spywatcher-logs/config-hash'],
    ]),
  );
const before = hashes();

describe('given a change of the config, the pods that read it roll, and no others', () => {
  test.each<[string, Partial<StackConfigInput>, readonly string[]]>([
    ['the retention', { retention: { period: '24h' } }, ['loki']],
    ['another period of a tenant', { retention: { tenants: { spywatcher: { period: '24h' } } } }, ['loki']],
    ['the lines of a query', { limits: { maxEntriesPerQuery: 6000 } }, ['loki', 'grafana']],
    ['the burst', { limits: { ingestionBurst: '32MB' } }, ['loki', 'gateway']],
    [
      'the tenant’s name',
      { auth: { loki: { tenants: [{ name: 'other', write: ['promtail'], read: ['grafana'] }] } } },
      ['gateway'],
    ],
    ['the batches', { agent: { batchWait: '2s' } }, ['promtail']],
    ['a datasource', { grafana: { datasources: { prometheus: { url: 'http://metrics.example.com' } } } }, ['grafana']],
  ])('%s', (_, differences, rolled) => {
    const after = hashes(differences);
    expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual(rolled);
  });
});

describe('given a change of something else, no hash changes', () => {
  test.each<[string, Partial<StackConfigInput>]>([
    ['an image', { images: { loki: 'docker.io/grafana/loki:3.7.7' } }],
    ['labels of a client', { network: { clients: [{ namespace: 'b' }] } }],
    ['the volume', { persistence: { size: '60Gi' } }],
    ['how Pulumi waits', { deploy: { timeout: '1m', skipAwait: ['loki'] } }],
    ['requests', { resources: { loki: { requests: { cpu: '300m' } } } }],
  ])('%s', (_, differences) => {
    expect(hashes(differences)).toEqual(before);
  });
});

describe('the hash', () => {
  const hashOf = (files: Readonly<Record<string, string>>) => configHash(files)['spywatcher-logs/config-hash'];

  it('does not depend on the order of the files', () => {
    expect(hashOf({ a: '1', b: '2' })).toBe(hashOf({ b: '2', a: '1' }));
  });

  it('tells files apart, by name and by content', () => {
    const files = [{ a: '1' }, { a: '2' }, { b: '1' }, { a: '1', b: '' }, {}];
    expect(new Set(files.map(hashOf)).size).toBe(files.length);
  });

  it('is short, and the same in every process', () => {
    expect(hashOf({ a: '1' })).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf({ 'config.yaml': 'a: 1\n' })).toMatchInlineSnapshot(`"6db0ff2a272c56e8"`);
  });
});
