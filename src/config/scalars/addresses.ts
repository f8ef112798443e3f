/** Scalars for addresses: URLs, hosts, CIDRs, ports, mailboxes. */
import { IPv4, IPv6, parseCIDR } from 'ipaddr.js';
import { z } from 'zod';
import { described, says, wholeNumber, withPattern } from './base';
import { dnsLabel, objectLabels } from './kubernetes';

const CIDR_RULE = {
  rule: 'an IPv4 or IPv6 CIDR, whose address is the first of its range',
  remedy: 'write for example 10.0.0.0/8',
};

const SHORTEST_RULE = {
  rule: 'an IPv6 CIDR in small letters and its shortest form: Kubernetes warns of any other',
  remedy: 'write for example 2001:db8::/32',
};

/** A host name. A text of digits and dots is an address, not a name. */
const NAME = String.raw`(?![\d.]+(?:[:/?#]|$))(?=[A-Za-z0-9.-]{1,253}(?:[^A-Za-z0-9.-]|$))[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*`;
const BYTE = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
export const HOST = String.raw`(?:${NAME}|${BYTE}(?:\.${BYTE}){3})`;
/** Host and port, without user and password, because URLs are written into ConfigMaps. */
const ORIGIN = String.raw`(?:${HOST}|\[[0-9A-Fa-f:.]+\])(?::[1-9]\d{0,4})?`;
/** Characters that may stand unescaped in a path. Quotes are excluded, and `$`, which Grafana expands. */
const IN_PATH = String.raw`(?:[\w.~!&()*+,;=:@/-]|%[0-9A-Fa-f]{2})`;
const LONGEST_URL = 2000;

/** A whole URL with one of these protocols. */
export const URL_PATTERN = (...protocols: readonly string[]): string =>
  `^(?:${protocols.join('|')})://${ORIGIN}(?:/${IN_PATH}*)?(?:\\?(?:${IN_PATH}|\\?)*)?(?:#(?:${IN_PATH}|\\?)*)?$`;

/** A URL, with a pattern as strict as its readers. JavaScript's `URL` accepts and repairs line breaks, underscores and more. */
export const url = (...protocols: readonly string[]) => {
  const params = {
    rule: `a URL with ${protocols.join(' or ')}, a host of letters, digits and hyphens, without user and password, spaces, quotes and $`,
    remedy: `write for example ${protocols.at(-1) ?? 'https'}://host.example.com`,
  };
  const pattern = new RegExp(URL_PATTERN(...protocols));
  return z
    .string(says(params))
    .refine((text) => text.length <= LONGEST_URL && pattern.test(text) && URL.canParse(text), { params: { ...params } })
    .meta(described(protocols.includes('http') ? 'URL' : 'HTTPS URL', pattern, params));
};

const LINK_PATTERN = new RegExp(`^https?://${ORIGIN}/(?:${IN_PATH}|[?#$])*\\{id\\}(?:${IN_PATH}|[?#$])*$`);

/** A URL in which `{id}` stands for an id. It must not be in the host name, because a log line must not choose the host. */
export const linkTemplate = () => {
  const params = {
    rule: 'a URL with http or https that holds {id} once, after the host, without user and password, spaces and quotes',
    remedy: 'write for example https://sentry.example.com/organizations/spywatcher/issues/?query={id}',
  };
  return z
    .string(says(params))
    .refine((text) => text.length <= LONGEST_URL && LINK_PATTERN.test(text) && URL.canParse(text), {
      params: { ...params },
    })
    .meta(described('link', LINK_PATTERN, params));
};

export const port = () =>
  wholeNumber('port', 1, 65_535, { rule: 'a port: 1 to 65535', remedy: 'write for example 443' });

/** IPv4 or IPv6 CIDR. */
export const cidr = () =>
  z
    .union([z.cidrv4(), z.cidrv6()], says(CIDR_RULE))
    .refine(isFirstOfRange, { params: { ...CIDR_RULE } })
    .refine(isShortest, { params: { ...SHORTEST_RULE } })
    .meta({ title: 'CIDR', patternErrorMessage: CIDR_RULE.rule });

/** `10.1.2.3/8` may be meant as one address, but it allows the whole range. */
function isFirstOfRange(cidr: string): boolean {
  const [address] = parseCIDR(cidr);
  const family = address.kind() === 'ipv4' ? IPv4 : IPv6;
  const network = family.networkAddressFromCIDR(cidr);
  return address.toNormalizedString() === network.toNormalizedString();
}

function isShortest(cidr: string): boolean {
  const [address, prefix] = parseCIDR(cidr);
  return !(address instanceof IPv6) || `${address.toRFC5952String()}/${prefix}` === cidr;
}

const NOT_PROXIED = {
  rule: 'a host name, the end of names after a dot, an address or a range of addresses; without scheme, port and *',
  remedy: 'write for example .example.com or 10.244.0.0/16',
};

/** What is reached without a proxy: an entry of `NO_PROXY`, as programs in Go read it. */
export const notProxied = () =>
  z
    .string(says(NOT_PROXIED))
    .refine((text) => new RegExp(`^\\.?${NAME}$|^${BYTE}(?:\\.${BYTE}){3}$`).test(text) || isRange(text), {
      params: { ...NOT_PROXIED },
    })
    .meta({ title: 'direct address', patternErrorMessage: NOT_PROXIED.rule });

function isRange(text: string): boolean {
  return cidr().safeParse(text).success;
}

const DESTINATION_RULE = {
  rule: 'addresses as { cidr, port }, or pods as { namespace, podLabels, port }',
  remedy: 'write for example { cidr: 203.0.113.0/24, port: 443 } or { namespace: databases, port: 5432 }',
};

/** A destination that a component may connect to. A NetworkPolicy matches addresses and pods, never host names. */
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
          podLabels: objectLabels().default({}).describe('Labels of the pods. Without any, all pods of the namespace.'),
          port: port().describe('TCP port of the pods.'),
        }),
      ],
      says(DESTINATION_RULE),
    )
    .meta({ title: 'destination', patternErrorMessage: DESTINATION_RULE.rule });

const CLIENT_RULE = {
  rule: 'pods as { namespace, podLabels }, or addresses as { cidr }',
  remedy: 'write for example { namespace: tools, podLabels: { app: logcli } } or { cidr: 10.20.0.0/24 }',
};

/** Somebody who connects from outside of the stack. */
export const client = () =>
  z
    .union(
      [
        z.strictObject({
          namespace: dnsLabel().describe('Namespace of the client.'),
          podLabels: objectLabels().default({}).describe('Labels of its pods. Without any, all pods of the namespace.'),
        }),
        z.strictObject({
          cidr: cidr().describe('Addresses that connections come from, as the gateway’s node sees them.'),
        }),
      ],
      says(CLIENT_RULE),
    )
    .meta({ title: 'client', patternErrorMessage: CLIENT_RULE.rule });

/** Path of a URL, without a query. */
export const urlPath = () =>
  withPattern('path', /^(?=.{1,1000}$)(\/[\w.~-]+)+$/, {
    rule: 'a path that begins with /, without a query, at most 1000 characters',
    remedy: 'write for example /metrics',
  });

/** A host name or an address, without port and scheme. */
export const host = () =>
  withPattern('host', new RegExp(`^${HOST}$`), {
    rule: 'a host name of letters, digits, hyphens and dots, or an IPv4 address, without scheme and port',
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
  withPattern(
    'e-mail address',
    /^(?=.{3,254}$)(?=.{1,64}@)[\w%+-]+(?:\.[\w%+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/,
    {
      rule: 'an e-mail address, without a display name',
      remedy: 'write for example logs@example.com',
    },
  );
