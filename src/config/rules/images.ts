/** Rules on images: which programs and which of their releases the rendered config is written for. */
import { defaults } from '../defaults';
import { isBucket } from '../derived/bucket';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

type Program = Exclude<keyof StackConfig['images'], 'registry' | 'pullSecrets' | 'pullPolicy'>;
type Release = readonly [major: number, minor: number, patch: number];

interface Known {
  /** Names of its image in any registry. An image with another name, as a mirror may have it, is not checked. */
  readonly names: readonly string[];
  /** Releases that the config is written for. @default - every release */
  readonly releases?: { readonly are: string; readonly has: (release: Release) => boolean };
}

const from =
  (major: number, minor: number, below: number) =>
  ([ownMajor, ownMinor]: Release): boolean =>
    (ownMajor > major || (ownMajor === major && ownMinor >= minor)) && ownMajor < below;

const PROGRAMS: Readonly<Record<Program, Known>> = {
  // Loki refuses unknown keys, and minor releases add and remove keys. The config has keys that 4.0 no longer has.
  loki: {
    names: ['loki'],
    releases: { are: '3.6 or 3.7', has: ([major, minor]) => major === 3 && [6, 7].includes(minor) },
  },
  gateway: { names: ['nginx', 'nginx-unprivileged'] },
  promtail: { names: ['promtail'], releases: { are: '3.x', has: from(3, 0, 4) } },
  // The config names components as they are called from this release on.
  collector: {
    names: ['opentelemetry-collector-contrib'],
    releases: { are: '0.149 or later, below 1.0', has: from(0, 149, 1) },
  },
  // From 12.0 on, Grafana reads secrets from files in every setting, and can start without loading plugins.
  grafana: {
    names: ['grafana', 'grafana-oss', 'grafana-enterprise'],
    releases: { are: '12.0 or later', has: from(12, 0, Infinity) },
  },
  // From 0.28 on, Alertmanager reads every receiver’s secret from a file, and its matchers take every character of a tenant’s name.
  alertmanager: { names: ['alertmanager'], releases: { are: '0.28 or later, below 1.0', has: from(0, 28, 1) } },
  prometheus: { names: ['prometheus'], releases: { are: '3.x', has: from(3, 0, 4) } },
  canary: { names: ['loki-canary'], releases: { are: '3.x', has: from(3, 0, 4) } },
};

/** Loki releases that lose or cut chunks on S3 servers other than AWS (grafana/loki 21926 and 24206). */
const TORN: readonly { readonly minor: number; readonly first: number; readonly mended: number }[] = [
  { minor: 6, first: 11, mended: 16 },
  { minor: 7, first: 0, mended: 7 },
];

const programs = Object.entries(PROGRAMS) as readonly (readonly [Program, Known])[];

export const imageRules: readonly Rule[] = [
  { reads: ['images'], check: ({ images }) => programs.flatMap(([program]) => rightImage(program, images[program])) },
  {
    reads: ['images.loki', 'storage'],
    check: ({ images, storage }) => {
      const { name, release } = partsOf(images.loki);
      if (storage.type !== 's3' || release === undefined || !PROGRAMS.loki.names.includes(name)) return [];
      const [major, minor, patch] = release;
      const torn = TORN.find(
        (range) => major === 3 && range.minor === minor && range.first <= patch && patch < range.mended,
      );
      return when(torn !== undefined, () =>
        problem(
          ['images', 'loki'],
          images.loki,
          'a release of Loki that writes chunks whole: 3.6.11 to 3.6.15 and 3.7.0 to 3.7.6 lose or cut some of them on S3 servers',
          `write ${major}.${minor}.${torn?.mended ?? patch} or later, or leave it out, for ${defaults.images.loki}`,
        ),
      );
    },
  },
  {
    reads: ['images.loki', 'storage'],
    check: ({ images, storage }) => {
      const { name, release } = partsOf(images.loki);
      if (release === undefined || !PROGRAMS.loki.names.includes(name) || !isBucket(storage)) return [];
      return when(storage.schema.some(({ store }) => store === 'filesystem') && isBefore(release, DELETES_FILES), () =>
        problem(
          ['images', 'loki'],
          images.loki,
          `${DELETES_FILES.join('.')} or later beside a period with store filesystem: earlier ones do not find that period’s files when they are to be deleted`,
          `write ${DELETES_FILES.join('.')} or later, or leave it out, for ${defaults.images.loki}`,
        ),
      );
    },
  },
];

/** The first release that is known to delete files of the volume by the clients of object stores (grafana/loki 22809); 3.6.15 does not. */
const DELETES_FILES: Release = [3, 7, 8];

/** Whether a release is earlier than another one. */
function isBefore(release: Release, other: Release): boolean {
  const at = release.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (release[at] ?? 0) < (other[at] ?? 0);
}

function rightImage(program: Program, image: string): readonly Problem[] {
  const { names, releases } = PROGRAMS[program];
  const { name, release } = partsOf(image);
  const other = programs.find(([, known]) => known.names.includes(name));
  const path = ['images', program];
  const preset = `leave it out, for ${defaults.images[program]}`;
  if (other !== undefined && other[0] !== program)
    return [problem(path, image, `an image of ${program}; this one is of ${other[0]}`, preset)];
  if (releases === undefined || !names.includes(name)) return [];
  if (release === undefined)
    return [
      problem(
        path,
        image,
        `a release as well as the digest: the config is written for ${releases.are}`,
        `write its tag before the digest: ${name}:${partsOf(defaults.images[program]).release?.join('.') ?? ''}@sha256:…; the digest decides what runs`,
      ),
    ];
  return when(!releases.has(release), () =>
    problem(path, image, `a release that the config is written for: ${releases.are}`, preset),
  );
}

/** The last part of an image’s name, and the release in its tag. */
function partsOf(image: string): { readonly name: string; readonly release: Release | undefined } {
  const [, name = '', tag = ''] = /([^/:@]+)(?::([^@]*))?(?:@.*)?$/.exec(image.slice(image.lastIndexOf('/') + 1)) ?? [];
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(tag) ?? [];
  return { name, release: major === undefined ? undefined : [Number(major), Number(minor), Number(patch)] };
}
