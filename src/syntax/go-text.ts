/** Quoted text as Go reads it, and so Loki and Promtail: in double quotes with escapes, or in backquotes as it stands. */

const ESCAPE =
  /\\(?:([abfnrtv\\"])|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|[^\\"\n\0]/gsuy;
const SINGLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The text within the quotes; undefined where Go cannot read it. */
export function unquoted(quoted: string): string | undefined {
  const text = quoted.slice(1, -1);
  if (/^`[^`\0]*`$/s.test(quoted)) return text.replaceAll('\r', '');
  if (!/^".*"$/s.test(quoted)) return undefined;
  const parts = [...text.matchAll(ESCAPE)];
  if (parts.map(([part]) => part).join('') !== text) return undefined;
  const bytes = parts.map(([part, single, hex, octal, short, long]) => {
    if (single !== undefined) return Buffer.from(SINGLE[single] ?? single);
    if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)]);
    if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8)]);
    const code = short ?? long;
    return code === undefined ? Buffer.from(part) : ofCodePoint(Number.parseInt(code, 16));
  });
  return bytes.includes(undefined) ? undefined : utf8(bytes.filter((part) => part !== undefined));
}

function ofCodePoint(code: number): Buffer | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? undefined : Buffer.from(String.fromCodePoint(code));
}

/** Escapes of bytes may make what is no text. */
function utf8(parts: readonly Buffer[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    return undefined;
  }
}
