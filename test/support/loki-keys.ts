/** Loki's source, and its own lists of keys that it does not know any more, or will not. They are part of its module. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Keys, nested as in a config; of each what Loki says of it, or of which values. */
interface KeyList {
  readonly [key: string]: KeyList | string | readonly string[];
}

export interface KeyLists {
  readonly deleted: KeyList;
  readonly deprecated: KeyList;
}

/** Folder with the source of the Loki that is pinned in `tools/loki`. */
export function lokiModule(): string {
  const folder = join(__dirname, '..', '..', 'tools', 'loki');
  const env = { ...process.env, GOWORK: 'off', GOFLAGS: '' };
  // Also fetches it, where the program was built elsewhere.
  const module = execFileSync('go', ['mod', 'download', '-json', 'github.com/grafana/loki/v3'], { cwd: folder, env });
  return (JSON.parse(module.toString()) as { readonly Dir: string }).Dir;
}

/** The lists of the Loki that is pinned in `tools/loki`. */
export function lokiKeyLists(): KeyLists {
  const module = lokiModule();
  const read = (name: string): KeyList =>
    parse(readFileSync(join(module, 'tools', 'deprecated-config-checker', name), 'utf8')) as KeyList;
  return { deleted: read('deleted-config.yaml'), deprecated: read('deprecated-config.yaml') };
}

/** What a list says of a config, with paths. */
export function listedKeys(list: KeyList, config: unknown, path = ''): readonly string[] {
  if (Array.isArray(config)) return config.flatMap((item, index) => listedKeys(list, item, `${path}[${index}]`));
  if (typeof config !== 'object' || config === null) return [];
  const found: Readonly<Record<string, unknown>> = { ...config };
  return Object.entries(list).flatMap(([key, entry]) => {
    if (!(key in found)) return [];
    const inner = path === '' ? key : `${path}.${key}`;
    if (typeof entry === 'string') return [`${inner}: ${entry}`];
    if (!isKeyList(entry)) return [];
    const { _deprecated: values, _msg: message } = entry;
    if (!Array.isArray(values)) return listedKeys(entry, found[key], inner);
    return values.includes(found[key]) ? [`${inner}: ${typeof message === 'string' ? message : ''}`] : [];
  });
}

/** The same of a file of overrides, whose tenants have limits. */
export function listedOverrides(list: KeyList, file: unknown): readonly string[] {
  const { limits_config: limits } = list;
  if (limits === undefined || !isKeyList(limits)) throw new Error('the list has no limits_config');
  const { overrides } = file as { readonly overrides: Readonly<Record<string, unknown>> };
  return Object.entries(overrides).flatMap(([tenant, own]) => listedKeys(limits, own, `overrides.${tenant}`));
}

function isKeyList(entry: KeyList | string | readonly string[]): entry is KeyList {
  return typeof entry === 'object' && !Array.isArray(entry);
}
