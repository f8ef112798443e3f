/** A pattern of a secret: its expressions, and the places where it applies. */
import { REDACTED } from './names';

/**
 * Places where a pattern is searched for. `text`: lines of text, and every text in the logger. `json`: lines that are a
 * JSON object; the replaced text lies within one string, or is one value. `logfmt`: lines of pairs, one between two form
 * feeds and the next; the replaced text lies within one pair's value.
 */
export type Place = 'text' | 'json' | 'logfmt';
export const EVERYWHERE: readonly Place[] = ['text', 'json', 'logfmt'];
/** In lines that are more than a text. */
export const IN_STRINGS: readonly Place[] = ['json', 'logfmt'];

/** A secret that is known by its form or by what stands before it. Expressions have no capture groups. */
export interface SecretPattern {
  readonly kind: string;
  readonly places: readonly Place[];
  /** Lower case; every match contains one of them. Looked for first, because that is cheap. None: no word can say it. */
  readonly triggers: readonly string[];
  /** The triggers in the spellings that occur, for a program that tells capitals from small letters. */
  readonly exact: readonly string[];
  /** Every match contains one of them besides. @default - nothing that has to be looked for */
  readonly contains?: readonly string[];
  /** Whether the expressions distinguish capitals from small letters. @default false */
  readonly caseSensitive?: boolean;
  /** A text that looks like the secret but is not one: it is kept. @default - nothing */
  readonly unless?: string;
  /** Stays. */
  readonly before: string;
  /** A text in the place of the secret that is not secret: it is kept too. @default - nothing */
  readonly keep?: string;
  /** Is replaced. */
  readonly secret: string;
  /** Stays. @default - nothing */
  readonly after?: string;
  /** The text that replaces the secret. @default {@link REDACTED} */
  readonly replacement?: string;
}

/** Redacts a pattern's secrets in a text. */
export interface Redactor {
  /** Whether the text may hold a secret. Cheap. */
  readonly suspects: (text: string) => boolean;
  readonly redact: (text: string) => string;
}

export function redactor(pattern: SecretPattern): Redactor {
  const { unless, before, keep, secret, after = '', replacement = REDACTED, triggers, exact, contains } = pattern;
  const passedOver = unless === undefined ? '' : `(?:${unless})|`;
  const kept = keep === undefined ? '' : `(?:${keep})|`;
  const expression = new RegExp(
    `${passedOver}(${before})(?:${kept}(${secret})(${after}))`,
    pattern.caseSensitive === true ? 'g' : 'gi',
  );
  const trigger = triggers.length === 0 ? new RegExp(anyOf(exact)) : new RegExp(anyOf(triggers), 'i');
  return {
    suspects: (text) => trigger.test(text) && (contains === undefined || contains.some((part) => text.includes(part))),
    redact: (text) =>
      text.replace(expression, (match: string, start?: string, found?: string, end = '') =>
        found === undefined ? match : `${start ?? ''}${replacement}${end}`,
      ),
  };
}

/** An expression for any of some texts. One that contains another one has nothing to add. */
export function anyOf(texts: readonly string[]): string {
  return [...new Set(texts)]
    .filter((text, _index, all) => !all.some((other) => other !== text && text.includes(other)))
    .map(literally)
    .join('|');
}

/** An expression for a text. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
