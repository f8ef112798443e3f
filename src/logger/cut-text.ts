/** Texts that were too long. */

/** Characters at the end of a cut text that are looked at. */
export const END = 1024;

/**
 * A text that was cut, without a word that the cut may have gone through: of a secret that has lost its end nobody can tell
 * that it is one.
 */
export function withoutBrokenEnd(text: string): string {
  const end = text.slice(-END);
  for (const separator of [/\s\S*$/, /[,;"'<>(){}[\]][^,;"'<>(){}[\]]*$/]) {
    const index = end.search(separator);
    // The password in a URL may have separators in it.
    if (index >= 0) return text.slice(0, text.length - end.length + index + 1).replace(/:\/\/[^\s/@]{0,128}$/, '://');
  }
  return text.slice(0, Math.max(0, text.length - END));
}
