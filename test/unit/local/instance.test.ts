/** The local clusters that one machine can have: what LOCAL_CLUSTER chooses, and that no two of them share anything. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type * as layoutModule from '../../../local/layout';
import type * as processModule from '../../../local/process';
import { INSTANCES, instanceNumber } from '../../../local/instance';

type Layout = typeof layoutModule;
type Process = typeof processModule;

const VALUES = ['', 'b', 'c', 'd', 'e', 'f', 'g'];

const before = process.env['LOCAL_CLUSTER'];
afterEach(() => {
  if (before === undefined) delete process.env['LOCAL_CLUSTER'];
  else process.env['LOCAL_CLUSTER'] = before;
});

/** Modules as a process with this variable has them. */
function withVariable(value: string): void {
  process.env['LOCAL_CLUSTER'] = value;
  jest.resetModules();
}

function layout(value: string): Layout {
  withVariable(value);
  return jest.requireActual<Layout>('../../../local/layout');
}

test('given no value, it is the first cluster, with the names and addresses that it has always had', () => {
  const { NAME, STATE, NETWORK, API_URL, KUBECONFIG, FORWARDED_PORTS, REPLACED_FOLDERS, onHost } = layout('');
  expect({ NAME, STATE, API_URL, KUBECONFIG, FORWARDED_PORTS, REPLACED_FOLDERS }).toEqual({
    NAME: 'spywatcher-logs',
    STATE: '/var/lib/spywatcher-logs',
    API_URL: 'https://10.213.0.10:6443',
    KUBECONFIG: '/var/lib/spywatcher-logs/kubeconfig/admin',
    FORWARDED_PORTS: { gateway: 3100, grafana: 3000 },
    REPLACED_FOLDERS: [],
  });
  expect(NETWORK).toEqual({
    range: '10.213.0.0/16',
    node: '10.213.0.10',
    nodeWithMask: '10.213.0.10/24',
    hostLink: '10.213.1.1',
    hostLinkWithMask: '10.213.1.1/30',
    nodeLink: '10.213.1.2',
    nodeLinkWithMask: '10.213.1.2/30',
    hostDevice: 'spywatcher0',
    pods: '10.213.16.0/20',
    services: '10.213.32.0/20',
    apiService: '10.213.32.1',
    dnsService: '10.213.32.10',
  });
  expect(onHost('/var/log/pods')).toBe('/var/log/pods');
});

test('given b, it is another one, whose node has its own /var/lib and /var/log', () => {
  const { NAME, STATE, NETWORK, API_URL, FORWARDED_PORTS, onHost } = layout('b');
  expect({ NAME, STATE, API_URL, FORWARDED_PORTS, device: NETWORK.hostDevice }).toEqual({
    NAME: 'spywatcher-logs-b',
    STATE: '/var/lib/spywatcher-logs-b',
    API_URL: 'https://10.214.0.10:6443',
    FORWARDED_PORTS: { gateway: 3110, grafana: 3010 },
    device: 'spywatcher1',
  });
  expect(['/var/log/pods', '/var/lib/spywatcher-logs/promtail', '/run/containerd'].map(onHost)).toEqual([
    '/var/lib/spywatcher-logs-b/node/var/log/pods',
    '/var/lib/spywatcher-logs-b/node/var/lib/spywatcher-logs/promtail',
    '/run/containerd',
  ]);
});

test('no two of them have a name, folder, address, device or port in common', () => {
  const all = VALUES.map((value) => {
    const { NAME, STATE, RUN, NETWORK, FORWARDED_PORTS, NODE_FOLDERS, onHost } = layout(value);
    const addresses = Object.values(NETWORK);
    return [NAME, STATE, RUN, ...NODE_FOLDERS.map(onHost), ...addresses, ...Object.values(FORWARDED_PORTS)];
  });
  const values = all.flat();

  expect(all).toHaveLength(INSTANCES.length);
  expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
});

test('each knows where the others keep their records of the machine', () => {
  const states = VALUES.map((value) => layout(value).STATE);
  for (const [index, value] of VALUES.entries())
    expect(layout(value).OTHER_STATES).toEqual(states.filter((_, other) => other !== index));
});

test('network devices have names that Linux takes', () => {
  for (const value of VALUES) expect(layout(value).NETWORK.hostDevice.length).toBeLessThan(16);
});

test('the processes of a cluster are told which one it is, and nothing else of the environment', () => {
  const environmentOf = (value: string): object => {
    withVariable(value);
    return jest.requireActual<Process>('../../../local/process').environment();
  };

  expect(Object.keys(environmentOf(''))).toEqual(['HOME', 'PATH']);
  expect(environmentOf('c')).toMatchObject({ LOCAL_CLUSTER: 'c' });
});

describe.each(['a', 'B', 'h', 'bc', '1', ' b', '../b'])('given %p', (value) => {
  test('it is refused, with the values that there are', () => {
    expect(() => instanceNumber(value)).toThrow(
      `LOCAL_CLUSTER="${value}" is no local cluster: leave it out for the first, or set it to one of b, c, d, e, f, g for another beside it.`,
    );
  });
});

test('given a value that is refused, preflight says the same, and of nothing else that depends on it', () => {
  const { status, stderr } = spawnSync('bash', [join(__dirname, '..', '..', '..', 'local', 'preflight.sh'), 'test'], {
    encoding: 'utf8',
    env: { ...process.env, LOCAL_CLUSTER: 'a', CI: 'true' },
  });
  expect(status).toBe(1);
  expect(stderr).toContain(
    '- LOCAL_CLUSTER="a" is no local cluster: leave it out for the first, or set it to one of b, c, d, e, f, g for another beside it.',
  );
});
