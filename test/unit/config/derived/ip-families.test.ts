/** Warnings for destinations of a family that pods do not have. */
import { familyWarnings } from '../../../../src/config/derived/ip-families';
import { stackWarnings } from '../../../../src/config/derived/warnings';
import type { StackConfigInput } from '../../../../src/config';
import { configWith, S3 } from '../../../support/config';

const IPV4 = { cidr: '203.0.113.0/24', port: 443 };
const IPV6 = { cidr: '2001:db8::/32', port: 443 };

type Families = NonNullable<StackConfigInput['network']>['ipFamilies'] & object;

const stackWith = (ipFamilies: Families, ...egress: readonly (typeof IPV4)[]) =>
  configWith({ network: { ipFamilies }, storage: { ...S3, egress } });

test('given pods of IPv6 alone and a destination of IPv4 alone, both are named, and what to add', () => {
  expect(familyWarnings(stackWith(['IPv6'], IPV4))).toEqual([
    'storage.egress: only IPv4 addresses, and pods have IPv6 (network.ipFamilies); add the IPv6 addresses, those of a NAT64 included. Without them, only a cluster that translates behind its policies reaches it.',
  ]);
});

test('given pods of IPv4 and a destination of IPv6 alone, it is the same', () => {
  expect(familyWarnings(stackWith(['IPv4'], IPV6))[0]).toMatch(/^storage\.egress: only IPv6 addresses/);
});

test('given a destination with an address of the pods’ family, there is no warning', () => {
  expect(familyWarnings(stackWith(['IPv6'], IPV4, IPV6))).toEqual([]);
  expect(familyWarnings(stackWith(['IPv4', 'IPv6'], IPV4))).toEqual([]);
  expect(familyWarnings(stackWith(['IPv4'], IPV4))).toEqual([]);
});

test('given pods as a destination, or none, there is no warning: they have the families of the cluster', () => {
  const egress = [{ namespace: 'bots', port: 8080 }];
  const config = configWith({
    network: { ipFamilies: ['IPv6'] },
    alertmanager: { type: 'embedded', receivers: [{ name: 'hook', type: 'webhook', egress }] },
    monitoring: {
      targets: [{ job: 'a', host: 'a.b.svc', port: 1, egress: [{ ...egress[0], namespace: 'b', port: 1 }] }],
    },
  });
  expect(familyWarnings(config)).toEqual([]);
});

test('each list is named by its path, and synth and preview show it', () => {
  const config = configWith({
    network: { ipFamilies: ['IPv6'] },
    alertmanager: {
      type: 'embedded',
      receivers: [
        { name: 'one', type: 'discord', egress: [IPV6] },
        { name: 'two', type: 'slack', egress: [IPV4] },
      ],
      fallback: 'one',
      routes: [{ receiver: 'two' }],
    },
  });
  expect(stackWarnings(config)).toContainEqual(
    expect.stringMatching(/^alertmanager\.receivers\[1\]\.egress: only IPv4/),
  );
});
