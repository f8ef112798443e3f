/** Loki's rendered config is read, and run, by the real Loki. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { StackConfigInput } from '../../src/config';
import { parseDuration } from '../../src/config/units';
import { ERASURE_NOT_ALLOWED } from '../../src/pipelines/drop-rules';
import {
  entries,
  lokiFiles,
  nanoseconds,
  pushBody,
  type RunningLoki,
  startLoki,
  writeLokiFiles,
} from '../../programs/loki';
import {
  BUILD_TIMEOUT,
  programs,
  removeFolder,
  run,
  type RunResult,
  temporaryFolder,
  until,
} from '../../programs/program';
import { type RenderedStack, stack, STACKS, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { CA } from '../support/certificates';
import { AZURE, GCS } from '../support/config';

let loki: string;
beforeAll(async () => {
  ({ loki } = await programs('loki'));
}, BUILD_TIMEOUT);

const bucket = {
  type: 's3',
  bucket: 'logs',
  region: 'us-east-1',
  egress: [{ cidr: '10.9.0.0/16', port: 9000 }],
} as const;

const EGRESS = [{ cidr: '10.9.0.0/16', port: 443 }];
const ID = '11111111-2222-3333-4444-555555555555';

const variants: readonly RenderedStack[] = [
  variant('retention per stream', {
    environment: 'dev',
    retention: {
      period: '7d',
      streams: [
        { selector: '{job="security"}', period: '90d', priority: 10 },
        { selector: '{job=~"backend|frontend", level="debug"}', period: '24h' },
      ],
    },
  }),
  variant('retention per tenant', {
    environment: 'dev',
    auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'] }, { name: 'audit' }] } },
    retention: {
      tenants: { audit: { period: '365d', streams: [{ selector: '{level="debug"}', period: '48h' }] } },
    },
  }),
  variant('ha on an S3 server other than AWS', {
    environment: 'staging',
    deployment: { mode: 'ha', replicas: 5, replicationFactor: 3 },
    storage: { ...bucket, endpoint: 'http://minio.storage.svc:9000', forcePathStyle: true },
  }),
  variant('ha with patterns', {
    environment: 'staging',
    deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 },
    storage: { ...bucket, endpoint: 'http://minio.storage.svc:9000', forcePathStyle: true },
    grafana: { drilldown: true },
  }),
  variant('single on S3', {
    environment: 'staging',
    storage: { ...bucket, egress: [{ cidr: '10.9.0.0/16', port: 443 }] },
  }),
  ...Object.entries<NonNullable<StackConfigInput['storage']>>({
    'S3 with a CA and KMS': {
      ...bucket,
      endpoint: 'https://minio.storage.svc:9000',
      trustedCa: CA,
      encryption: { type: 'SSE-KMS', keyId: 'alias/logs', context: { team: 'logs' } },
      prefix: 'logs',
      schema: [{ from: '2024-01-01', indexPrefix: 'loki_index_' }, { from: '2026-01-01' }],
    },
    'S3 with keys of the store': { ...bucket, egress: EGRESS, encryption: { type: 'SSE-S3' } },
    'S3 after a volume': {
      ...bucket,
      egress: EGRESS,
      schema: [{ from: '2024-01-01', store: 'filesystem' }, { from: '2026-01-01' }],
    },
    'Google Cloud Storage by key': GCS,
    'Google Cloud Storage by workload identity': { ...GCS, access: { type: 'workloadIdentity' } },
    'Azure by key': AZURE,
    'Azure by workload identity': { ...AZURE, access: { type: 'workloadIdentity', clientId: ID, egress: EGRESS } },
    'Azure by an identity of the nodes': { ...AZURE, access: { type: 'managedIdentity', clientId: ID } },
  }).map(([store, storage]) => variant(`single on ${store}`, { environment: 'staging', storage })),
  variant('own limits', {
    environment: 'dev',
    limits: {
      ingestionRate: '1MB',
      ingestionBurst: '64MB',
      perStreamRate: '512KB',
      perStreamBurst: '64MB',
      maxStreams: 1,
      maxEntriesPerQuery: 100_000,
      maxLineSize: '1KB',
      rejectOldSamplesAfter: '1h30m',
      queryCache: '256MB',
    },
  }),
];

async function verify(rendered: RenderedStack, spoil: (folder: string) => void = () => undefined): Promise<RunResult> {
  const folder = temporaryFolder('loki-verify');
  try {
    const args = writeLokiFiles(rendered, folder);
    spoil(folder);
    return await run([loki, ...args, '-verify-config']);
  } finally {
    removeFolder(folder);
  }
}

describe('loki -verify-config', () => {
  const all = [...STACKS.map(stack), ...variants];
  it.each(all.map((rendered) => [rendered.name, rendered] as const))('accepts %s', async (_name, rendered) => {
    const { code, stderr } = await verify(rendered);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('config is valid') as string });
  });

  it('refuses a key that Loki does not know, so that the tests above can fail', async () => {
    const { code, stderr } = await verify(stack('dev'), (folder) => {
      const { config } = lokiFiles(stack('dev'));
      writeFileSync(join(folder, 'config.yaml'), stringify({ ...config, table_manager_of_old: {} }));
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('field table_manager_of_old not found');
  });

  it('refuses retention without a place for delete requests, so that the tests above can fail on meaning', async () => {
    const { code, stderr } = await verify(stack('dev'), (folder) => {
      const { config } = lokiFiles(stack('dev'));
      const compactor = { ...config['compactor'], delete_request_store: '' };
      writeFileSync(join(folder, 'config.yaml'), stringify({ ...config, compactor }));
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('delete-request-store');
  });
});

interface RunningConfig {
  readonly auth_enabled: boolean;
  readonly limits_config: Readonly<Record<string, unknown>>;
  readonly compactor: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

/** Loki prints a span of time in its own way: `30d` as `4w2d`, `365d` as `1y`. */
function hours(text: unknown): number {
  const days = String(text).replace(/(\d+)y/, (_, years: string) => `${Number(years) * 365}d`);
  return (parseDuration(days)?.milliseconds ?? NaN) / 3_600_000;
}

describe('the dev stack’s Loki, running', () => {
  const tenant = 'spywatcher';
  let running: RunningLoki;
  beforeAll(async () => (running = await startLoki(loki, stack('dev'))));
  afterAll(() => running.stop());

  const push = (line: string, headers: Readonly<Record<string, string>> = { 'X-Scope-OrgID': tenant }) =>
    send({
      port: running.port,
      path: '/loki/api/v1/push',
      headers,
      body: pushBody({ labels: { job: 'spec' }, line }),
    });

  const runningConfig = async (): Promise<RunningConfig> =>
    parse((await send({ port: running.port, path: '/config' })).text) as RunningConfig;

  it('is ready within a few seconds', () => {
    expect(running.startedIn).toBeLessThan(15_000);
  });

  it('has retention switched on', async () => {
    const { compactor, limits_config: limits } = await runningConfig();
    expect(compactor).toMatchObject({ retention_enabled: true, delete_request_store: 'filesystem' });
    expect(hours(compactor['retention_delete_delay'])).toBe(2);
    expect(hours(compactor['compaction_interval'])).toBeCloseTo(1 / 6);
    expect(hours(limits['retention_period'])).toBe(7 * 24);
  });

  it('has the limits of the mission', async () => {
    const { limits_config: limits } = await runningConfig();
    expect(limits).toMatchObject({
      ingestion_rate_mb: 15,
      ingestion_burst_size_mb: 20,
      per_stream_rate_limit: '3MB',
      per_stream_rate_limit_burst: '15MB',
      max_entries_limit_per_query: 5000,
      max_global_streams_per_user: 10_000,
      reject_old_samples: true,
    });
    expect(hours(limits['reject_old_samples_max_age'])).toBe(7 * 24);
  });

  it('sends no usage report and asks for a tenant', async () => {
    expect(await runningConfig()).toMatchObject({ auth_enabled: true, analytics: { reporting_enabled: false } });
  });

  it('takes a push and gives it back to its tenant', async () => {
    expect((await push('one line')).status).toBe(204);
    const found = await entries(running.port, tenant, '{job="spec"} |= "one line"');
    expect(found).toMatchObject([{ labels: { job: 'spec' }, line: 'one line' }]);
  });

  it('gives it to no other tenant', async () => {
    await push('a line of spywatcher');
    expect(await entries(running.port, 'somebody-else', '{job="spec"}')).toEqual([]);
  });

  it('adds no label of its own', async () => {
    await push('labelled');
    const found = await entries(running.port, tenant, '{job="spec"} |= "labelled"');
    expect(found.map(({ labels }) => labels)).toEqual([{ job: 'spec' }]);
  });

  it.each(['/loki/api/v1/push', '/loki/api/v1/query?query=%7Bjob%3D%22spec%22%7D'])(
    'refuses %s without a tenant',
    async (path) => {
      const body = path.endsWith('push') ? { body: pushBody({ labels: { job: 'spec' }, line: 'nobody’s' }) } : {};
      expect((await send({ port: running.port, path, ...body })).status).toBe(401);
    },
  );

  it('cuts a line that is too long instead of losing it', async () => {
    expect((await push(`long ${'x'.repeat(300_000)}`)).status).toBe(204);
    const found = await entries(running.port, tenant, '{job="spec"} |= "long "');
    expect(found.map(({ line }) => line.length)).toEqual([256 * 1024]);
  });

  it('refuses a line older than a week', async () => {
    const time = nanoseconds() - 8n * 24n * 3_600_000_000_000n;
    const { status, text } = await send({
      port: running.port,
      path: '/loki/api/v1/push',
      headers: { 'X-Scope-OrgID': tenant },
      body: pushBody({ labels: { job: 'spec' }, line: 'old', time }),
    });
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('timestamp too old') as string });
  });

  it('takes almost a whole burst at once, and more than the burst not', async () => {
    const streams = (count: number) =>
      pushBody(
        ...Array.from({ length: count }, (_, index) => ({
          labels: { job: 'burst', part: String(index % 4) },
          line: 'x'.repeat(200 * 1024),
        })),
      );
    const post = (body: object) =>
      send({ port: running.port, path: '/loki/api/v1/push', headers: { 'X-Scope-OrgID': 'burst' }, body });
    expect((await post(streams(95))).status).toBe(204); // 18.6 MB
    expect((await post(streams(110))).status).toBe(429);
  });

  it('logs no error but those of the refused pushes, and those that the agents leave out', async () => {
    const isLeftOut = (line: string): boolean => ERASURE_NOT_ALLOWED.patterns.some((text) => line.includes(text));
    // Its own gRPC server comes up a moment after it is ready; until then the errors are others.
    await until(
      'errors that the agents leave out',
      async () => {
        await entries(running.port, tenant, '{job="spec"}');
        return isLeftOut(running.program.output()) ? undefined : 'there is none';
      },
      { seconds: 20 },
    );
    const errors = running.program
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && !isLeftOut(line))
      .map((line) => JSON.parse(line) as { readonly level: string; readonly caller: string; readonly msg: string })
      .filter(({ level }) => level === 'error')
      .filter(({ caller }) => !caller.startsWith('gennumber_loader.go'))
      .map(({ msg }) => msg);
    expect(new Set(errors)).toEqual(new Set(['write operation failed']));
  });

  it('ends by itself when the pod is ended', async () => {
    expect(await running.program.stop('SIGTERM', 90)).toBe(0);
  });
});

describe('a Loki with periods of its own for tenants and streams, running', () => {
  const rendered = variant('periods', {
    environment: 'dev',
    auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'] }, { name: 'audit' }] } },
    retention: {
      period: '30d',
      streams: [{ selector: '{job="security"}', period: '90d', priority: 10 }],
      tenants: { audit: { period: '365d', streams: [{ selector: '{level="debug"}', period: '48h', priority: 2 }] } },
    },
  });
  let running: RunningLoki;
  beforeAll(async () => (running = await startLoki(loki, rendered)));
  afterAll(() => running.stop());

  const runningConfig = async (): Promise<RunningConfig> =>
    parse((await send({ port: running.port, path: '/config' })).text) as RunningConfig;

  it('has them', async () => {
    const { limits_config: limits } = await runningConfig();
    // The longest is Loki's own; what is kept shorter is in rules.
    expect(hours(limits['retention_period'])).toBe(90 * 24);
    expect(limits['retention_stream']).toMatchObject([
      { selector: '{job="security"}', priority: 10 },
      { selector: '{job=~".+"}', priority: 0 },
      { selector: '{job="",service_name=~".+"}', priority: 0 },
    ]);
  });

  it('has read the tenants’ overrides', async () => {
    const limitsOf = async (tenant: string): Promise<Readonly<Record<string, unknown>>> => {
      const headers = { 'X-Scope-OrgID': tenant };
      const { text } = await send({ port: running.port, path: '/config/tenant/v1/limits', headers });
      return parse(text) as Readonly<Record<string, unknown>>;
    };
    const audit = await limitsOf('audit');
    expect(hours(audit['retention_period'])).toBe(365 * 24);
    expect(audit['retention_stream']).toMatchObject([{ selector: '{level="debug"}', priority: 2 }]);
    expect(hours((await limitsOf('spywatcher'))['retention_period'])).toBe(90 * 24);
  });

  it('lets a query reach as far back as the longest period', async () => {
    const { limits_config: limits } = await runningConfig();
    expect(hours(limits['max_query_lookback'])).toBe(365 * 24);
    expect(hours(limits['max_query_length'])).toBeGreaterThanOrEqual(365 * 24);
  });
});
