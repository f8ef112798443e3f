/** Namespaces by name, or by a pattern in which `*` stands for any letters, or for none: `kube-*`. */
import { literally } from '../log-model';

/** An expression for the names that a pattern means. RE2 and JavaScript read it alike. */
const expressionOf = (pattern: string): string => pattern.split('*').map(literally).join('.*');

/** An expression for the names that any of some patterns mean, without anchors. */
export const namespacesIn = (patterns: readonly string[]): string => patterns.map(expressionOf).join('|');

/** The first of some patterns that means a namespace. */
export function patternOf(namespace: string, patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => covers(pattern, namespace));
}

/** Whether a pattern means every namespace that another one does. A star of the other one is a letter that only a star takes. */
export function covers(pattern: string, other: string): boolean {
  return new RegExp(`^(?:${expressionOf(pattern)})$`).test(other);
}

/** Whether it means more than one namespace. */
export const hasStar = (pattern: string): boolean => pattern.includes('*');
