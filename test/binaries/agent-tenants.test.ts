/**
 * `agent.tenants`, with the real Collector, gateway and Loki: a line of a namespace is in its tenant and in no other, and a tenant that takes
 * no more lines keeps nobody else's from coming.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REDACTED } from '../../src/log-model';
import { LogPath } from '../support/log-path';
import { entriesOf, nanoseconds, queryRequest } from '../../programs/loki';
import { type Container, cri } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const SECRET = 'hunter2-of-team-a';
/** Reader of each tenant. */
const READERS = { spywatcher: 'grafana', a: 'reader-a', b: 'reader-b' } as const;
type TenantName = keyof typeof READERS;

/** Namespace → its tenant. */
const TENANT_OF: Readonly<Record<string, TenantName>> = {
  'team-a': 'a',
  'team-a-db': 'a',
  'team-ab': 'spywatcher',
  'my-team-a': 'spywatcher',
  'team-b': 'b',
  shop: 'spywatcher',
};

const podOf = (namespace: string): Container => ({
  namespace,
  // A name that reads like a namespace of another tenant.
  pod: namespace === 'shop' ? 'team-b' : 'main-1',
  container: 'main',
  labels: { app: 'main' },
});
const PODS = Object.keys(TENANT_OF).map(podOf);

const KINDS = (namespace: string): readonly string[] => [
  `{"level":"warn","message":"json of ${namespace}","password":"${SECRET}"}`,
  `{"level":"info","message":"claims of ${namespace}","namespace":"team-b","job":"security"}`,
  `text of ${namespace} with password=${SECRET} in it`,
  `ts=1 level=error msg="pairs of ${namespace}"`,
];

describe('given tenants of some namespaces', () => {
  const rendered = variant('tenants', {
    environment: 'dev',
    auth: {
      loki: {
        tenants: [
          { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
          { name: 'a', write: ['agent-a'], read: ['reader-a'] },
          { name: 'b', write: ['agent-b'], read: ['reader-b'] },
        ],
      },
    },
    limits: {
      tenants: { b: { ingestionRate: '4KB', ingestionBurst: '64KB', perStreamRate: '4KB', perStreamBurst: '64KB' } },
    },
    agent: {
      type: 'collector',
      batchSize: '32KB',
      batchWait: '200ms',
      files: [{ name: 'own', job: 'own', directory: '/var/log/own' }],
      tenants: [
        { namespaces: ['team-a', 'team-a-*'], credential: 'agent-a' },
        { namespaces: ['team-b'], credential: 'agent-b', queueSize: '64KB' },
      ],
    },
  });
  const path = new LogPath(rendered, 'agent-tenants');

  const write = (pod: Container, lines: readonly string[]): void =>
    path.logs.append(
      pod,
      lines.map((line) => cri(nanoseconds(), line)),
    );
  const linesOf = async (tenant: TenantName, logql = '{job=~".+"}'): Promise<readonly string[]> => {
    const reader = READERS[tenant];
    const credential = `${reader}:${path.values[`gateway.${reader}`] ?? ''}`;
    return entriesOf(await send({ port: path.gateway.port, credential, ...queryRequest(logql) })).map(
      ({ labels, line }) => `${labels['namespace'] ?? '-'}: ${line}`,
    );
  };
  const expected = (tenant: TenantName): readonly string[] =>
    Object.keys(TENANT_OF)
      .filter((namespace) => TENANT_OF[namespace] === tenant)
      .flatMap((namespace) => KINDS(namespace).map((line) => `${namespace}: ${line.replaceAll(SECRET, REDACTED)}`))
      .concat(tenant === 'spywatcher' ? ['-: of a file'] : [])
      .sort();

  beforeAll(async () => {
    await path.start();
    for (const namespace of Object.keys(TENANT_OF)) write(podOf(namespace), KINDS(namespace));
    mkdirSync(join(path.folder, 'files', 'own'), { recursive: true });
    writeFileSync(join(path.folder, 'files', 'own', 'a.log'), 'of a file\n');
    await path.startCollector(PODS);
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  it.each(Object.keys(READERS) as TenantName[])(
    '%s has the lines of its namespaces, redacted, and no other',
    async (tenant) => {
      await until(`the lines of ${tenant}`, async () => {
        const { length } = await linesOf(tenant);
        return length >= expected(tenant).length ? undefined : `${length} are there`;
      });
      await sleep(2_000); // one too many would come by then
      expect([...(await linesOf(tenant))].sort()).toEqual(expected(tenant));
    },
  );

  it('each credential is in a file of its own, and not in the config', () => {
    const config = readFileSync(join(path.folder, 'collector.yaml'), 'utf8');
    for (const credential of ['promtail', 'agent-a', 'agent-b']) {
      const password = path.values[`gateway.${credential}`] ?? '';
      expect(password.length).toBeGreaterThan(20);
      expect(config).not.toContain(password);
    }
  });

  it('a tenant that takes no more lines, and whose queue is full, keeps nobody else waiting', async () => {
    write(
      podOf('team-b'),
      Array.from({ length: 2_000 }, (_, index) => `flood n=${index} ${'x'.repeat(500)}`),
    );
    await sleep(5_000); // its queue and its rate are full by then
    write(podOf('shop'), ['after the flood of shop']);
    write(podOf('team-a'), ['after the flood of team-a']);
    for (const tenant of ['spywatcher', 'a'] as const)
      await until(
        `a line of ${tenant} after the flood`,
        async () =>
          (await linesOf(tenant, '{job=~".+"} |= "after the flood"')).length === 1 ? undefined : 'it is not there',
        { seconds: 30 },
      );
    const flooded = (await linesOf('b', '{job=~".+"} |= "flood n="')).length;
    expect(flooded).toBeLessThan(2_000);
  });
});
