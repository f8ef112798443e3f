/**
 * Given a cluster whose node, pods and Services have IPv6 addresses alone, and on it a ring of Lokis, a pair of Alertmanagers and a
 * Prometheus: all of them find one another, and lines of a pod are found. The cluster assigns the pods their users, as OpenShift does.
 */
import { ensureBuilt } from '../../bin/ensure-built';
import { startCluster, stopCluster } from '../../local/cluster';
import { ensureForwards } from '../../local/forward';
import { buildClientImage } from '../../local/images/catalog';
import { applyObjects, kubectl, waitForRollout } from '../../local/kubernetes';
import { FAMILIES } from '../../local/layout';
import { LokiClient } from '../../local/loki-client';
import { missingIpv6 } from '../../local/network';
import { importStackImages } from '../../local/stack-images';
import { freePorts } from '../../programs/program';
import { eventually } from '../../programs/wait';
import { NAME } from '../../src/components/kit/identity';
import { gatewayServicePort } from '../../src/components/gateway';
import { appsNamespace, CLIENT_IMAGE, log, startWriter, targetOf, waitForAnswer, waitForWriter } from '../e2e/cluster';
import { ASSIGNED_USER, withAssignedUsers } from '../support/assigned-users';
import { SCRAPE_INTERVAL } from '../e2e/fast-alerts';
import { haConfig, type HaStack, startHaStack } from '../e2e/ha-stack';

const missing = missingIpv6();
if (missing !== undefined) log(`tests skipped: ${missing}`);
const describeWithIpv6 = missing === undefined ? describe : describe.skip;

const config = haConfig({
  network: { ipFamilies: FAMILIES },
  pods: { all: { users: 'assigned' } },
  alertmanager: { type: 'embedded', replicas: 2, persistence: { size: '64Mi' } },
  monitoring: { type: 'embedded', scrapeInterval: SCRAPE_INTERVAL },
  grafana: { replicas: 0 },
});
const { logging } = config.namespaces;

let stack: HaStack;
let loki: LokiClient;

const get = (...args: readonly string[]): Promise<string> => kubectl(stack.target, ['get', ...args]);

/** What a pod of the stack answers, by way of the API server. */
async function answerOf(pod: string, port: number, path: string): Promise<unknown> {
  return JSON.parse(await get('--raw', `/api/v1/namespaces/${logging}/pods/${pod}:${port}/proxy${path}`)) as unknown;
}

/** Addresses of pods of the stack as a URL has them, with this port. */
async function addressesOf(pods: readonly string[], port: number): Promise<readonly string[]> {
  const found = await get('-n', logging, 'pods', ...pods, '-o', 'jsonpath={.items[*].status.podIP}');
  return found
    .split(' ')
    .map((address) => `[${address}]:${port}`)
    .toSorted();
}

describeWithIpv6('on a cluster of IPv6 alone', () => {
  beforeAll(async () => {
    // Some processes of the cluster are programs of this project.
    ensureBuilt('local');
    const cluster = await startCluster(log);
    await importStackImages(cluster, config, [await buildClientImage(CLIENT_IMAGE)], log);
    await applyObjects(targetOf(cluster), [appsNamespace()]);
    stack = await startHaStack(config, withAssignedUsers);
    for (const workload of ['statefulset/alertmanager', 'statefulset/prometheus'])
      await waitForRollout(stack.target, logging, workload, 180);
    const [port = 0] = await freePorts(1);
    await ensureForwards(
      [{ port, namespace: logging, service: 'gateway', servicePort: gatewayServicePort(config) }],
      log,
    );
    const password = stack.values['gateway.grafana'] ?? '';
    loki = new LokiClient({ url: `http://localhost:${port}`, user: 'grafana', password });
    await waitForAnswer(loki);
  });
  afterAll(() => stopCluster(log));

  test('no pod and no Service has an address of another family', async () => {
    const pods = await get('pods', '-A', '-o', 'jsonpath={.items[*].status.podIPs[*].ip}');
    const services = await get('services', '-A', '-o', 'jsonpath={.items[*].spec.clusterIPs[*]}');
    const addresses = [...pods.split(' '), ...services.split(' ')].filter((address) => address !== 'None');
    expect(addresses.length).toBeGreaterThan(15);
    expect(addresses.filter((address) => !address.startsWith('fd'))).toEqual([]);
  });

  test('programs run as the user that the cluster has assigned; only the agent is root', async () => {
    const user = 'jsonpath={range .items[*]}{.spec.securityContext.runAsUser}{"\\n"}{end}';
    const users = async (namespace: string): Promise<ReadonlySet<string>> =>
      new Set((await get('-n', namespace, 'pods', '-o', user)).trim().split('\n'));
    expect(await users(logging)).toEqual(new Set([String(ASSIGNED_USER)]));
    expect(await users(config.namespaces.agents)).toEqual(new Set(['0']));
    const [gateway = ''] = (await get('-n', logging, 'pods', '-l', `${NAME}=gateway`, '-o', 'name')).trim().split('\n');
    const said = await kubectl(stack.target, ['-n', logging, 'exec', gateway, '--', 'id', '-u']);
    expect(said.trim()).toBe(String(ASSIGNED_USER));
  });

  test('what a pod writes is found through the gateway', async () => {
    await startWriter(stack.target, 'ipv6-writer', 'for i in 1 2 3; do echo "line $i over IPv6"; done');
    await waitForWriter(stack.target, 'ipv6-writer', 120);
    const from = new Date(Date.now() - 600_000);
    const lines = await eventually(
      async () => (await loki.query('{app="ipv6-writer"}', from)).map(({ line }) => line).toSorted(),
      (found) => found.length >= 3,
      60,
    );
    expect(lines).toEqual(['line 1 over IPv6', 'line 2 over IPv6', 'line 3 over IPv6']);
  });

  test('three Lokis are a ring of their addresses', async () => {
    const answer = (await answerOf('loki-0', 3100, '/ring')) as {
      readonly shards: readonly { readonly address: string; readonly state: string }[];
    };
    const active = answer.shards.filter(({ state }) => state === 'ACTIVE').map(({ address }) => address);
    expect(active.toSorted()).toEqual(await addressesOf(['loki-0', 'loki-1', 'loki-2'], 9095));
  });

  test('two Alertmanagers are a cluster of their addresses', async () => {
    const { cluster } = (await answerOf('alertmanager-0', 9093, '/api/v2/status')) as {
      readonly cluster: { readonly status: string; readonly peers: readonly { readonly address: string }[] };
    };
    const peers = cluster.peers.map(({ address }) => address).toSorted();
    expect({ status: cluster.status, peers }).toEqual({
      status: 'ready',
      peers: await addressesOf(['alertmanager-0', 'alertmanager-1'], 9094),
    });
  });

  test('Prometheus finds and scrapes every target', async () => {
    const targets = await eventually(
      async () => {
        const { data } = (await answerOf('prometheus-0', 9090, '/api/v1/targets?state=active')) as {
          readonly data: { readonly activeTargets: readonly { readonly scrapeUrl: string; readonly health: string }[] };
        };
        return data.activeTargets;
      },
      (found) => found.length >= 8 && found.every(({ health }) => health === 'up'),
      60,
      (found) => JSON.stringify(found),
    );
    expect(targets.map(({ scrapeUrl }) => scrapeUrl)).toContainEqual(
      expect.stringMatching(/^http:\/\/\[fd[0-9a-f:]+\]:9080\/metrics$/),
    );
  });
});
