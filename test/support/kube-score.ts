/** The real kube-score: what it has to say against a list of objects. */
import { toolVersion } from '../../tools/build';
import { run } from '../../programs/program';

/** What kube-score calls a finding. */
export type Grade = 'critical' | 'warning';

/** One check that one object does not pass. */
export interface Finding {
  /** `Kind name`. */
  readonly object: string;
  /** Id of the check. */
  readonly check: string;
  readonly grade: Grade;
}

export interface Scores {
  /** `Kind name` of every object of a kind that kube-score knows. */
  readonly scored: readonly string[];
  /** Critical ones and warnings. */
  readonly findings: readonly Finding[];
}

/**
 * Checks that kube-score does not make by itself. Those left out want every request to equal its limit: a stack reserves
 * what it usually needs and may have more for a moment, and both numbers are its owner's to set.
 */
const OPTIONAL_CHECKS = ['container-ports-check', 'container-seccomp-profile'];

/** kube-score's numbers of its grades; from 10 on an object passes. */
const GRADES: ReadonlyMap<number, Grade> = new Map([
  [1, 'critical'],
  [5, 'warning'],
]);
const PASSED = 10;

function gradeOf(number: number): Grade {
  const grade = GRADES.get(number);
  if (grade === undefined) throw new Error(`kube-score has a grade ${number} that this does not know`);
  return grade;
}

/** Part of kube-score's output in JSON. */
interface ScoredObject {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** Scores the objects as one stack, in alphabetical order. */
export async function score(kubeScore: string, objects: readonly object[]): Promise<Scores> {
  const [major, minor] = toolVersion('kube-apiserver').split('.');
  const { stdout, stderr } = await run(
    [
      kubeScore,
      'score',
      '--output-format=json',
      `--kubernetes-version=v${major}.${minor}`,
      `--enable-optional-test=${OPTIONAL_CHECKS.join(',')}`,
      // Exceptions are listed in one place, not on the objects.
      '--disable-ignore-checks-annotations',
      '-',
    ],
    { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') },
  );
  // Its exit code does not tell findings from a failure.
  if (stdout === '') throw new Error(`kube-score failed: ${stderr}`);
  const results = (JSON.parse(stdout) as readonly ScoredObject[]).map(({ type_meta, object_meta, checks }) => ({
    object: `${type_meta.kind} ${object_meta.name}`,
    failed: checks
      .filter(({ grade, skipped }) => !skipped && grade < PASSED)
      .map(({ check, grade }) => ({ check: check.id, grade: gradeOf(grade) })),
  }));
  return {
    scored: results.map(({ object }) => object).sort(),
    findings: results
      .flatMap(({ object, failed }) => failed.map((one) => ({ object, ...one })))
      .sort((a, b) => (`${a.object} ${a.check}` < `${b.object} ${b.check}` ? -1 : 1)),
  };
}
