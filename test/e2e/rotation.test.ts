/**
 * Given the running stack and an application that goes on writing; passwords are rotated, tenants come and go, and a person's
 * lines are erased, by the commands of docs/access.md. Nothing is lost, and nobody keeps what was taken away.
 */
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import type { StackConfig } from '../../src/config';
import { secretManifests } from '../../charts/secret-manifests';
import { generateSecretValues } from '../../src/secrets/values';
import type { SecretValues } from '../../src/secrets/row';
import { erase } from '../../src/operations/erase/erase';
import { basicAuth, send } from '../../programs/request';
import { eventually } from '../../programs/wait';
import {
  agentsPassword,
  APPS,
  credential,
  droppedByAgent,
  e2eConfig,
  gatewayClient,
  gatewayPort,
  gatewayUrl,
  log,
  OVERSEER,
  restoreStack,
  secretValues,
  startWriter,
  TENANTS,
  waitForWriter,
} from './cluster';
import { fastObjects } from './fast-alerts';
import { Pusher, pushStatus } from './pusher';

const config = e2eConfig();
const { logging } = config.namespaces;
const started = new Date(Date.now() - 60_000);
const startValues = secretValues();
let target: Target;

beforeAll(async () => {
  target = await restoreStack(config);
});

afterAll(async () => {
  const rotated = secretValues()['gateway.promtail'] ?? '';
  // Other files know the values of the start alone; the agent has the rotated one a while longer.
  const previous = rotated === startValues['gateway.promtail'] ? {} : { 'gatewayPrevious.promtail': rotated };
  await applyStack(config, { ...startValues, ...previous });
});

/** Applies a stack and its Secrets as GitOps would, Secrets first. */
async function applyStack(changed: StackConfig, values: SecretValues): Promise<void> {
  await applySecret(changed, values, 'gateway-users');
  await applyObjects(target, fastObjects(changed));
  await restartGateway();
  await applySecret(changed, values, 'gateway-credential-promtail');
}

async function applySecret(of: StackConfig, values: SecretValues, name: string): Promise<void> {
  const manifests = secretManifests(of, values);
  await applyObjects(
    target,
    manifests.filter(({ metadata }) => metadata.name === name),
  );
}

/** A mounted Secret reaches its pod within two minutes; a new pod has it from the start. */
async function restartGateway(): Promise<void> {
  await kubectl(target, ['-n', logging, 'rollout', 'restart', 'deployment/gateway']);
  await waitForRollout(target, logging, 'deployment/gateway', 120);
  // The old pod answers a few seconds longer, and knows the old passwords alone.
  const gateways = async (): Promise<number> => {
    const selected = ['pods', '-l', 'app.kubernetes.io/name=gateway', '-o', 'name'];
    return (await kubectl(target, ['-n', logging, 'get', ...selected])).trim().split('\n').length;
  };
  expect(await eventually(gateways, (count) => count === config.gateway.replicas, 60)).toBe(config.gateway.replicas);
}

const push = (who: string): Promise<number> =>
  pushStatus({ port: gatewayPort(), job: 'e2e-rotation-probe', credential: who }, 'probe');

const read = async (who: string): Promise<number> =>
  (await send({ port: gatewayPort(), path: '/loki/api/v1/labels', credential: who })).status;

/**
 * Seconds from the moment a change is applied until a credential is refused for good: a pod of before the change may answer
 * after one that knows it.
 */
async function secondsUntilRefused(ask: () => Promise<number>, change: () => Promise<void>): Promise<number> {
  const applied = Date.now();
  let refusedAt: number | undefined;
  let isDone = false;
  const done = change().finally(() => (isDone = true));
  const asked = eventually(
    async () => {
      // After the change there are no old pods left.
      const isLast = isDone;
      const since = refusedAt;
      // Without an answer it is not known to be refused.
      refusedAt = undefined;
      const status = await ask();
      if (status === 401) refusedAt = since ?? Date.now();
      return isLast && status === 401;
    },
    (isRefused) => isRefused,
    180,
  );
  for (const each of await Promise.allSettled([done, asked])) if (each.status === 'rejected') throw each.reason;
  if (refusedAt === undefined) throw new Error('the credential is not refused');
  return (refusedAt - applied) / 1000;
}

/** A tail that somebody has open. */
interface OpenTail {
  /** When it was closed; undefined while it is open. */
  readonly closedAt: () => number | undefined;
  readonly close: () => void;
}

function openTail(who: string): Promise<OpenTail> {
  const url = `ws://127.0.0.1:${gatewayPort()}/loki/api/v1/tail?query=${encodeURIComponent('{job=~".+"}')}`;
  const socket = new WebSocket(url, { headers: { authorization: basicAuth(who) } });
  let closedAt: number | undefined;
  socket.addEventListener('close', () => (closedAt = Date.now()));
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve({ closedAt: () => closedAt, close: () => socket.close() }));
    socket.addEventListener('error', () => reject(new Error('the tail is refused')));
  });
}

describe('given an application that writes all the while, and a person who wants to be forgotten', () => {
  const PERSON = '281474976710656001';
  const SOMEBODY = '281474976710656002';
  const WRITER = 'e2e-rotation';
  let oldPassword: string;
  let deletions: readonly string[];
  const fresh = (name: string): string => generateSecretValues(config)[`gateway.${name}`] ?? '';
  let direct: Pusher | undefined;

  /** Lines of a person in a tenant, also those that others wrote of them. */
  const linesOf = (reader: string, person: string) => gatewayClient(reader).count(`{job=~".+"} |= "${person}"`, '1h');

  beforeAll(async () => {
    oldPassword = secretValues()['gateway.promtail'] ?? '';
    for (const writer of ['promtail', 'audit-writer'])
      for (const person of [PERSON, SOMEBODY])
        for (const line of [`{"userId":"${person}","message":"hello"}`, `user ${person}: banned`])
          expect(
            await pushStatus({ port: gatewayPort(), job: 'e2e-person', credential: credential(writer) }, line),
          ).toBe(204);
    expect(await linesOf('grafana', PERSON)).toBe(2);
    deletions = await erase(
      config,
      { tenant: 'spywatcher', userId: PERSON },
      { url: gatewayUrl(), password: secretValues()['gateway.eraser'] ?? '' },
    );
    log('a pod writes, while passwords and tenants change');
    await startWriter(
      target,
      WRITER,
      'i=0; while [ ! -e /tmp/stop ]; do i=$((i+1)); echo "n=$i"; sleep 0.2; done; echo $i > /dev/termination-log; sleep 2',
    );
    direct = new Pusher({
      port: gatewayPort(),
      job: 'e2e-rotation-direct',
      credential: credential('audit-writer'),
    });
  });
  afterAll(() => direct?.stop());

  test('when the agent’s password is rotated, then both count until the old one is taken away, within a minute', async () => {
    const values = secretValues();
    const rotated = { ...values, 'gateway.promtail': fresh('promtail') };
    await applySecret(config, { ...rotated, 'gatewayPrevious.promtail': oldPassword }, 'gateway-users');
    await restartGateway();
    const both = [oldPassword, rotated['gateway.promtail']].map((password) => push(`promtail:${password}`));
    expect(await Promise.all(both)).toEqual([204, 204]);
    await applySecret(config, rotated, 'gateway-credential-promtail');
    log('waiting until the kubelet has given the agent its new password');
    const hasIt = async (): Promise<boolean> => (await agentsPassword(target, config)) === rotated['gateway.promtail'];
    expect(await eventually(hasIt, (has) => has, 120)).toBe(true);
    const seconds = await secondsUntilRefused(
      () => push(`promtail:${oldPassword}`),
      async () => {
        await applySecret(config, rotated, 'gateway-users');
        await restartGateway();
      },
    );
    log(`the old password was refused ${seconds.toFixed(1)} s after it was taken away`);
    expect(seconds).toBeLessThan(60);
    process.env['E2E_SECRET_VALUES'] = JSON.stringify(rotated);
  });

  test('when a tenant is added, then it writes and reads; when it is removed, then it is refused', async () => {
    const tenants = [...TENANTS, { name: 'guests', write: ['guest-writer'], read: ['guest-reader'] }];
    const grown = e2eConfig({ auth: { loki: { tenants, crossTenantReaders: [OVERSEER] } } });
    const values = { ...secretValues(), ...only(generateSecretValues(grown), 'guest-') };
    const guest = `guest-writer:${values['gateway.guest-writer'] ?? ''}`;
    expect(await push(guest)).toBe(401);
    await applyStack(grown, values);
    expect(await push(guest)).toBe(204);
    const seconds = await secondsUntilRefused(
      () => push(guest),
      () => applyStack(config, secretValues()),
    );
    log(`the tenant was refused ${seconds.toFixed(1)} s after it was removed`);
    expect(seconds).toBeLessThan(60);
  });

  test('when a credential is revoked, then it is refused within a minute, and the others are not', async () => {
    const revoked = e2eConfig({
      auth: {
        loki: {
          tenants: TENANTS.map((tenant) => (tenant.name === 'audit' ? { ...tenant, read: [] } : tenant)),
          crossTenantReaders: [OVERSEER],
        },
      },
    });
    await expect(gatewayClient('audit-reader').count('{job=~".+"}', '1m')).resolves.toBeGreaterThan(0);
    const tail = await openTail(credential('audit-reader'));
    log('waiting until the reader is refused and its open tail is closed, with the gateway’s old pod');
    const applied = Date.now();
    const seconds = await secondsUntilRefused(
      () => read(credential('audit-reader')),
      () => applyStack(revoked, secretValues()),
    );
    await eventually(
      () => Promise.resolve(tail.closedAt()),
      (at) => at !== undefined,
      90,
    );
    const closedAfter = ((tail.closedAt() ?? Infinity) - applied) / 1000;
    log(
      `the reader was refused ${seconds.toFixed(1)} s after it was revoked; its tail ended after ${closedAfter.toFixed(1)} s`,
    );
    tail.close();
    expect(seconds).toBeLessThan(60);
    expect(closedAfter).toBeLessThan(60);
    await expect(gatewayClient('audit-reader').count('{job=~".+"}', '1m')).rejects.toThrow('401');
    await expect(gatewayClient('overseer').count('{job=~".+"}', '1m')).resolves.toBeGreaterThan(0);
  });

  test('then not a line of the application is lost, and no push of a client was refused', async () => {
    await kubectl(target, ['-n', APPS, 'exec', WRITER, '--', 'touch', '/tmp/stop']);
    await waitForWriter(target, WRITER, 60);
    const last = 'jsonpath={.status.containerStatuses[0].state.terminated.message}';
    const written = Number(await kubectl(target, ['-n', APPS, 'get', 'pod', WRITER, '-o', last]));
    log(`${written} lines of the pod`);
    expect(written).toBeGreaterThan(100);
    const reader = gatewayClient('grafana');
    const count = (): Promise<number> => reader.count(`{app="${WRITER}"}`, '1h');
    await eventually(count, (value) => value >= written, 60);
    const numbers = (await reader.queryAll(`{app="${WRITER}"}`, started)).map(({ line }) => Number(line.slice(2)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, index) => index + 1));
    await direct?.stop();
    log(`${direct?.accepted ?? 0} pushes of a client that never tries again`);
    expect({ pushed: (direct?.accepted ?? 0) > 0, refused: direct?.refused }).toEqual({ pushed: true, refused: [] });
    expect(await droppedByAgent(target, config)).toBeUndefined();
  });

  test('then the person’s lines are gone from the tenant that was asked, and from no other', async () => {
    // Queriers ask for erasures when they start, and each five minutes: nobody here waits for the second.
    await kubectl(target, ['-n', logging, 'rollout', 'restart', 'statefulset/loki']);
    await waitForRollout(target, logging, 'statefulset/loki', 180);
    const counted = (reader: string, person: string, expected: number, seconds: number): Promise<number> =>
      eventually(
        () => linesOf(reader, person),
        (count) => count === expected,
        seconds,
      );
    expect(await counted('grafana', PERSON, 0, 330)).toBe(0);
    expect(await counted('grafana', SOMEBODY, 2, 10)).toBe(2);
    await applyStack(config, secretValues());
    expect(await counted('audit-reader', PERSON, 2, 10)).toBe(2);
  });

  test('then the log says that lines were erased, by whom, and not whose', async () => {
    const query = '{app="gateway"} | json | action="LOG_ERASURE"';
    // Other files have lines erased as well.
    const logged = async (): Promise<readonly ErasureLine[]> =>
      (await gatewayClient('grafana').query(query, started))
        .map(({ line }) => JSON.parse(line) as ErasureLine)
        .filter(({ deleteRequestId }) => deletions.includes(deleteRequestId));
    const lines = await eventually(logged, ({ length }) => length === deletions.length, 30);
    expect(lines).toEqual(
      deletions.map(() => expect.objectContaining({ user: 'eraser', tenant: 'spywatcher', status: 204 }) as object),
    );
    expect(lines.map(({ deleteRequestId }) => deleteRequestId).sort()).toEqual([...deletions].sort());
    expect(JSON.stringify(lines)).not.toContain(PERSON);
  });
});

/** The gateway's line of an erasure. */
interface ErasureLine {
  readonly deleteRequestId: string;
}

/** The values whose names begin so. */
function only(values: SecretValues, prefix: string): SecretValues {
  return Object.fromEntries(Object.entries(values).filter(([path]) => path.startsWith(`gateway.${prefix}`)));
}
