/** Runs a program to its end, with all it starts in a process group of its own. */
export function runProgram(
  command: readonly string[],
  options?: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** @default false: its output is printed as it comes */
    readonly isKept?: boolean;
    readonly stdout?: 'ignore';
  },
): Promise<{ readonly status: number | null; readonly output: string }>;

/** Ends all programs and then this process, when a signal asks for it. */
export function endOnSignals(say: (line: string) => void): void;
