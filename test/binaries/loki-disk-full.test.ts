/** The real Loki with the rendered config on a volume that fills up: what it took stays, and it goes on when there is room again. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nanoseconds, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { stack } from '../../programs/rendered-stack';
import { type Response, send } from '../../programs/request';
import { canMount, SmallVolume } from '../support/small-volume';

const headers = { 'X-Scope-OrgID': 'spywatcher' };
const LINES = 100;

(canMount ? describe : describe.skip)('given a Loki on a volume of 200 MB (skipped where nobody may mount one)', () => {
  let program: string;
  let folder: string;
  let volume: SmallVolume;
  let loki: RunningLoki;
  let accepted: number;

  beforeAll(async () => {
    ({ loki: program } = await programs('loki'));
  }, BUILD_TIMEOUT);

  beforeEach(async () => {
    folder = temporaryFolder('loki-disk-full');
    volume = new SmallVolume(join(folder, 'data'), 200);
    loki = await startLoki(program, stack('dev'), { folder });
    accepted = 0;
  });
  afterEach(async () => {
    await loki.stop('SIGKILL');
    volume.unmount();
    removeFolder(folder);
  });

  /** Pushes some lines once; they count if Loki says that it has them. */
  async function push(): Promise<Response> {
    const lines = Array.from({ length: LINES }, (_, index) => ({
      labels: { job: 'disk' },
      line: `n=${accepted + index} ${'x'.repeat(280)}`,
      time: nanoseconds(),
    }));
    const answer = await send({ port: loki.port, path: '/loki/api/v1/push', headers, body: pushBody(...lines) });
    if (answer.status === 204) accepted += LINES;
    await sleep(50);
    return answer;
  }

  /** Goes on pushing until it is answered so. */
  async function pushUntil(status: number): Promise<Response> {
    say(`pushing until the answer is ${status}: Loki looks at its volume every 10 s`);
    let answer = await push();
    await until(
      `answer ${status}`,
      async () => {
        answer = await push();
        return answer.status === status ? undefined : `it is ${answer.status}`;
      },
      { seconds: 40 },
    );
    return answer;
  }

  async function metric(name: string): Promise<number> {
    const { text } = await send({ port: loki.port, path: '/metrics' });
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  }

  async function found(): Promise<number> {
    const query = 'sum(count_over_time({job="disk"} [10m]))';
    const path = `/loki/api/v1/query?${new URLSearchParams({ query }).toString()}`;
    const { text } = await send({ port: loki.port, path, headers });
    type Answer = { readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] } };
    return Number((JSON.parse(text) as Answer).data.result[0]?.value[1] ?? 0);
  }

  async function startAgain(signal: NodeJS.Signals): Promise<void> {
    await loki.stop(signal);
    loki = await startLoki(program, stack('dev'), { folder });
  }

  test('when it is more than 90 % full, then lines are refused for later, taken when there is room, and none is lost by a kill', async () => {
    for (let round = 0; round < 10; round += 1) await push();
    volume.fill(0.93);
    expect((await pushUntil(500)).text).toContain('Ingester is shutting down');
    expect(await metric('loki_ingester_wal_disk_usage_percent')).toBeGreaterThan(0.9);
    expect((await send({ port: loki.port, path: '/ready' })).status).toBe(200);
    volume.free();
    await pushUntil(204);
    await startAgain('SIGKILL');
    expect(await found()).toBe(accepted);
  });

  test('when it is full before Loki has looked, then that is counted, and a graceful restart with room again keeps every line', async () => {
    for (let round = 0; round < 10; round += 1) await push();
    volume.fill(1);
    await pushUntil(500);
    expect(await metric('loki_ingester_wal_disk_full_failures_total')).toBeGreaterThan(0);
    volume.free();
    await pushUntil(204);
    await startAgain('SIGTERM');
    expect(await found()).toBe(accepted);
  });
});
