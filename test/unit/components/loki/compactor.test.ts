import { parse } from 'yaml';
import { Compactor, compactorConfig } from '../../../../src/components/loki';
import { lokiConfig, tenantOverrides } from '../../../../src/components/loki/config';
import { configWith, everythingConfig, HA } from '../../../support/config';
import { containerOf, fileOf, find, podOf, render, renderStack, secretAt } from '../../../support/manifests';

const config = configWith(HA);
const objects = render((scope) => new Compactor(scope, 'compactor', config));

describe('given a ring of Lokis, their compactor', () => {
  it('is the one that compacts, applies the retention and deletes', () => {
    expect(compactorConfig(config)).toMatchObject({
      target: 'compactor',
      compactor: { retention_enabled: true, compaction_interval: '10m', delete_request_store: 's3' },
    });
    expect(lokiConfig(config)).toMatchObject({
      compactor: { retention_enabled: false, compaction_interval: '87600h' },
    });
  });

  it('is one, in a ring of its own: two would rewrite the same index', () => {
    expect(find(objects, 'StatefulSet').spec.replicas).toBe(1);
    expect(compactorConfig(config)).toMatchObject({ common: { ring: { kvstore: { store: 'inmemory' } } } });
    expect(compactorConfig(config)).not.toHaveProperty('memberlist');
  });

  it('finds what the Lokis wrote, and keeps it as long as they were told', () => {
    const every = everythingConfig();
    const loki = lokiConfig(every);
    const { schema_config, storage_config, limits_config } = compactorConfig(every);
    expect({ schema_config, storage_config, limits_config }).toEqual({
      schema_config: loki['schema_config'],
      storage_config: loki['storage_config'],
      limits_config: loki['limits_config'],
    });
    const rendered = render((scope) => new Compactor(scope, 'compactor', every));
    expect(parse(fileOf(rendered, 'compactor-config', 'overrides.yaml'))).toEqual(tenantOverrides(every));
  });

  it('reads the bucket’s key from a file, and its own config', () => {
    const { env, args } = containerOf(objects);
    const [{ name, value = '' } = { name: '' }, ...others] = env?.slice(1) ?? [];
    expect([name, others]).toEqual(['AWS_SHARED_CREDENTIALS_FILE', []]);
    expect(secretAt(objects, value)).toBe('loki-s3/credentials');
    expect(args).toEqual(['-config.file=/etc/loki/config.yaml']);
    expect(podOf(objects).spec.volumes).toContainEqual({ name: 'config', configMap: { name: 'compactor-config' } });
  });

  it('keeps its list of chunks to delete, however its pod is replaced', () => {
    const { spec } = find(objects, 'StatefulSet');
    expect(spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
    });
    expect(containerOf(objects).volumeMounts).toContainEqual({ name: 'data', mountPath: '/var/loki' });
  });

  it('uses the memory that it is given and no more', () => {
    expect(containerOf(objects).env?.[0]).toEqual({ name: 'GOMEMLIMIT', value: '819MiB' });
  });

  it('is reached by the gateway alone', () => {
    const { ingress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(ingress).toHaveLength(1);
    expect(ingress[0]?.from?.[0]?.podSelector?.matchLabels).toMatchObject({ 'app.kubernetes.io/name': 'gateway' });
  });
});

describe('given the options of its volume, the compactor', () => {
  const every = render((scope) => new Compactor(scope, 'compactor', everythingConfig()));

  it('has them', () => {
    expect(find(every, 'StatefulSet').spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
      volumeClaimTemplates: [{ spec: { storageClassName: 'fast' } }],
    });
  });
});

test.each([
  ['a single Loki has none: it does the work itself', {}, false],
  ['a ring has one', HA, true],
] as const)('%s', (_, input, isThere) => {
  const names = renderStack(configWith(input)).filter(({ kind }) => kind === 'StatefulSet');
  expect(names.some(({ metadata }) => metadata.name === 'compactor')).toBe(isThere);
});

test('on a filesystem it would need neither keys nor a bucket', () => {
  const rendered = render((scope) => new Compactor(scope, 'compactor', configWith()));
  expect(containerOf(rendered).env?.map(({ name }) => name)).toEqual(['GOMEMLIMIT']);
  expect(find(rendered, 'NetworkPolicy').spec.egress).toBeUndefined();
});
