/** The local clusters that one machine can have: what LOCAL_CLUSTER chooses, and that no two of them share anything. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type * as layoutModule from '../../../local/layout';
import type * as processModule from '../../../local/process';
import { INSTANCES, instanceNumber } from '../../../local/instance';

type Layout = typeof layoutModule;
type Process = typeof processModule;

const VALUES = ['', 'b', 'c', 'd', 'e', 'f', 'g'];

const VARIABLES = ['LOCAL_CLUSTER', 'LOCAL_CLUSTER_IP'];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  for (const [name, value] of before)
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
});

/** Modules as a process with these variables has them. */
function withVariables(value: string, ip = ''): void {
  process.env['LOCAL_CLUSTER'] = value;
  process.env['LOCAL_CLUSTER_IP'] = ip;
  jest.resetModules();
}

function layout(value: string, ip?: string): Layout {
  withVariables(value, ip);
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

test('given ipv6, all its addresses are of IPv6, and in its range', () => {
  const { NETWORK, FAMILIES, NETWORKS, API_URL, ofEachFamily } = layout('b', 'ipv6');
  expect(API_URL).toBe('https://[fd73:7079:7711::10]:6443');
  expect(FAMILIES).toEqual(['IPv6']);
  expect(NETWORKS).toHaveLength(1);
  expect(ofEachFamily('pods')).toBe('fd73:7079:7711:16::/64');
  const { hostDevice, ...addresses } = NETWORK;
  expect(hostDevice).toBe('spywatcher1');
  for (const address of Object.values(addresses)) expect(address).toMatch(/^fd73:7079:7711:/);
});

test('given dual, it has both, and is reached by IPv4', () => {
  const { NETWORK, FAMILIES, API_URL, ofEachFamily } = layout('', 'dual');
  expect(FAMILIES).toEqual(['IPv4', 'IPv6']);
  expect(API_URL).toBe('https://10.213.0.10:6443');
  expect(NETWORK).toEqual(layout('').NETWORK);
  expect(ofEachFamily('node')).toBe('10.213.0.10,fd73:7079:7710::10');
});

test('given another network, it is refused, with those that there are', () => {
  expect(() => layout('', 'IPv6')).toThrow(
    'LOCAL_CLUSTER_IP="IPv6" is no network: set it to one of ipv4, ipv6, dual, or leave it out.',
  );
});

test('no two of them have a name, folder, address, device or port in common', () => {
  const all = VALUES.map((value) => {
    const { NAME, STATE, RUN, NETWORK, NETWORKS, FORWARDED_PORTS, NODE_FOLDERS, onHost } = layout(value, 'dual');
    const addresses = NETWORKS.flatMap((network) => Object.values(network).filter((part) => part !== network.family));
    return [
      NAME,
      STATE,
      RUN,
      ...NODE_FOLDERS.map(onHost),
      NETWORK.hostDevice,
      ...addresses,
      ...Object.values(FORWARDED_PORTS),
    ];
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
  const environmentOf = (value: string, ip?: string): object => {
    withVariables(value, ip);
    return jest.requireActual<Process>('../../../local/process').environment();
  };

  expect(Object.keys(environmentOf(''))).toEqual(['HOME', 'PATH']);
  expect(environmentOf('c')).toMatchObject({ LOCAL_CLUSTER: 'c' });
  expect(environmentOf('c', 'dual')).toMatchObject({ LOCAL_CLUSTER: 'c', LOCAL_CLUSTER_IP: 'dual' });
});

describe.each(['a', 'B', 'h', 'bc', '1', ' b', '../b'])('given %p', (value) => {
  test('it is refused, with the values that there are', () => {
    expect(() => instanceNumber(value)).toThrow(
      `LOCAL_CLUSTER="${value}" is no local cluster: leave it out for the first, or set it to one of b, c, d, e, f, g for another beside it.`,
    );
  });
});

test('given another network, preflight says the same', () => {
  const { status, stderr } = spawnSync('bash', [join(__dirname, '..', '..', '..', 'local', 'preflight.sh'), 'test'], {
    encoding: 'utf8',
    env: { ...process.env, LOCAL_CLUSTER_IP: 'v6', CI: 'true' },
  });
  expect(status).toBe(1);
  expect(stderr).toContain(
    '- LOCAL_CLUSTER_IP="v6" is no network: set it to one of ipv4, ipv6, dual, or leave it out.',
  );
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
