/** An nginx configuration as data. Names and arguments are quoted where nginx's grammar needs it, so that no value can end a directive. */

/** `['listen', 8080]`, or with a block as the last element: `['http', [...]]`. */
export type Directive = readonly [name: string, ...rest: readonly (string | number | readonly Directive[])[]];

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
