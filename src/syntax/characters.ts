/** Characters that YAML does not allow, or that end a line for Go's YAML but not for JavaScript's. */
const UNREADABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/u;

/** The first of them in a text, as it is written in escapes: such a text cannot be handed over in a file. */
export function unreadableCharacter(text: string): string | undefined {
  const code = UNREADABLE.exec(text)?.[0].codePointAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
