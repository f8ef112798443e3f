/** The network of the cluster: a link to this machine, pods' addresses, and no way out. */
import * as fs from 'node:fs';
import { inState, NAME, NETWORK, NETWORKS } from './layout';
import type { Family } from './ip';
import { holderPid, runInside } from './namespace';
import { attempt, run } from './shell';

/** The IPv4 range `cidr` as first and last address. */
function bounds(cidr: string): [number, number] {
  const [address = '', bits = '32'] = cidr.split('/');
  const start = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [start, start + 2 ** (32 - Number(bits)) - 1];
}

/** Routes of the host to a part of the cluster's IPv4 range, other than our own; a wider one does no harm. */
export async function conflictingRoutes(): Promise<string[]> {
  const range = NETWORKS.find(({ family }) => family === 'IPv4')?.range;
  if (range === undefined) return [];
  const [first, last] = bounds(range);
  const routes = (await run('ip', ['-4', 'route', 'show', 'table', 'all'])).split('\n');
  return routes.filter((route) => {
    const target = /^(?:\S+ )??(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)/.exec(route)?.[1];
    if (target === undefined || route.includes(NETWORK.hostDevice)) return false;
    const [start, end] = bounds(target);
    return start >= first && end <= last;
  });
}

/**
 * Connects the cluster's network namespace to the host and to nothing else:
 * its default route ends on a bridge without ports, so no packet can leave.
 */
export async function createNetwork(): Promise<void> {
  const missing = NETWORKS.some(({ family }) => family === 'IPv6') ? missingIpv6() : undefined;
  if (missing !== undefined) throw new Error(`no local cluster with IPv6: ${missing}`);
  const conflicts = await conflictingRoutes();
  if (conflicts.length > 0) {
    throw new Error(
      `this machine already routes part of the cluster's range: ${conflicts.join('; ')}. ` +
        'The local cluster needs that range: disconnect the network or VPN that uses it.',
    );
  }
  const pid = holderPid();
  await attempt('ip', ['link', 'delete', NETWORK.hostDevice]);
  await run('ip', [
    ...['link', 'add', NETWORK.hostDevice, 'type', 'veth'],
    ...['peer', 'name', 'host0', 'netns', String(pid)],
  ]);
  const commands = [
    'ip link set lo up',
    'ip link add node0 type bridge',
    'ip link set node0 up',
    'ip link set host0 up',
    ...NETWORKS.flatMap(({ family, node, nodeWithMask, nodeLinkWithMask }) => [
      ...SETTINGS[family].map(([name, value]) => `echo ${value} > /proc/sys/net/${name}`),
      ...[`${nodeWithMask} dev node0`, `${nodeLinkWithMask} dev host0`].map((address) =>
        addressCommand(family, address).join(' '),
      ),
      `ip ${OPTION[family]} route add default dev node0 src ${node}`,
    ]),
  ];
  await runInside(['sh', '-euc', commands.join('\n')]);
  await run('ip', ['link', 'set', NETWORK.hostDevice, 'up']);
  for (const { family, hostLinkWithMask, range, nodeLink } of NETWORKS) {
    if (family === 'IPv6') fs.writeFileSync(`/proc/sys/net/ipv6/conf/${NETWORK.hostDevice}/disable_ipv6`, '0');
    const [ip = '', ...args] = addressCommand(family, `${hostLinkWithMask} dev ${NETWORK.hostDevice}`);
    await run(ip, args);
    await run('ip', [OPTION[family], 'route', 'add', range, 'via', nodeLink]);
  }
}

const OPTION = { IPv4: '-4', IPv6: '-6' } as const;

/** Settings of the node's kernel, in its own network namespace. Where containers run, IPv6 is often switched off. */
const SETTINGS: Readonly<Record<Family, readonly (readonly [name: string, value: number])[]>> = {
  IPv4: [['ipv4/ip_forward', 1]],
  IPv6: [
    ...['all', 'default', 'lo', 'node0', 'host0'].map((device) => [`ipv6/conf/${device}/disable_ipv6`, 0] as const),
    ['ipv6/conf/all/forwarding', 1],
  ],
};

/** Nobody else can have the address, and a bridge without ports would look for others without end. */
const addressCommand = (family: Family, address: string): readonly string[] => [
  ...['ip', OPTION[family], 'addr', 'add', ...address.split(' ')],
  ...(family === 'IPv6' ? ['nodad'] : []),
];

/** Why this machine cannot give a network namespace IPv6 addresses. Undefined where it can. */
export function missingIpv6(): string | undefined {
  return fs.existsSync('/proc/sys/net/ipv6/conf/all/disable_ipv6')
    ? undefined
    : 'the kernel of this machine has no IPv6 (there is no /proc/sys/net/ipv6)';
}

/** Removes the host's end; the other one went with the namespace. */
export async function removeNetwork(): Promise<void> {
  await attempt('ip', ['link', 'delete', NETWORK.hostDevice]);
}

/** Whether the host's end of the connection exists. */
export const hasNetwork = (): boolean => fs.existsSync(`/sys/class/net/${NETWORK.hostDevice}`);

/** Writes the CNI network: point-to-point, so that traffic between pods passes the node's rules. */
export function writeCniConfig(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const config = {
    cniVersion: '1.0.0',
    name: NAME,
    plugins: [
      {
        type: 'ptp',
        mtu: 1500,
        ipam: {
          type: 'host-local',
          ranges: NETWORKS.map(({ pods }) => [{ subnet: pods }]),
          routes: NETWORKS.map(({ family }) => ({ dst: family === 'IPv6' ? '::/0' : '0.0.0.0/0' })),
          dataDir: inState('cni', 'addresses'),
        },
      },
    ],
  };
  const file = `${folder}/10-${NAME}.conflist`;
  const content = JSON.stringify(config, null, 2);
  // containerd reads the file again whenever it is written, and must not find it half full.
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === content) return;
  fs.writeFileSync(file, content);
}
