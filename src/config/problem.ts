/** One thing that is wrong with a stack config, in the four parts a reader needs to mend it. */
export interface Problem {
  /** Where: `retention.period`, `auth.loki.tenants[0].name`. */
  readonly path: string;
  /** What stood there, as JSON; `(missing)` where nothing did. Never a secret's value. */
  readonly received: string;
  /** What must hold. */
  readonly rule: string;
  /** What to write instead. */
  readonly remedy: string;
}

/** Thrown with every problem of a config at once. Nothing has been written or registered when it is. */
export class ConfigError extends Error {
  constructor(
    /** What was read, e.g. `Pulumi.prod.yaml`. */
    readonly source: string,
    readonly problems: readonly Problem[],
  ) {
    super(formatProblems(source, problems));
    this.name = 'ConfigError';
  }
}

/** The report as people see it. */
export function formatProblems(source: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const entries = problems.map(
    ({ path, received, rule, remedy }) =>
      `  ${path}\n    received: ${received}\n    rule:     ${rule}\n    remedy:   ${remedy}`,
  );
  return [`${source}: ${count}, nothing was written or applied.`, ...entries].join('\n\n');
}

/** `['a', 0, 'b']` → `a[0].b`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

/** A value as the report shows it. */
export function formatReceived(value: unknown): string {
  if (value === undefined) return '(missing)';
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
