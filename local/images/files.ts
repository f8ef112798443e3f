/** What an image is made of: programs with their libraries, folders, accounts. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { run } from '../shell';

/** One file, link or folder of an image. */
export interface ImageFile {
  /** Absolute path in the image. */
  readonly path: string;
  /** Exactly one of these says what it is: a copy of a file of this machine … */
  readonly source?: string;
  /** … text … */
  readonly text?: string;
  /** … a symbolic link to this target … */
  readonly link?: string;
  /** … or, with none of the others, a folder. Parent folders need not be listed. */
  readonly folder?: true;
  /** @default - 0755 for folders and executable sources, 0644 else */
  readonly mode?: number;
  /** Numeric owner and group. @default 0 */
  readonly owner?: number;
}

/** A program with every shared library it needs, at the paths where its loader looks. */
export async function program(imagePath: string, source: string): Promise<ImageFile[]> {
  const own: ImageFile = { path: imagePath, source: fs.realpathSync(source), mode: 0o755 };
  return [own, ...(await libraries(source))];
}

/** The shared libraries of a program; none for a static one. */
export async function libraries(source: string): Promise<ImageFile[]> {
  // `ldd` fails for a static program. Recognising one beforehand would need binutils.
  const listing = await run('sh', ['-c', 'ldd "$1" 2>&1 || true', 'sh', source]);
  const missing = /^\s*(\S+) => not found/m.exec(listing)?.[1];
  if (missing !== undefined) throw new Error(`${source} needs ${missing}, which is not installed`);
  return [...listing.matchAll(/(?:^|\s)(\/\S+) \(0x[0-9a-f]+\)/g)]
    .map((match) => match[1] ?? '')
    .map((library) => ({ path: library, source: fs.realpathSync(library), mode: 0o755 }));
}

/** A folder of this machine with everything below it; symbolic links are followed. */
export function tree(imagePath: string, source: string): ImageFile[] {
  return fs
    .readdirSync(source)
    .sort()
    .flatMap((name): ImageFile[] => {
      const [from, to] = [path.join(source, name), path.posix.join(imagePath, name)];
      const stat = fs.statSync(from, { throwIfNoEntry: false });
      if (stat === undefined) return [];
      if (stat.isDirectory()) return tree(to, from);
      return stat.isFile() ? [{ path: to, source: from }] : [];
    });
}

/** `/etc/passwd` and `/etc/group` with root and, if named, one more user. */
export function accounts(user?: { readonly name: string; readonly id: number }): ImageFile[] {
  const all = [{ name: 'root', id: 0 }, ...(user === undefined ? [] : [user])];
  const passwd = all.map(({ name, id }) => `${name}:x:${id}:${id}:${name}:/:/sbin/nologin\n`);
  const group = all.map(({ name, id }) => `${name}:x:${id}:\n`);
  return [
    { path: '/etc/passwd', text: passwd.join('') },
    { path: '/etc/group', text: group.join('') },
  ];
}

/** Certificate authorities and time zones, as in a distroless image. */
export function systemData(): ImageFile[] {
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  const zones = '/usr/share/zoneinfo';
  return [
    ...(fs.existsSync(authorities) ? [{ path: authorities, source: authorities }] : []),
    ...(fs.existsSync(zones) ? tree(zones, zones) : []),
  ];
}
