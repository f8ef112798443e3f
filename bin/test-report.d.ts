import type { Verdict } from './lanes';

/** One test of a file, in jest's JSON report. */
interface TestResult {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** The parts of jest's JSON report that are read. */
export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

/** A run of jest that has written its report. */
export interface Run {
  readonly report: Report;
  readonly exitCode: number | null;
}

/** Counts the tests of a run, after each file that failed was run once more, and names those that failed. */
export function judge(runs: {
  readonly first: Run | undefined;
  readonly rerun?: (file: string) => Promise<Run | undefined>;
  readonly root: string;
}): Promise<Verdict>;
