/** An nginx configuration as data. Names and arguments are quoted where nginx's grammar needs it, so that no value can end a directive. */
import type { StackConfig } from '../../config';
import { hasIpv6 } from '../../config/derived/ip-families';

/** `['listen', 8080]`, or with a block as the last element: `['http', [...]]`. */
export type Directive = readonly [name: string, ...rest: readonly (string | number | readonly Directive[])[]];

/**
 * The `listen` directives of a port, on every address of the pod. `[::]` only where the config says that pods have IPv6: nginx
 * does not start with it on a node whose kernel has none. The other one stays: probes use a pod's first address.
 */
export function listenOn(
  port: number,
  config: Pick<StackConfig, 'network'>,
  ...flags: readonly string[]
): readonly Directive[] {
  const addresses = [port, ...(hasIpv6(config) ? [`[::]:${port}`] : [])];
  return addresses.map((address) => ['listen', address, ...flags]);
}

/** Writes the configuration in nginx's syntax. */
export function renderNginxConfig(directives: readonly Directive[], indent = ''): string {
  return directives.map((directive) => renderDirective(directive, indent)).join('');
}

function renderDirective([name, ...rest]: Directive, indent: string): string {
  const words = [name, ...rest.filter((part) => typeof part !== 'object')].map(quote).join(' ');
  const block = rest.find((part) => typeof part === 'object');
  return block === undefined
    ? `${indent}${words};\n`
    : `${indent}${words} {\n${renderNginxConfig(block, `${indent}  `)}${indent}}\n`;
}

function quote(argument: string | number): string {
  const text = String(argument);
  return /^[^\s;{}"'\\#]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
