/** What `npm run doctor` finds, by the links of the chain from a pod's output to a notification. */

/** The links, in the order of the chain. */
export const LINKS = [
  'cluster',
  'pod',
  'objects',
  'secrets',
  'agent',
  'files',
  'network',
  'sending',
  'gateway',
  'loki',
  'disk',
  'limits',
  'labels',
  'clock',
  'rules',
  'alertmanager',
  'prometheus',
  'grafana',
  'canary',
] as const;
export type Link = (typeof LINKS)[number];

/**
 * `broken`: the chain is cut here, or will not do its work. `symptom`: another broken link is seen from here. `hint`: worth
 * knowing, but no reason why lines are missing now.
 */
export type Weight = 'broken' | 'symptom' | 'hint';

export interface Finding {
  readonly link: Link;
  readonly weight: Weight;
  /** What was seen. */
  readonly seen: string;
  /** What is probably wrong. */
  readonly probably: string;
  /** Commands, or what to change in the stack file. */
  readonly todo: readonly string[];
}

/** A check that could not be made. */
export interface Unchecked {
  readonly link: Link;
  readonly why: string;
}

/** The JSON of `npm run doctor -- --stack <stack> --json`. */
export interface Report {
  readonly stack: string;
  readonly at: string;
  readonly verdict: 'ok' | 'bad' | 'unknown';
  /** The first broken link; without one, the first symptom. */
  readonly likelyCause?: Finding;
  /** All, in the order of the chain. */
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
}

export type Findings = readonly Finding[];

const finding =
  (weight: Weight) =>
  (link: Link, seen: string, probably: string, ...todo: readonly string[]): Finding => ({
    link,
    weight,
    seen,
    probably,
    todo,
  });

export const broken = finding('broken');
export const symptom = finding('symptom');
export const hint = finding('hint');

/** Sorts findings by the order of the chain, and concludes from all of them. */
export function reportOf(stack: string, at: string, found: Findings, unchecked: readonly Unchecked[]): Report {
  const place = ({ link }: { readonly link: Link }): number => LINKS.indexOf(link);
  const findings = [...found].sort((a, b) => place(a) - place(b));
  const likelyCause =
    findings.find(({ weight }) => weight === 'broken') ?? findings.find(({ weight }) => weight === 'symptom');
  const missed = unchecked
    .filter((one, index) => unchecked.findIndex(({ link, why }) => link === one.link && why === one.why) === index)
    .sort((a, b) => place(a) - place(b));
  return {
    stack,
    at,
    verdict: likelyCause !== undefined ? 'bad' : missed.length > 0 ? 'unknown' : 'ok',
    ...(likelyCause === undefined ? {} : { likelyCause }),
    findings,
    unchecked: missed,
  };
}
