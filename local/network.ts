/** The network of the cluster: a link to this machine, pods' addresses, and no way out. */
import * as fs from 'node:fs';
import { inState, NAME, NETWORK } from './layout';
import { holderPid, runInside } from './namespace';
import { attempt, run } from './shell';

/** The IPv4 range `cidr` as first and last address. */
function bounds(cidr: string): [number, number] {
  const [address = '', bits = '32'] = cidr.split('/');
  const start = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [start, start + 2 ** (32 - Number(bits)) - 1];
}

/** Routes of the host to a part of the cluster's range, other than our own; a wider one does no harm. */
export async function conflictingRoutes(): Promise<string[]> {
  const [first, last] = bounds(NETWORK.range);
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
  const conflicts = await conflictingRoutes();
  if (conflicts.length > 0) {
    throw new Error(
      `this machine already routes part of ${NETWORK.range}: ${conflicts.join('; ')}. ` +
        'The local cluster needs that range: disconnect the network or VPN that uses it.',
    );
  }
  const pid = holderPid();
  await attempt('ip', ['link', 'delete', NETWORK.hostDevice]);
  await run('ip', [
    ...['link', 'add', NETWORK.hostDevice, 'type', 'veth'],
    ...['peer', 'name', 'host0', 'netns', String(pid)],
  ]);
  await run('ip', ['addr', 'add', NETWORK.hostLinkWithMask, 'dev', NETWORK.hostDevice]);
  await run('ip', ['link', 'set', NETWORK.hostDevice, 'up']);
  const commands = [
    'ip link set lo up',
    'ip link add node0 type bridge',
    `ip addr add ${NETWORK.nodeWithMask} dev node0`,
    'ip link set node0 up',
    `ip addr add ${NETWORK.nodeLinkWithMask} dev host0`,
    'ip link set host0 up',
    `ip route add default dev node0 src ${NETWORK.node}`,
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
  ];
  await runInside(['sh', '-euc', commands.join('\n')]);
  await run('ip', ['route', 'add', NETWORK.range, 'via', NETWORK.nodeLink]);
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
          ranges: [[{ subnet: NETWORK.pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
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
