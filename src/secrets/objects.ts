/** Secret values → the Secrets of a stack, and the entries of an external store. Pure, and without Pulumi. */
import { createHmac } from 'node:crypto';
import type { StackConfig } from '../config';
import type { Reader, SecretKey, SecretValues } from './row';
import { contentsOf } from './keys';
import { secretRows, type StackSecret } from './table';

/** One Secret with its values. Handle as a secret. */
export interface SecretObject {
  readonly name: string;
  readonly namespace: string;
  readonly stringData: Readonly<Record<string, string>>;
}

/** The Secrets that `secretSource` says the maker of. */
export function madeSecrets(config: StackConfig): readonly StackSecret[] {
  return secretRows(config).filter(({ madeBy }) => madeBy === 'secretSource');
}

/** The Secrets of the table that are made from values, with their contents. The same values give the same Secrets, hashes included. */
export function secretObjects(config: StackConfig, values: SecretValues): readonly SecretObject[] {
  return madeSecrets(config).map((secret) => secretObject(secret, values));
}

/** One of them. */
export function secretObject({ name, namespace, keys }: StackSecret, values: SecretValues): SecretObject {
  return {
    name,
    namespace,
    stringData: Object.fromEntries(keys.map((key) => [key.key, contentsOf(key, values)])),
  };
}

/**
 * What a workload's pods carry so that they roll when a Secret which they read at their start changes. Keyed with
 * `grafana.secretKey`: whoever reads it cannot try passwords against it.
 *
 * @returns undefined for a workload that reads none.
 */
export function secretHash(config: StackConfig, values: SecretValues, workload: string): string | undefined {
  const isReader = (reader: Reader): boolean => reader.workload === workload && reader.atStart;
  const read = madeSecrets(config)
    .map((secret) => ({ ...secret, keys: secret.keys.filter(({ readBy }) => readBy.some(isReader)) }))
    .filter(({ keys }) => keys.length > 0)
    .map((secret) => secretObject(secret, values));
  if (read.length === 0) return undefined;
  return createHmac('sha256', values['grafana.secretKey'] ?? '')
    .update(JSON.stringify([workload, read]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * The Secrets as entries of an external store, for whoever fills one.
 *
 * @returns name of the entry → its properties, as the rendered ExternalSecrets ask for them.
 */
export function storeEntries(config: StackConfig, values: SecretValues): Readonly<Record<string, object>> {
  return Object.fromEntries(
    secretObjects(config, values).map((secret) => [
      storeEntryName(config, secret.name),
      storeProperties(config, secret, values),
    ]),
  );
}

/** What of a Secret a store holds: in the place of a file that the operator makes, the values that it is made of. */
export function storeProperties(
  config: StackConfig,
  { name, namespace, stringData }: SecretObject,
  values: SecretValues,
): Readonly<Record<string, string | undefined>> {
  const keys = madeSecrets(config).find((secret) => secret.name === name && secret.namespace === namespace)?.keys ?? [];
  return Object.fromEntries(
    keys.flatMap((key) =>
      storeSources(key).map(([property, path]) => [property, path === undefined ? stringData[key.key] : values[path]]),
    ),
  );
}

/** Properties of a store's entry that a key is made from → path of the value; without one it is the key's contents. */
export function storeSources({ key, made }: SecretKey): readonly (readonly [property: string, path?: string])[] {
  return made === undefined ? [[key]] : Object.entries(made.properties);
}

/** Name of the entry of an external store that a Secret is made from. */
export function storeEntryName({ secretSource: source }: StackConfig, secret: string): string {
  return source.type === 'externalSecrets' ? `${source.prefix}/${secret}` : secret;
}
