/** Where something is reached: URLs, hosts, addresses, ports. */
import { IPv4, IPv6, parseCIDR } from 'ipaddr.js';
import { z } from 'zod';
import { described, says, wholeNumber, withPattern } from './base';
import { dnsLabel } from './names';

const CIDR_RULE = {
  rule: 'an IPv4 or IPv6 CIDR, whose address is the first of its range',
  remedy: 'write for example 10.0.0.0/8',
};

/** Without a user and a password: URLs are written into ConfigMaps. Without `$`: Grafana looks for variables in them. */
export const url = (...protocols: readonly string[]) => {
  const params = {
    rule: `a URL with ${protocols.join(' or ')}, without user, password and $`,
    remedy: `write for example ${protocols.at(-1) ?? 'https'}://host.example.com`,
  };
  const accepts = (text: string): boolean => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return protocols.includes(protocol.slice(0, -1)) && username === '' && password === '' && !text.includes('$');
  };
  return z
    .string(says(params))
    .refine(accepts, { params: { ...params } })
    .meta(
      described(protocols.includes('http') ? 'URL' : 'HTTPS URL', new RegExp(`^(${protocols.join('|')})://.`), params),
    );
};

const LINK_PATTERN = /^https?:\/\/[^/?#@{}\s]+\/[^{}\s]*\{id\}[^{}\s]*$/;

/** A URL for every id: `{id}` stands for it. Not in the host name, which a log line should not choose. */
export const linkTemplate = () => {
  const params = {
    rule: 'a URL with http or https that holds {id} once, after the host, without user and password',
    remedy: 'write for example https://sentry.example.com/organizations/spywatcher/issues/?query={id}',
  };
  return z
    .string(says(params))
    .refine((text) => LINK_PATTERN.test(text) && URL.canParse(text), { params: { ...params } })
    .meta(described('link', LINK_PATTERN, params));
};

export const port = () =>
  wholeNumber('port', 1, 65_535, { rule: 'a port: 1 to 65535', remedy: 'write for example 443' });

/** IPv4 or IPv6 CIDR. */
export const cidr = () =>
  z
    .union([z.cidrv4(), z.cidrv6()], says(CIDR_RULE))
    .refine(isFirstOfRange, { params: { ...CIDR_RULE } })
    .meta({ title: 'CIDR', patternErrorMessage: CIDR_RULE.rule });

/** `10.1.2.3/8` may be meant as one address; it would be all of them. */
function isFirstOfRange(cidr: string): boolean {
  const [address] = parseCIDR(cidr);
  const family = address.kind() === 'ipv4' ? IPv4 : IPv6;
  const network = family.networkAddressFromCIDR(cidr);
  return address.toNormalizedString() === network.toNormalizedString();
}

const DESTINATION_RULE = {
  rule: 'addresses as { cidr, port }, or pods as { namespace, podLabels, port }',
  remedy: 'write for example { cidr: 203.0.113.0/24, port: 443 } or { namespace: databases, port: 5432 }',
};

/** Where a component may connect to. A NetworkPolicy matches addresses and pods, never host names. */
export const destination = () =>
  z
    .union(
      [
        z.strictObject({
          cidr: cidr().describe('Addresses that may be reached.'),
          port: port().describe('TCP port there.'),
        }),
        z.strictObject({
          namespace: dnsLabel().describe('Namespace of the pods.'),
          podLabels: z
            .record(z.string(), z.string())
            .default({})
            .describe('Their labels; all of the namespace without.'),
          port: port().describe('TCP port there.'),
        }),
      ],
      says(DESTINATION_RULE),
    )
    .meta({ title: 'destination', patternErrorMessage: DESTINATION_RULE.rule });

/** Path of a URL, without a query. */
export const urlPath = () =>
  withPattern('path', /^(\/[\w.~-]+)+$/, {
    rule: 'a path that begins with /, without a query',
    remedy: 'write for example /metrics',
  });

/** A host name or an address, without port and scheme. */
export const host = () =>
  withPattern('host', /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, {
    rule: 'a host name or an IPv4 address, without scheme and port',
    remedy: 'write for example ldap.example.com',
  });

/** A DNS domain with a dot: `example.com`. */
export const domain = () =>
  withPattern('domain', /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, {
    rule: 'a domain name in small letters, without @ and without wildcards',
    remedy: 'write for example example.com',
  });

/** An address of a mailbox, without a display name. */
export const email = () =>
  withPattern('e-mail address', /^[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$/, {
    rule: 'an e-mail address, without a display name',
    remedy: 'write for example logs@example.com',
  });
