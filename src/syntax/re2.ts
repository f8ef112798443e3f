/** Regular expressions as Loki, Promtail and Prometheus read them: Go's RE2. Its syntax differs from JavaScript's. */
import type { RE2JS } from 're2js';

/** One that its reader can read. */
export interface Re2 {
  /** How many groups it captures. */
  readonly groups: number;
  /** Those of them that have a name. */
  readonly names: readonly string[];
  /** Whether a part of the text matches. */
  readonly finds: (text: string) => boolean;
  /** Whether the whole text matches, as labels are matched: there, `.` is any character. */
  readonly matches: (text: string) => boolean;
}

let loaded: typeof RE2JS | undefined;

/** It takes some 30 ms to load, and most stacks have no expression of their own. */
function engine(): typeof RE2JS {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when there is something to read, and still bundled
  loaded ??= (require('re2js') as { readonly RE2JS: typeof RE2JS }).RE2JS;
  return loaded;
}

const known = new Map<string, Re2 | string>();

/** The expression, or RE2's error. */
export function re2(expression: string): Re2 | string {
  const read = known.get(expression) ?? compile(expression);
  known.set(expression, read);
  return read;
}

/** RE2's error for the expression; undefined for a valid one. */
export function re2Fault(expression: string): string | undefined {
  const read = re2(expression);
  return typeof read === 'string' ? read : undefined;
}

function compile(expression: string): Re2 | string {
  const engineOf = engine();
  try {
    const compiled = engineOf.compile(expression);
    // Its readers put it into groups of their own: `a)|(b` and a `\Q` without its end would change those.
    const whole = engineOf.compile(`(?s:${expression})`);
    return {
      groups: compiled.groupCount(),
      names: Object.keys(compiled.namedGroups()),
      finds: (text) => compiled.test(text),
      matches: (text) => whole.testExact(text),
    };
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace('error parsing regexp: ', '');
  }
}
