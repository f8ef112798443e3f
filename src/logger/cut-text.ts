/** Texts that were too long. */

/** How many characters at the end of a cut text are looked at. */
export const END = 1024;

/**
 * A cut text without the word that the cut may have gone through. A secret that has lost its end can no longer be
 * recognised.
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
