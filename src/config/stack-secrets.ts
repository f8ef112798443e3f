/** Secret values in a stack file: all of them encrypted by Pulumi, below one key, and read by somebody. Never shown. */
import { isMapping } from './mapping';
import { type Found, formatPath, type Problem } from './problem';
import { PROJECT, SECRETS_KEY } from './stack-keys';

const BASE64 = String.raw`(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?`;

/**
 * What Pulumi writes below `secure`. With a passphrase or a key of a cloud: a nonce of 12 bytes and the value with a tag of 16
 * (sdk/go/common/resource/config/crypt.go). With Pulumi Cloud: its own bytes, of which the first three are 0, 0 and 1.
 */
export const CIPHERTEXT = new RegExp(`^(?:v1:[A-Za-z0-9+/]{16}:(?=.{24})${BASE64}|AAAB(?=.{36})${BASE64})$`);

type Sections = readonly (readonly [name: string, value: unknown])[];

/** Secrets that are not encrypted, encrypted values that are no secrets, and secrets that nobody would read. */
export function secretProblems(sections: Sections): readonly Found[] {
  return sections.flatMap(([name, value]): readonly Found[] =>
    name === SECRETS_KEY
      ? [...unencrypted(name, value).map((problem) => ({ problem })), ...unread(value, sections)]
      : encrypted([name], value),
  );
}

function unencrypted(path: string, value: unknown): readonly Problem[] {
  if (value === null || value === undefined) return [];
  const ciphertext = ciphertextOf(value);
  if (ciphertext !== undefined && CIPHERTEXT.test(ciphertext)) return [];
  if (ciphertext === undefined && typeof value === 'object')
    return Object.entries(value).flatMap(([key, inner]) => unencrypted(`${path}.${key}`, inner));
  return [
    {
      path,
      received: '(a value in plain text, not shown)',
      rule:
        ciphertext === undefined
          ? 'a secret is encrypted in a stack file'
          : 'a secret is encrypted in a stack file: below secure stands what Pulumi writes, v1:… or AAAB…',
      remedy: `pulumi config set --secret --path '${PROJECT}:${path}', and change the secret: it has been in a file`,
    },
  ];
}

/** With another source nobody reads them, and somebody believes that they count. */
function unread(secrets: unknown, sections: Sections): readonly Found[] {
  const source = sections.find(([name]) => name === 'secretSource')?.[1];
  const type = isMapping(source) ? source['type'] : undefined;
  if ((type !== 'existing' && type !== 'externalSecrets') || !isMapping(secrets) || Object.keys(secrets).length === 0)
    return [];
  return [
    {
      problem: {
        path: SECRETS_KEY,
        received: '(not shown)',
        rule: `values are read with secretSource.type pulumi alone; here it is ${type}`,
        remedy: `pulumi config rm '${PROJECT}:${SECRETS_KEY}', or set secretSource.type: pulumi`,
      },
    },
  ];
}

/** `pulumi up` would decrypt it, and write it where anybody may read it. */
function encrypted(path: readonly PropertyKey[], value: unknown): readonly Found[] {
  if (typeof value !== 'object' || value === null) return [];
  if (ciphertextOf(value) === undefined)
    return Object.entries(value).flatMap(([key, inner]) =>
      encrypted([...path, Array.isArray(value) ? Number(key) : key], inner),
    );
  const at = formatPath(path);
  return [
    {
      problem: {
        path: at,
        received: '(an encrypted value, not shown)',
        rule: `only values of ${SECRETS_KEY} are encrypted: all else is written into objects in plain text`,
        remedy: `pulumi config set --path '${PROJECT}:${at}', without --secret`,
      },
      doubts: path,
    },
  ];
}

/** As Pulumi writes it: `secure: …` and nothing beside it. */
function ciphertextOf(value: unknown): string | undefined {
  return isMapping(value) && Object.keys(value).length === 1 && typeof value['secure'] === 'string'
    ? value['secure']
    : undefined;
}
