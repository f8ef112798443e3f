import { Compactor, Loki } from '../../../../src/components/loki';
import { compactorConfig } from '../../../../src/components/loki/compactor';
import type { StackConfigInput } from '../../../../src/config';
import { CA } from '../../../support/certificates';
import { AZURE, configWith, everything, everythingConfig, GCS, HA, S3 } from '../../../support/config';
import { containerOf, fileOf, find, render, yamlOf } from '../../../support/manifests';
import type { StackConfig } from '../../../../src/config';

type Storage = NonNullable<StackConfigInput['storage']>;

const rendered = (config: StackConfig) => render((scope) => new Loki(scope, 'loki', config));
const configOf = (differences: Partial<StackConfigInput> = {}) =>
  yamlOf(rendered(configWith(differences)), 'loki-config', 'config.yaml');

describe('given the ring of another Loki that this one joins', () => {
  const joining = configWith({
    ...HA,
    deployment: { ...HA.deployment, clusterLabel: 'accepted', joins: { namespace: 'loki' } },
  });
  const loki = rendered(joining);

  it('members find those of the other ring as well, and send no label', () =>
    expect(yamlOf(loki, 'loki-config', 'config.yaml').at('memberlist')).toEqual({
      join_members: ['dns+loki-headless.logging.svc:7946', 'dns+loki-memberlist.loki.svc:7946'],
      rejoin_interval: '1m',
      cluster_label_verification_disabled: true,
    }));

  it('members have names that no pod of another namespace has', () => {
    const { args, env } = containerOf(loki);
    expect(args).toContain('-common.storage.ring.instance-id=$(POD).logging');
    expect(env).toContainEqual({ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } });
  });

  it('rules stay among members that have them', () =>
    expect(yamlOf(loki, 'loki-config', 'config.yaml').at('ruler.ring')).toEqual({
      kvstore: { store: 'memberlist', prefix: 'rulers/logging/' },
    }));

  it('one Loki compacts the bucket, and that is the other one’s', () => {
    const replicasOf = (config: StackConfig): unknown =>
      find(
        render((scope) => new Compactor(scope, 'compactor', config)),
        'StatefulSet',
      ).spec.replicas;
    expect([replicasOf(joining), replicasOf(configWith(HA))]).toEqual([0, 1]);
  });
});

describe('given retention, Loki’s config', () => {
  it('really deletes: the compactor has retention on and a store for delete requests', () => {
    expect(configOf().at('compactor')).toEqual({
      working_directory: '/var/loki/compactor',
      compaction_interval: '10m',
      retention_enabled: true,
      retention_delete_delay: '2h',
      delete_request_store: 'filesystem',
    });
    expect(configOf({ storage: S3 }).at('compactor.delete_request_store')).toBe('s3');
  });

  it('has the mission’s periods and limits by default', () => {
    expect(configOf().at('limits_config')).toMatchObject({
      retention_period: '720h',
      ingestion_rate_mb: 15,
      ingestion_burst_size_mb: 20,
      per_stream_rate_limit: '3MB',
      per_stream_rate_limit_burst: '15MB',
      max_global_streams_per_user: 10_000,
      max_entries_limit_per_query: 5_000,
      reject_old_samples: true,
      reject_old_samples_max_age: '168h',
    });
    expect(configOf().at('query_range.results_cache.cache.embedded_cache')).toEqual({
      enabled: true,
      max_size_mb: 100,
    });
    expect(configOf().at('query_range.cache_results')).toBe(true);
  });

  it.each<[string, StackConfigInput['retention'], string, string]>([
    ['the period of all', { period: '40d' }, '961h', '960h'],
    [
      'a longer one of a stream',
      { period: '24h', streams: [{ selector: '{job="b"}', period: '60d' }] },
      '1441h',
      '1440h',
    ],
    ['a longer one of a tenant', { period: '24h', tenants: { spywatcher: { period: '50d' } } }, '1201h', '1200h'],
    [
      'a longer one of a tenant’s stream',
      {
        period: '24h',
        tenants: { spywatcher: { period: '48h', streams: [{ selector: '{job="b"}', period: '70d' }] } },
      },
      '1681h',
      '1680h',
    ],
  ])('lets queries reach as far back as the longest: %s', (_, retention, length, lookback) => {
    const config = configOf({ retention });
    expect(config.at('limits_config.max_query_length')).toBe(length);
    expect(config.at('limits_config.max_query_lookback')).toBe(lookback);
  });

  it('has other periods for streams here, and for tenants in the overrides that Loki reads while it runs', () => {
    const objects = rendered(everythingConfig());
    expect(yamlOf(objects, 'loki-config', 'config.yaml').at('limits_config.retention_stream')).toContainEqual({
      selector: '{job="security"}',
      period: '2160h',
      priority: 10,
    });
    expect(yamlOf(objects, 'loki-config', 'overrides.yaml').at('overrides.audit.retention_stream')).toContainEqual({
      selector: '{job="login"}',
      period: '12000h',
      priority: 5,
    });
    expect(yamlOf(objects, 'loki-config', 'config.yaml').at('runtime_config.file')).toBe('/etc/loki/overrides.yaml');
  });
});

describe('given streams that are kept longer than the rest', () => {
  const rest = (period: string) =>
    ['{job=~".+"}', '{job="",service_name=~".+"}'].map((selector) => ({ selector, period, priority: 0 }));

  it('Loki’s own period is the longest, and the rest has its period behind all other rules', () => {
    const retention = { period: '30d', streams: [{ selector: '{job="security"}', period: '90d', priority: 10 }] };
    expect(configOf({ retention }).at('limits_config')).toMatchObject({
      retention_period: '2160h',
      retention_stream: [{ selector: '{job="security"}', period: '2160h', priority: 10 }, ...rest('720h')],
    });
  });

  it('so it is for a tenant with a retention of its own', () => {
    expect(yamlOf(rendered(everythingConfig()), 'loki-config', 'overrides.yaml').at('overrides.audit')).toMatchObject({
      retention_period: '12000h',
      retention_stream: [{ selector: '{job="login"}', period: '12000h', priority: 5 }, ...rest('9600h')],
    });
  });
});

describe('given streams that are kept shorter than the rest', () => {
  const retention = { period: '30d', streams: [{ selector: '{level="debug"}', period: '24h' }] };

  it('Loki’s own period is that of the rest', () => {
    expect(configOf({ retention }).at('limits_config')).toMatchObject({
      retention_period: '720h',
      retention_stream: [{ selector: '{level="debug"}', period: '24h', priority: 1 }],
    });
  });

  it('a tenant with a retention of its own has none of these rules', () => {
    const objects = rendered(configWith({ retention: { ...retention, tenants: { spywatcher: { period: '60d' } } } }));
    expect(yamlOf(objects, 'loki-config', 'overrides.yaml').at('overrides.spywatcher')).toEqual({
      retention_period: '1440h',
      retention_stream: [],
    });
  });
});

describe('given limits, Loki’s config', () => {
  const overridesOf = (differences: Partial<StackConfigInput>) =>
    yamlOf(rendered(configWith(differences)), 'loki-config', 'overrides.yaml').at('overrides');

  it('has those of all tenants, and others for single ones in the overrides', () => {
    const objects = rendered(everythingConfig());
    expect(yamlOf(objects, 'loki-config', 'config.yaml').at('limits_config')).toMatchObject({
      query_timeout: '2m',
      max_query_series: 400,
      max_concurrent_tail_requests: 8,
    });
    expect(yamlOf(objects, 'loki-config', 'overrides.yaml').at('overrides.audit')).toMatchObject({
      ingestion_rate_mb: 8,
      ingestion_burst_size_mb: 16,
      per_stream_rate_limit: '2MB',
      per_stream_rate_limit_burst: '7MB',
      max_global_streams_per_user: 500,
      max_streams_per_user: 500,
      max_entries_limit_per_query: 1000,
      query_timeout: '3m',
      max_query_series: 300,
      max_concurrent_tail_requests: 4,
    });
  });

  it('overrides of a tenant nothing but what is written', () => {
    expect(overridesOf({})).toEqual({});
    expect(overridesOf({ limits: { tenants: { spywatcher: { maxTails: 3 } } } })).toEqual({
      spywatcher: { max_concurrent_tail_requests: 3 },
    });
  });

  it('lets an answer take as long as the longest query of any tenant', () => {
    const limits = { queryTimeout: '2m', tenants: { spywatcher: { queryTimeout: '5m' } } };
    for (const direction of ['read', 'write'])
      expect(configOf({ limits }).at(`server.http_server_${direction}_timeout`)).toBe('305s');
  });

  it('takes the largest burst of any tenant as one message', () => {
    const limits = { tenants: { spywatcher: { ingestionBurst: '64MB' } } };
    expect(configOf({ limits }).at('server.grpc_server_max_recv_msg_size')).toBe(64 * 2 ** 20);
  });
});

describe('given credentials, Loki’s config', () => {
  const withTenant = (more: object) => ({
    auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'], ...more }] } },
  });

  it('lets lines be deleted of those tenants alone that have a credential for it', () => {
    const objects = rendered(configWith(withTenant({ erase: ['eraser'] })));
    expect(yamlOf(objects, 'loki-config', 'config.yaml').at('limits_config.deletion_mode')).toBe('disabled');
    expect(yamlOf(objects, 'loki-config', 'overrides.yaml').at('overrides')).toEqual({
      spywatcher: { deletion_mode: 'filter-and-delete' },
    });
  });

  it('takes queries over several tenants only where a credential may', () => {
    expect(configOf().at('querier')).toBeUndefined();
    expect(configOf({ ...everything, storage: S3 }).at('querier')).toEqual({ multi_tenant_queries_enabled: true });
  });
});

describe('given a memory limit', () => {
  it.each([
    ['1Gi', '819MiB', '768MB'],
    ['768Mi', '614MiB', '576MB'],
    ['2Gi', '1638MiB', '1536MB'],
  ])('of %s, Go collects from %s and a replay flushes from %s', (memory, goMemory, replay) => {
    const resources = { loki: { limits: { memory } } };
    expect(containerOf(rendered(configWith({ resources }))).env?.[0]).toEqual({ name: 'GOMEMLIMIT', value: goMemory });
    expect(configOf({ resources }).at('ingester.wal.replay_memory_ceiling')).toBe(replay);
  });
});

describe('given one replica, Loki’s config', () => {
  it('writes one copy and knows no ring', () => {
    expect(configOf().at('common')).toEqual({
      path_prefix: '/var/loki',
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      instance_addr: '127.0.0.1',
    });
    expect(configOf().at('memberlist')).toBeUndefined();
  });
});

describe('given replicas in a ring, Loki’s config', () => {
  const config = configOf(HA);

  it('writes the configured copies and finds the members by the headless Service', () => {
    expect(config.at('common.replication_factor')).toBe(3);
    expect(config.at('common.ring.kvstore.store')).toBe('memberlist');
    expect(config.at('memberlist.join_members')).toEqual(['dns+loki-headless.logging.svc:7946']);
  });

  it('tells the others the address of its pod, and works on its queries itself', () => {
    expect(config.at('common.instance_addr')).toBeUndefined();
    expect(config.at('frontend_worker')).toEqual({ frontend_address: '127.0.0.1:9095' });
  });

  it.each([
    ['demanded', { cluster_label: 'logging/spywatcher-logs' }],
    ['sent', { cluster_label: 'logging/spywatcher-logs', cluster_label_verification_disabled: true }],
    ['accepted', { cluster_label_verification_disabled: true }],
  ] as const)('has a label that no other ring has, %s', (clusterLabel, expected) => {
    const ring = configOf({ ...HA, deployment: { ...HA.deployment, clusterLabel } });
    const { cluster_label, cluster_label_verification_disabled } = ring.at('memberlist') as Record<string, unknown>;
    expect({ cluster_label, cluster_label_verification_disabled }).toEqual({
      cluster_label: undefined,
      cluster_label_verification_disabled: undefined,
      ...expected,
    });
  });

  it('serves on while it is left alone, stays ready beside a dead one, and joins again where the ring has come apart', () => {
    expect(config.at('shutdown_delay')).toBe('10s');
    expect(config.at('ingester.lifecycler')).toEqual({ readiness_check_ring_health: false });
    expect(config.at('ingester.autoforget_unhealthy')).toBe(true);
    expect(config.at('memberlist.rejoin_interval')).toBe('1m');
    expect(configOf().at('shutdown_delay')).toBeUndefined();
  });
});

describe('given storage, Loki’s config', () => {
  it('keeps chunks on the volume, in schema v13 on tsdb from a day in the past', () => {
    expect(configOf().at('schema_config.configs')).toEqual([
      {
        from: '2024-01-01',
        store: 'tsdb',
        object_store: 'filesystem',
        schema: 'v13',
        index: { prefix: 'index_', period: '24h' },
      },
    ]);
    expect(configOf().at('storage_config.filesystem.directory')).toBe('/var/loki/chunks');
    expect(configOf().at('storage_config.use_thanos_objstore')).toBeUndefined();
  });

  it.each(['snappy', 'zstd', 'gzip'] as const)('compresses chunks as it is told: %s', (compression) => {
    expect(configOf({ storage: { type: 'filesystem', compression } }).at('ingester.chunk_encoding')).toBe(compression);
    expect(configOf({ storage: { ...S3, compression } }).at('ingester.chunk_encoding')).toBe(compression);
  });

  it('keeps chunks in AWS’ bucket', () => {
    const config = configOf({ storage: S3 });
    expect(config.at('schema_config.configs.0.object_store')).toBe('s3');
    expect(config.at('storage_config.use_thanos_objstore')).toBe(true);
    expect(config.at('storage_config.object_store')).toEqual({
      s3: {
        bucket_name: 'spywatcher-logs',
        region: 'eu-central-1',
        endpoint: 's3.eu-central-1.amazonaws.com',
        insecure: false,
        bucket_lookup_type: 'virtual-hosted',
        dualstack_enabled: false,
        native_aws_auth_enabled: true,
      },
    });
    // The sections of Loki's own clients, which Loki 4 does not read.
    expect(config.at('storage_config.aws')).toBeUndefined();
    expect(config.at('storage_config.filesystem')).toBeUndefined();
  });

  it('gives every period tables of its own, and leaves those of the first as they are', () => {
    const config = configOf({
      storage: { ...S3, schema: [{ from: '2024-01-01', store: 'filesystem' }, { from: '2027-03-01' }] },
    });
    const { store, schema, index } = { store: 'tsdb', schema: 'v13', index: { prefix: 'index_', period: '24h' } };
    expect(config.at('schema_config.configs')).toEqual([
      { from: '2024-01-01', store, object_store: 'filesystem', schema, index },
      { from: '2027-03-01', store, object_store: 's3', schema, index: { ...index, prefix: 'index_20270301_' } },
    ]);
    expect(config.at('storage_config.object_store.filesystem')).toEqual({ dir: '/var/loki/chunks' });
    expect(config.at('storage_config.object_store.s3.bucket_name')).toBe('spywatcher-logs');
    expect(config.at('compactor.delete_request_store')).toBe('s3');
  });

  it('reads periods of another Loki, with folders for their index', () => {
    const config = configOf({
      storage: {
        ...S3,
        schema: [
          { from: '2024-01-01', indexPrefix: 'loki_index_', index: 'boltdb-shipper', version: 'v11' },
          { from: '2025-01-01', indexPrefix: 'loki_index_', version: 'v12' },
          { from: '2025-06-01', indexPrefix: 'loki_index_' },
        ],
      },
    });
    const [object_store, index] = ['s3', { prefix: 'loki_index_', period: '24h' }];
    expect(config.at('schema_config.configs')).toEqual([
      { from: '2024-01-01', store: 'boltdb-shipper', object_store, schema: 'v11', index },
      { from: '2025-01-01', store: 'tsdb', object_store, schema: 'v12', index },
      { from: '2025-06-01', store: 'tsdb', object_store, schema: 'v13', index },
    ]);
    expect(config.at('storage_config.boltdb_shipper')).toEqual({
      active_index_directory: '/var/loki/boltdb-index',
      cache_location: '/var/loki/boltdb-cache',
    });
    expect(configOf({ storage: S3 }).at('storage_config.boltdb_shipper')).toBeUndefined();
  });

  it('looks into a bucket before it is ready, and into its own volume not', () => {
    expect(configOf({ storage: S3 }).at('storage_config.tsdb_shipper.query_ready_num_days')).toBe(1);
    expect(configOf().at('storage_config.tsdb_shipper.query_ready_num_days')).toBeUndefined();
  });

  it.each([
    ['http://minio.storage.svc:9000', true, 'minio.storage.svc:9000'],
    ['https://s3.example.com', false, 's3.example.com'],
    ['https://[2001:db8::1]:9000', false, '[2001:db8::1]:9000'],
  ])('at the endpoint %s, unencrypted: %s', (url, insecure, endpoint) => {
    const config = configOf({
      storage: { ...S3, endpoint: url, egress: [...S3.egress, { cidr: '10.0.0.0/8', port: 9000 }] },
    });
    expect(config.at('storage_config.object_store.s3')).toMatchObject({ endpoint, insecure });
  });

  it.each([
    ['in the path, if the config says so', { forcePathStyle: true, endpoint: 'https://s3.example.com' }, 'path'],
    ['in the host name otherwise', { endpoint: 'https://s3.example.com' }, 'virtual-hosted'],
    ['in the path of an address', { endpoint: 'https://10.1.2.3' }, 'path'],
    ['in the path of an IPv6 address', { endpoint: 'https://[2001:db8::1]' }, 'path'],
    ['in the path, with a dot, which no certificate covers', { bucket: 'logs.example.com' }, 'path'],
  ])('has the bucket’s name %s', (_, differences, expected) => {
    const config = configOf({ storage: { ...S3, ...differences } });
    expect(config.at('storage_config.object_store.s3.bucket_lookup_type')).toBe(expected);
  });

  it('asks S3 for encryption with the store’s keys, or with one of KMS', () => {
    const sse = (encryption: NonNullable<Extract<Storage, { readonly type: 's3' }>['encryption']>) =>
      configOf({ storage: { ...S3, encryption } }).at('storage_config.object_store.s3.sse');
    expect(sse({ type: 'SSE-S3' })).toEqual({ type: 'SSE-S3' });
    expect(sse({ type: 'SSE-KMS', keyId: 'alias/logs' })).toEqual({ type: 'SSE-KMS', kms_key_id: 'alias/logs' });
    expect(sse({ type: 'SSE-KMS', keyId: 'alias/logs', context: { team: 'a' } })).toEqual({
      type: 'SSE-KMS',
      kms_key_id: 'alias/logs',
      kms_encryption_context: '{"team":"a"}',
    });
  });

  it('trusts the CA of the bucket’s server by a file beside the config, in Loki’s pods and the compactor’s', () => {
    const config = configWith({ ...HA, storage: { ...S3, endpoint: 'https://s3.example.com', trustedCa: CA } });
    for (const [name, component] of [
      ['loki-config', render((scope) => new Loki(scope, 'loki', config))],
      ['compactor-config', render((scope) => new Compactor(scope, 'compactor', config))],
    ] as const) {
      expect(fileOf(component, name, 'bucket-ca.crt')).toBe(CA);
      expect(fileOf(component, name, 'config.yaml')).toContain('tls_ca_path: /etc/loki/bucket-ca.crt');
    }
  });

  it.each([
    ['gcs', { gcs: { bucket_name: 'spywatcher-logs' } }, 'logging/spywatcher-logs'],
    [
      'azure',
      { azure: { account_name: 'spywatcher', container_name: 'logs', account_key: '${AZURE_STORAGE_KEY}' } },
      'logging/spywatcher/logs',
    ],
  ] as const)('keeps chunks in %s, deletes there, and calls the ring after it', (type, store, label) => {
    const config = configOf({ ...HA, storage: { gcs: GCS, azure: AZURE }[type] });
    expect(config.at('storage_config.object_store')).toEqual(store);
    expect(config.at('schema_config.configs.0.object_store')).toBe(type);
    expect(config.at('memberlist.cluster_label')).toBe(label);
    const compactor = compactorConfig(configWith({ ...HA, storage: { gcs: GCS, azure: AZURE }[type] }));
    expect(compactor['compactor']).toMatchObject({ delete_request_store: type });
  });

  it('has the names of objects begin with a prefix, and those of tables as another Loki has them', () => {
    const schema = [{ from: '2024-01-01', indexPrefix: 'loki_index_' }, { from: '2027-03-01' }];
    const config = configOf({ storage: { ...S3, prefix: 'logs', schema } });
    expect(config.at('storage_config.object_store.storage_prefix')).toBe('logs');
    expect(config.at('schema_config.configs')).toMatchObject([
      { index: { prefix: 'loki_index_' } },
      { index: { prefix: 'index_20270301_' } },
    ]);
  });

  it('has the rules’ folder where Thanos’ clients look for it, with a bucket', () => {
    const local = { directory: '/etc/loki-rules' };
    expect(configOf({ storage: S3 }).at('ruler_storage')).toEqual({ backend: 'local', local });
    expect(configOf({ storage: S3 }).at('ruler.storage')).toBeUndefined();
    expect(configOf().at('ruler_storage')).toBeUndefined();
    expect(configOf().at('ruler.storage')).toEqual({ type: 'local', local });
  });

  it('has nothing else that looks like a variable, where Loki looks for them', () => {
    const retention = { streams: [{ selector: '{job=~"a\\\\.b$|${HOME}"}', period: '7d' }] };
    const text = (storage: Storage): string =>
      fileOf(rendered(configWith({ storage, retention })), 'loki-config', 'config.yaml');
    const [plain, escaped] = [text(GCS), text(AZURE)];
    expect(escaped).toContain('account_key: ${AZURE_STORAGE_KEY}');
    const selectorOf = (file: string): string | undefined => /selector: (.*)/.exec(file)?.[1];
    expect(selectorOf(plain)).toContain('${HOME}');
    expect(selectorOf(escaped)).toBe(selectorOf(plain)?.replaceAll(/[$\\]/g, (letter) => letter + letter));
  });
});

describe('Loki’s config, whatever the stack', () => {
  it('always asks for a tenant: the gateway names it', () => {
    expect(configOf().at('auth_enabled')).toBe(true);
    expect(configOf({ auth: { loki: { enabled: false } } }).at('auth_enabled')).toBe(true);
  });

  it('reports to nobody', () => {
    expect(configOf().at('analytics.reporting_enabled')).toBe(false);
  });

  it('takes a whole burst in one message', () => {
    const bytes = 40 * 2 ** 20;
    const config = configOf({ limits: { ingestionBurst: '40MB' } });
    expect(config.at('server.grpc_server_max_recv_msg_size')).toBe(bytes);
    expect(config.at('server.grpc_server_max_send_msg_size')).toBe(bytes);
    expect(config.at('ingester_client.grpc_client_config')).toEqual({
      max_recv_msg_size: bytes,
      max_send_msg_size: bytes,
    });
    expect(configOf({ limits: { ingestionBurst: '15MB' } }).at('server.grpc_server_max_recv_msg_size')).toBe(
      16 * 2 ** 20,
    );
  });

  it('loses no line for being long, and nothing of a WAL when it stops', () => {
    expect(configOf().at('limits_config.max_line_size_truncate')).toBe(true);
    expect(configOf().at('ingester.wal')).toMatchObject({
      enabled: true,
      dir: '/var/loki/wal',
      flush_on_shutdown: true,
    });
  });

  it('takes the backlog of an outage in streams of its own, however much newer lines there are', () => {
    expect(configOf().at('limits_config.shard_streams')).toEqual({ time_sharding_enabled: true });
  });

  it('shows at once what is as old as it may be, where Loki allows it', () => {
    const limits = { rejectOldSamplesAfter: '3d' };
    expect(configOf({ limits }).at('ingester.query_store_max_look_back_period')).toBe('75h');
    expect(configOf({ limits, storage: S3 }).at('ingester.query_store_max_look_back_period')).toBeUndefined();
  });

  it('adds no label of its own and takes structured metadata', () => {
    expect(configOf().at('limits_config.discover_service_name')).toEqual([]);
    expect(configOf().at('limits_config.allow_structured_metadata')).toBe(true);
  });

  describe('given grafana.drilldown', () => {
    const grafana = { drilldown: true };

    it('finds patterns, and labels each stream with its service', () => {
      const config = configOf({ grafana });
      expect(config.at('pattern_ingester.enabled')).toBe(true);
      expect(config.at('limits_config.discover_service_name')).toEqual(['service', 'app', 'job']);
    });

    it('joins the ring of patterns as it joins that of ingesters, alone and in a ring', () => {
      const single = configOf({ grafana });
      expect(single.at('pattern_ingester.lifecycler')).toEqual({ min_ready_duration: '0s', final_sleep: '0s' });
      const ring = configOf({ ...HA, grafana });
      expect(ring.at('pattern_ingester.lifecycler')).toEqual({ readiness_check_ring_health: false });
    });
  });

  it('finds no patterns unless asked to', () => {
    expect(configOf().at('pattern_ingester')).toBeUndefined();
  });

  it('writes below its volume only', () => {
    const paths = fileOf(rendered(configWith(HA)), 'loki-config', 'config.yaml').match(/: \/\S+/g) ?? [];
    expect(
      paths.filter((path) => !/^: \/(var\/loki(\/|$)|etc\/loki\/overrides.yaml$|etc\/loki-rules$)/.test(path)),
    ).toEqual([]);
  });

  it('holds no secret and no key that Loki 3 has dropped', () => {
    const text = fileOf(rendered(everythingConfig()), 'loki-config', 'config.yaml');
    expect(text).not.toMatch(/access_key|secret|table_manager|shared_store|enforce_metric_name|max_transfer_retries/);
  });
});
