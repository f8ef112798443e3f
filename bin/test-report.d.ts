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

/** Runs tests, and each file that fails once more, alone. */
export function runTests(options: {
  readonly run: (files: readonly string[]) => { readonly report: Report; readonly exitCode: number | null } | undefined;
  readonly rerun: boolean;
  readonly root: string;
}): {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly failures: readonly string[];
  readonly unsteady: readonly string[];
};
