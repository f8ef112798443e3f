/** What a row of the table of secrets says. */
import type { SecretName, StackConfig } from '../config';
import type { ValueRule } from './rules';

/** `gateway.promtail` → value. The paths are listed in docs/reference/secrets.md. */
export type SecretValues = Readonly<Record<string, string>>;

/** A value that somebody sets, or that is made up. */
export interface SecretValue extends ValueRule {
  /** Below `spywatcher-logs:secrets`. */
  readonly path: string;
  /** False for what somebody else hands out: the keys of a bucket, the password of a database. */
  readonly generated: boolean;
  /** Variable of the environment that `npm run secrets` reads it from. @default - none: it is generated, or from a rotation */
  readonly variable?: string;
  /** False for what may be there and need not. @default true */
  readonly required?: boolean;
}

/** A workload that reads a key. */
export interface Reader {
  readonly workload: StackConfig['deploy']['skipAwait'][number] | 'ingress controller';
  /** Whether it reads the key when it starts alone, so that its pods have to start anew with a new value. */
  readonly atStart: boolean;
}

/** One key of a Secret. */
export interface SecretKey {
  readonly key: string;
  /** What it holds. */
  readonly holds: string;
  /** Option that brings the key. @default - the Secret's */
  readonly neededWith?: string;
  /** @default - the Secret's */
  readonly readBy?: readonly Reader[];
  /** What it is made of; nothing where somebody else makes the Secret. */
  readonly values: readonly SecretValue[];
  /** What is made of them. @default - the one value, as it is */
  readonly contents?: (values: SecretValues) => string;
  /** A file that the External Secrets operator makes from a template. @default - a store has the contents */
  readonly made?: {
    /** What the store's entry has in its place: property → path of the value. */
    readonly properties: Readonly<Record<string, string>>;
    /** The file, in the operator's template language. */
    readonly template: string;
  };
}

/** One Secret, whatever a stack calls it. */
export interface SecretRow {
  readonly secret: SecretName;
  /** Option that brings the Secret, as the reference shows it. @default - the keys' */
  readonly neededWith?: string;
  /** Option that has cert-manager make the Secret. @default - `secretSource` says who makes it */
  readonly issuer?: { readonly option: string; readonly isSet: (config: StackConfig) => boolean };
  readonly readBy: (config: StackConfig) => readonly Reader[];
  readonly keys: (config: StackConfig) => readonly SecretKey[];
}
