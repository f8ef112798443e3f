/** What the logger takes out of a record: secret fields by their name or path, secrets in texts by their form. */
import {
  anyOf,
  isSecretField,
  literally,
  REDACTED,
  redactor,
  type Redactor,
  SECRET_PATTERNS,
  type SecretPattern,
  secretPatterns,
} from '../log-model';

/** What is secret besides what the log model calls so, and what is not. */
export interface SanitizeOptions {
  /** Names of further secret fields, whatever their case, `-` and `_`: `iban` is also `IBAN`. @default - none */
  readonly fields?: readonly string[];
  /**
   * Paths of further secret fields from the top of the metadata; `*` stands for one name or index.
   *
   * @default - none
   * @example ['user.address', 'orders.*.recipient']
   */
  readonly paths?: readonly string[];
  /** Expressions whose matches are secret in any text. @default - none */
  readonly patterns?: readonly RegExp[];
  /**
   * Names of fields that are kept although the log model calls them secret. Secrets that are known by their form are taken
   * out of them all the same.
   *
   * @default - none
   */
  readonly allow?: readonly string[];
}

/** A field's name as the serializer needs it. */
export interface FieldName {
  /** The name in JSON, with a colon. */
  readonly json: string;
  /** Whether its value is secret. */
  readonly secret: boolean;
  /** Whether there was a secret in the name itself. */
  readonly altered: boolean;
}

/** Tells what is secret. */
export interface Sanitizer {
  field(name: string): FieldName;
  /** Whether the value at a path is secret; undefined: paths do not matter. */
  readonly path: ((path: string) => boolean) | undefined;
  /** The text without the secrets in it. */
  text(text: string): string;
  /** Whether a text may have a secret in it. Cheap. */
  suspicious(text: string): boolean;
}

/** How many names are remembered. A map whose keys are ids always has new ones. */
const MAX_NAMES = 2000;
const MAX_NAME_LENGTH = 64;

/** Makes a {@link Sanitizer}. */
export function createSanitizer(options: SanitizeOptions = {}): Sanitizer {
  const { fields = [], paths = [], patterns = [], allow = [] } = options;
  const secretNames = new Set(fields.map(normalise));
  const allowed = new Set(allow.map(normalise));
  const further = patterns.map((pattern) => new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`));
  const known = allow.length === 0 ? REDACTORS : redactors(secretPatterns(allow));
  const names = new Map<string, FieldName>();

  const text = (original: string): string => {
    let result = original;
    if (hasTrigger(result)) {
      for (const { suspects, redact } of known) if (suspects(result)) result = redact(result);
    }
    for (const expression of further) result = result.replace(expression, REDACTED);
    return result;
  };
  const inspect = (name: string): FieldName => {
    const plain = normalise(name);
    const clean = text(name).toWellFormed();
    return {
      json: `${JSON.stringify(clean)}:`,
      altered: clean !== name,
      secret: !allowed.has(plain) && (isSecretField(name) || isSecretField(plain) || secretNames.has(plain)),
    };
  };
  return {
    suspicious: further.length === 0 ? hasTrigger : () => true,
    text,
    path: paths.length === 0 ? undefined : pathTest(paths),
    field: (name) => {
      const known = names.get(name);
      if (known !== undefined) return known;
      const field = inspect(name);
      if (name.length <= MAX_NAME_LENGTH) {
        if (names.size >= MAX_NAMES) names.clear();
        names.set(name, field);
      }
      return field;
    },
  };
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}

function pathTest(paths: readonly string[]): (path: string) => boolean {
  const segment = (name: string): string => (name === '*' ? '[^.]+' : literally(name));
  const expression = new RegExp(`^(?:${paths.map((path) => path.split('.').map(segment).join('\\.')).join('|')})$`);
  return (path) => expression.test(path);
}

/** The patterns that a text is looked through for. */
function redactors(patterns: readonly SecretPattern[]): readonly Redactor[] {
  return patterns.filter(({ places }) => places.includes('text')).map(redactor);
}

const REDACTORS = redactors(SECRET_PATTERNS);
const ANY_TRIGGER = new RegExp(anyOf(SECRET_PATTERNS.flatMap(({ triggers }) => triggers)), 'i');
/** Triggers that count in one spelling only. */
const EXACT_TRIGGER = new RegExp(
  anyOf(SECRET_PATTERNS.flatMap(({ triggers, exact }) => (triggers.length === 0 ? exact : []))),
);

function hasTrigger(text: string): boolean {
  return ANY_TRIGGER.test(text) || EXACT_TRIGGER.test(text);
}
