/** Versions as releases have them: three numbers, perhaps with a `v` before and a flavour like `-alpine` behind. */

interface Version {
  readonly numbers: readonly [number, number, number];
  /** What stands around the numbers: only versions with the same are of one kind. */
  readonly form: string;
}

const FORM = /^(v?)(\d+)\.(\d+)\.(\d+)((?:-[a-z]+)?)$/;
/** Words behind a version that is no release. */
const UNRELEASED = /-(?:alpha|beta|rc|pre|preview|dev|next|canary|nightly|snapshot)$/;

function parse(text: string): Version | undefined {
  const [, prefix = '', major, minor, patch, suffix = ''] = FORM.exec(text) ?? [];
  if (patch === undefined || UNRELEASED.test(suffix)) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], form: `${prefix}…${suffix}` };
}

/** Above 0 where `a` is the newer one. */
function compare(a: Version, b: Version): number {
  const differing = a.numbers.findIndex((number, index) => number !== b.numbers[index]);
  return differing === -1 ? 0 : (a.numbers[differing] ?? 0) - (b.numbers[differing] ?? 0);
}

/** What is newer than a pinned version. */
export interface Newer {
  /** The newest release with the same first two numbers. @default - the pinned one is that */
  readonly inMinor?: string;
  /** The newest release of all. @default - the pinned one is that */
  readonly atAll?: string;
}

/**
 * Finds the releases that are newer than the pinned one. Pre-releases and tags of another form, such as another flavour of an
 * image, are none.
 *
 * @throws Error where the pinned version is no release.
 */
export function newerThan(pinned: string, known: readonly string[]): Newer {
  const current = parse(pinned);
  if (current === undefined) throw new Error(`"${pinned}" is no version of three numbers`);
  const [major, minor] = current.numbers;
  const newer = known
    .map((text) => ({ text, version: parse(text) }))
    .filter(
      (one): one is { readonly text: string; readonly version: Version } =>
        one.version?.form === current.form && compare(one.version, current) > 0,
    )
    .sort((a, b) => compare(b.version, a.version));
  const inMinor = newer.find(({ version: { numbers } }) => numbers[0] === major && numbers[1] === minor)?.text;
  const atAll = newer[0]?.text;
  return { ...(inMinor === undefined ? {} : { inMinor }), ...(atAll === undefined ? {} : { atAll }) };
}
