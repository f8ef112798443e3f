/** Makes images from files of this machine, without a registry and without Docker. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheFolder } from '../../tools/cache';
import { ImageFile } from './files';
import { type TarEntry, writeTar } from './tar';

/** An image made of files of this machine. */
export interface ImageSpec {
  /** The name that manifests use, with or without registry; must have a tag. */
  readonly name: string;
  readonly files: readonly ImageFile[];
  readonly entrypoint?: readonly string[];
  /** Arguments after the entrypoint, replaced by a container's `args`. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Numeric, so that `runAsNonRoot` can be checked. @default - root */
  readonly user?: string;
  /** @default / */
  readonly workingDir?: string;
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The full name that the container runtime stores, e.g. `docker.io/library/nginx:1.29.0`. */
export function fullImageName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  const last = rest.at(-1) ?? first;
  if (!last.includes(':') || name.includes('@')) {
    throw new Error(`image name "${name}" must have a tag and no digest to be made locally`);
  }
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}

function entryOf(file: ImageFile): TarEntry {
  const { source, text, link, owner = 0 } = file;
  const common = { path: path.posix.relative('/', file.path), uid: owner };
  if (source !== undefined) {
    const executable = (fs.statSync(source).mode & 0o111) !== 0;
    const mode = file.mode ?? (executable ? 0o755 : 0o644);
    return { ...common, mode, body: { kind: 'file', source } };
  }
  if (text !== undefined) {
    return { ...common, mode: file.mode ?? 0o644, body: { kind: 'text', text } };
  }
  if (link !== undefined) return { ...common, mode: 0o777, body: { kind: 'link', target: link } };
  return { ...common, mode: file.mode ?? 0o755, body: { kind: 'folder' } };
}

/** The members of the image's layer: each path once, parents first. */
function layerEntries(files: readonly ImageFile[]): TarEntry[] {
  const entries = new Map<string, TarEntry>();
  for (const file of files) {
    for (let parent = path.posix.dirname(file.path); parent !== '/';) {
      if (!entries.has(parent)) entries.set(parent, entryOf({ path: parent, folder: true }));
      parent = path.posix.dirname(parent);
    }
    entries.set(file.path, entryOf(file));
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function configOf(spec: ImageSpec, layerDigest: string): string {
  return JSON.stringify({
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: spec.entrypoint ?? null,
      Cmd: spec.command ?? null,
      Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
      User: spec.user ?? '',
      WorkingDir: spec.workingDir ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created: '1970-01-01T00:00:00Z', comment: 'made of local files' }],
  });
}

/** A key that is the same for the same image. It is made without reading large files. */
function cacheKey(spec: ImageSpec): string {
  const sources = spec.files.map(({ source }) => {
    if (source === undefined) return '';
    const { size, mtimeMs } = fs.statSync(source);
    return `${size}:${mtimeMs}`;
  });
  return createHash('sha256')
    .update(JSON.stringify([spec, sources]))
    .digest('hex')
    .slice(0, 16);
}

async function writeArchive(spec: ImageSpec, name: string, file: string): Promise<void> {
  const layerFile = `${file}.layer`;
  try {
    const digest = await writeTar(layerFile, layerEntries(spec.files));
    const config = configOf(spec, digest);
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    const manifest = [{ Config: configName, RepoTags: [name], Layers: [`${digest}.tar`] }];
    const text = (path: string, content: string): TarEntry => ({
      path,
      mode: 0o644,
      body: { kind: 'text', text: content },
    });
    await writeTar(file, [
      text('manifest.json', JSON.stringify(manifest)),
      text(configName, config),
      { path: `${digest}.tar`, mode: 0o644, body: { kind: 'file', source: layerFile } },
    ]);
  } finally {
    fs.rmSync(layerFile, { force: true });
  }
}

/** Whether an archive was last used more than an hour ago. Another cluster that is just starting may need a younger one. */
const isUnused = (file: string): boolean => {
  const { mtimeMs = Infinity } = fs.statSync(file, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs > 3_600_000;
};

/**
 * Makes an image as a docker-archive, without a registry and without Docker.
 * The same content always gives the same archive, and an image whose files
 * have not changed is not made again.
 *
 * @returns the archive's path, in the cache folder
 */
export async function buildImage(spec: ImageSpec): Promise<string> {
  const name = fullImageName(spec.name);
  const folder = path.join(cacheFolder(), 'images');
  const prefix = `${name.replace(/[^A-Za-z0-9.-]+/g, '_')}.`;
  const file = path.join(folder, `${prefix}${cacheKey(spec)}.tar`);
  if (fs.existsSync(file)) {
    fs.utimesSync(file, new Date(), new Date());
    return file;
  }
  await fs.promises.mkdir(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  try {
    await writeArchive(spec, name, draft);
    for (const old of fs.readdirSync(folder)) {
      if (old.startsWith(prefix) && old.endsWith('.tar') && isUnused(path.join(folder, old)))
        fs.rmSync(path.join(folder, old), { force: true });
    }
    fs.renameSync(draft, file);
  } finally {
    fs.rmSync(draft, { force: true });
  }
  return file;
}
