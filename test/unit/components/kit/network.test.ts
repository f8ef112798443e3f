/** Ranges of addresses in policies. */
import { addresses } from '../../../../src/components/kit/network';

test('given every address of IPv6, those of the cluster and the node are left out, behind a NAT64 too', () => {
  expect(addresses('::/0').except).toEqual([
    '::1/128',
    'fc00::/7',
    'fe80::/10',
    '64:ff9b::a00:0/104',
    '64:ff9b::6440:0/106',
    '64:ff9b::7f00:0/104',
    '64:ff9b::a9fe:0/112',
    '64:ff9b::ac10:0/108',
    '64:ff9b::c0a8:0/112',
  ]);
});

test('given the addresses of one destination behind a NAT64, they are as they are', () => {
  expect(addresses('64:ff9b::a29f:8000/115')).toMatchObject({ cidr: '64:ff9b::a29f:8000/115', except: [] });
});
