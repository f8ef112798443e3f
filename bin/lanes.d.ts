/** What became of a step. */
export interface Verdict {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
  /** A line for each failed test. */
  readonly failures: readonly string[];
  /** A line for each test that failed, and passed when it was alone. */
  readonly unsteady: readonly string[];
}

export interface Step {
  readonly name: string;
  /** Its first part. It returns the output that it has kept, and its second part. */
  readonly run: (how: { readonly isKept: boolean }) => Promise<{
    readonly output?: string;
    readonly finish: () => Verdict | Promise<Verdict>;
  }>;
}

/** Runs steps in lanes side by side, and then the second parts one after the other. */
export function runLanes(
  lanes: readonly (readonly Step[])[],
  say: (line: string) => void,
): Promise<readonly (Verdict & { readonly name: string; readonly seconds: number })[]>;

/** The line above what a step prints. */
export function heading(name: string): string;
