/**
 * Given the running stack and an application that goes on writing; passwords are rotated, tenants come and go, and a person's
 * lines are erased, by the commands of docs/access.md. Nothing is lost, and nobody keeps what was taken away.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentCluster } from '../../local/cluster';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import { KUBELET_ROOT } from '../../local/layout';
import type { StackConfig } from '../../src/config';
import { stackObjects } from '../../src/deploy/objects';
import { secretManifests } from '../../src/deploy/secret-objects';
import { generateSecretValues, type SecretValues } from '../../src/deploy/secret-values';
import { erase } from '../../src/operations/erase';
import { pushBody } from '../support/loki';
import { send } from '../support/request';
import {
  credential,
  e2eConfig,
  eventually,
  gatewayClient,
  gatewayUrl,
  log,
  OVERSEER,
  secretValues,
  startWriter,
  targetOf,
  TENANTS,
  waitForStack,
  waitForWriter,
} from './cluster';

const config = e2eConfig();
const { logging, agents } = config.namespaces;
const started = new Date(Date.now() - 60_000);
let target: Target;

beforeAll(async () => {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster does not run');
  target = targetOf(cluster);
  await applyObjects(target, stackObjects(config));
  await waitForStack(target, config);
});

afterAll(async () => {
  await applyStack(config, secretValues());
});

/** Applies a stack and its Secrets as GitOps would, Secrets first. */
async function applyStack(changed: StackConfig, values: SecretValues): Promise<void> {
  await applySecret(changed, values, 'gateway-users');
  await applyObjects(target, stackObjects(changed));
  await restartGateway();
  await applySecret(changed, values, 'gateway-credential-promtail');
}

async function applySecret(of: StackConfig, values: SecretValues, name: string): Promise<void> {
  const manifests = secretManifests(of, values) as readonly { readonly metadata: { readonly name: string } }[];
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
  await eventually(
    () => kubectl(target, ['-n', logging, 'get', 'pods', '-l', 'app.kubernetes.io/name=gateway', '-o', 'name']),
    (pods) => pods.trim().split('\n').length === config.gateway.replicas,
    60,
  );
}

/** A client that pushes a line every 50 ms on a connection of its own, and never tries again. */
class Pusher {
  readonly refused: string[] = [];
  accepted = 0;
  private running = true;
  private readonly ended: Promise<void>;

  constructor(
    private readonly app: string,
    private readonly who: string,
  ) {
    this.ended = this.push();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  private async push(): Promise<void> {
    for (let number = 1; this.running; number += 1) {
      const body = pushBody({ labels: { job: this.app }, line: `n=${number}` });
      try {
        const { status } = await send({
          port: Number(new URL(gatewayUrl()).port),
          path: '/loki/api/v1/push',
          body,
          credential: this.who,
        });
        if (status === 204) this.accepted += 1;
        else this.refused.push(`n=${number}: ${status}`);
      } catch (error) {
        this.refused.push(`n=${number}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function pushStatus(who: string): Promise<number> {
  const { status } = await send({
    port: Number(new URL(gatewayUrl()).port),
    path: '/loki/api/v1/push',
    body: pushBody({ labels: { job: 'e2e-rotation-probe' }, line: 'probe' }),
    credential: who,
  });
  return status;
}

/** Seconds until a credential is refused. */
async function secondsUntilRefused(who: string): Promise<number> {
  const from = Date.now();
  await eventually(
    () => pushStatus(who),
    (status) => status === 401,
    120,
  );
  return (Date.now() - from) / 1000;
}

describe('given an application that writes all the while, and a person who wants to be forgotten', () => {
  const PERSON = '281474976710656001';
  const SOMEBODY = '281474976710656002';
  const SECONDS = 200;
  let oldPassword: string;
  const fresh = (name: string): string => generateSecretValues(config)[`gateway.${name}`] ?? '';
  let direct: Pusher | undefined;

  /** Lines of a person in a tenant, also those that others wrote of them. */
  const linesOf = (reader: string, person: string) => gatewayClient(reader).count(`{job=~".+"} |= "${person}"`, '1h');

  beforeAll(async () => {
    oldPassword = secretValues()['gateway.promtail'] ?? '';
    for (const writer of ['promtail', 'audit-writer'])
      for (const person of [PERSON, SOMEBODY])
        for (const line of [`{"userId":"${person}","message":"hello"}`, `user ${person}: banned`])
          await send({
            port: Number(new URL(gatewayUrl()).port),
            path: '/loki/api/v1/push',
            body: pushBody({ labels: { job: 'e2e-person', level: 'info' }, line }),
            credential: credential(writer),
          });
    expect(await linesOf('grafana', PERSON)).toBe(2);
    await erase(
      config,
      { tenant: 'spywatcher', userId: PERSON },
      { url: gatewayUrl(), password: secretValues()['gateway.eraser'] ?? '' },
    );
    log(`a pod writes for ${SECONDS} s, while passwords and tenants change`);
    await startWriter(
      target,
      'e2e-rotation',
      `i=0; while [ $i -lt ${SECONDS * 5} ]; do i=$((i+1)); echo "n=$i"; sleep 0.2; done; sleep 2`,
    );
    direct = new Pusher('e2e-rotation-direct', credential('audit-writer'));
  });
  afterAll(() => direct?.stop());

  test('when the agent’s password is rotated, then both count until the old one is taken away, within a minute', async () => {
    const values = secretValues();
    const rotated = { ...values, 'gateway.promtail': fresh('promtail') };
    await applySecret(config, { ...rotated, 'gatewayPrevious.promtail': oldPassword }, 'gateway-users');
    await restartGateway();
    const both = [oldPassword, rotated['gateway.promtail']].map((password) => pushStatus(`promtail:${password}`));
    expect(await Promise.all(both)).toEqual([204, 204]);
    await applySecret(config, rotated, 'gateway-credential-promtail');
    log('waiting until the kubelet has given the agent its new password');
    await eventually(agentsPassword, (password) => password === rotated['gateway.promtail'], 120);
    await applySecret(config, rotated, 'gateway-users');
    await restartGateway();
    const seconds = await secondsUntilRefused(`promtail:${oldPassword}`);
    log(`the old password was refused ${seconds.toFixed(1)} s after the gateway’s restart`);
    expect(seconds).toBeLessThan(60);
    process.env['E2E_SECRET_VALUES'] = JSON.stringify(rotated);
  });

  test('when a tenant is added, then it writes and reads; when it is removed, then it is refused', async () => {
    const tenants = [...TENANTS, { name: 'guests', write: ['guest-writer'], read: ['guest-reader'] }];
    const grown = e2eConfig({ auth: { loki: { tenants, crossTenantReaders: [OVERSEER] } } });
    const values = { ...secretValues(), ...only(generateSecretValues(grown), 'guest-') };
    const guest = `guest-writer:${values['gateway.guest-writer'] ?? ''}`;
    expect(await pushStatus(guest)).toBe(401);
    await applyStack(grown, values);
    expect(await pushStatus(guest)).toBe(204);
    await applyStack(config, secretValues());
    expect(await secondsUntilRefused(guest)).toBeLessThan(60);
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
    await applyStack(revoked, secretValues());
    await expect(gatewayClient('audit-reader').count('{job=~".+"}', '1m')).rejects.toThrow('401');
    await expect(gatewayClient('overseer').count('{job=~".+"}', '1m')).resolves.toBeGreaterThan(0);
  });

  test('then not a line of the application is lost, and no push of a client was refused', async () => {
    await waitForWriter(target, 'e2e-rotation', SECONDS + 60);
    const reader = gatewayClient('grafana');
    const count = (): Promise<number> => reader.count('{app="e2e-rotation"}', '1h');
    await eventually(count, (value) => value >= SECONDS * 5, 60);
    const numbers = (await reader.queryAll('{app="e2e-rotation"}', started)).map(({ line }) => Number(line.slice(2)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: SECONDS * 5 }, (_, index) => index + 1));
    await direct?.stop();
    log(`${direct?.accepted ?? 0} pushes of a client that never tries again`);
    expect({ pushed: (direct?.accepted ?? 0) > 0, refused: direct?.refused }).toEqual({ pushed: true, refused: [] });
    const dropped = await kubectl(target, [
      '-n',
      agents,
      'get',
      'pods',
      '-o',
      'jsonpath={.items[0].metadata.name}',
    ]).then((pod) => kubectl(target, ['get', '--raw', `/api/v1/namespaces/${agents}/pods/${pod}:9080/proxy/metrics`]));
    expect(/^promtail_dropped_entries_total\{.*\} [1-9]/m.exec(dropped)?.[0]).toBeUndefined();
  });

  test('then the person’s lines are gone from the tenant that was asked, and from no other', async () => {
    log('waiting until Loki’s queriers have heard of the erasure: up to 5 minutes');
    const left = await eventually(
      () => linesOf('grafana', PERSON),
      (count) => count === 0,
      330,
    );
    expect(left).toBe(0);
    expect(await linesOf('grafana', SOMEBODY)).toBe(2);
    await applyStack(config, secretValues());
    expect(await linesOf('audit-reader', PERSON)).toBe(2);
  });

  test('then the log says that lines were erased, by whom, and not whose', async () => {
    const query = '{app="gateway"} | json | action="LOG_ERASURE"';
    const entries = await eventually(
      () => gatewayClient('grafana').query(query, started),
      (found) => found.length > 0,
      30,
    );
    expect(entries.map(({ line }) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ user: 'eraser', tenant: 'spywatcher', status: 204 }) as object,
    ]);
    expect(entries[0]?.line).not.toContain(PERSON);
  });

  /** What the agent reads before each push, where the kubelet keeps it for the pod. */
  async function agentsPassword(): Promise<string> {
    const uid = await kubectl(target, ['-n', agents, 'get', 'pods', '-o', 'jsonpath={.items[0].metadata.uid}']);
    return readFileSync(
      join(KUBELET_ROOT, 'pods', uid, 'volumes', 'kubernetes.io~secret', 'credential', 'password'),
      'utf8',
    );
  }
});

/** The values whose names begin so. */
function only(values: SecretValues, prefix: string): SecretValues {
  return Object.fromEntries(Object.entries(values).filter(([path]) => path.startsWith(`gateway.${prefix}`)));
}
