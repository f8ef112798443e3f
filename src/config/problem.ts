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

/** A problem that was found before the config could be validated. */
export interface Found {
  readonly problem: Problem;
  /** Path of the config that does not hold what its writer meant: nothing else is said of it. @default - none */
  readonly doubts?: readonly PropertyKey[];
}

/** Thrown with every problem of a config at once. Nothing has been written or registered when it is. */
export class ConfigError extends Error {
  constructor(
    /** What was read, e.g. `Pulumi.prod.yaml`. */
    readonly source: string,
    /** All of them, in the order of the config. */
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

/**
 * What stands before the `@` of a URL, and `user:password` before any other, but for the name of an image before its digest.
 * A match begins only where such a text can begin: from every letter of a long text, it would take half a minute.
 */
const CREDENTIALS = /(?<=\/\/)[^/@\s"]+(?=@)|(?=[^/@\s":])(?<=(?:^|[/@\s"]):*)[^/@\s":]+:[^/@\s"]+(?=@(?!sha256:))/g;

/** A private key as PEM, to the end of its text. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*/g;

/** A value as the report shows it: at most 200 characters, and without what may be a secret. */
export function formatReceived(value: unknown): string {
  if (value === undefined) return '(missing)';
  if (typeof value === 'function') return '(a function)';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  const text = JSON.stringify(value, (key, inner: unknown) =>
    typeof inner === 'string' && isSecretKey(key) ? '(not shown)' : inner,
  )
    .replaceAll(CREDENTIALS, '(not shown)')
    .replaceAll(PRIVATE_KEY, '(not shown)');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Whether a value may be a secret that was written into the wrong place. */
export function isSecretKey(key: string): boolean {
  return /pass|token|secret|private|apikey|accesskey/i.test(key);
}

/** The value at a path, undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    root,
  );
}
