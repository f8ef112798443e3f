/** `npm run secrets`: the Secrets of a stack that is applied without Pulumi, with fresh random values, or one password rotated. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { secretManifest, secretManifests } from '../../../charts/secret-manifests';
import type { StackConfig } from '../../config';
import { type SecretObject, storeEntries, storeEntryName, storeProperties } from '../../secrets/objects';
import type { SecretValues } from '../../secrets/row';
import { checkSecretValues, credentialsOfOthers, freshValues } from '../../secrets/values';
import { command, EXIT, printJson, UsageError } from '../command';
import { STACK_OPTIONS, stackOf, stackWithLoki } from '../options';
import { type GatewayUsers, rotate } from '../rotate/rotate';

/** Fresh values, and those of the environment that the stack asks for. */
function allValues(stack: string, config: StackConfig): SecretValues {
  const { values, missing } = freshValues(config, process.env);
  if (missing.length > 0) throw new Error(`Set ${missing.join(', ')} in the environment; nobody can make them up.`);
  checkSecretValues(`Secrets of stack ${stack}`, { ...config, secretSource: { type: 'pulumi' } }, values);
  return values;
}

/** Never over what is there: it may be the only copy of a password, and would keep the rights that it has. */
function writeNew(file: string, text: string): void {
  if (existsSync(file)) throw new Error(`${file} exists, and is not overwritten.`);
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

/** The passwords of credentials that no pod of the stack uses: whoever is to use one has to be told now. */
function tellPasswords(others: ReturnType<typeof credentialsOfOthers>, values: SecretValues, file?: string): void {
  const text = others
    .map(
      ({ name, kind, tenants }) => `${name} (${kind}, ${tenants.join(' and ')}): ${values[`gateway.${name}`] ?? ''}\n`,
    )
    .join('');
  if (file === undefined) process.stderr.write(text);
  else writeNew(file, text);
}

const usersSecret = z.looseObject({
  kind: z.literal('Secret'),
  metadata: z.looseObject({ name: z.literal('gateway-users') }),
  data: z.record(z.string(), z.string()).default({}),
});

/** What is in the running stack's Secret of all credentials. */
function currentUsers(): GatewayUsers {
  const wanted = 'Secret gateway-users as JSON is wanted on standard input';
  const text = readFileSync(0, 'utf8');
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes what it has read.
    throw new UsageError(`${wanted}; this is no JSON.`);
  }
  const secret = usersSecret.safeParse(found);
  if (!secret.success) throw new UsageError(`${wanted}; this is another object.`);
  const decoded = (key: string): string => Buffer.from(secret.data.data[key] ?? '', 'base64').toString();
  return { users: decoded('users'), previous: decoded('previous') };
}

/** Where a Secret is to be changed: in the store, where there is one, and else the Secret itself. */
function fileOf(config: StackConfig, secret: SecretObject): readonly [name: string, text: string] {
  if (config.secretSource.type !== 'externalSecrets') return [`${secret.name}.yaml`, stringify(secretManifest(secret))];
  // The operator would overwrite a Secret that is applied.
  const entries = { [storeEntryName(config, secret.name)]: storeProperties(config, secret, {}) };
  return [`${secret.name}.json`, `${JSON.stringify(entries, null, 2)}\n`];
}

function writeRotation(config: StackConfig, name: string, folder: string): void {
  const { password, first, second } = rotate(config, currentUsers(), name);
  if (existsSync(folder)) throw new Error(`${folder} exists; --out wants a folder that does not.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const steps = [
    fileOf(config, first),
    second === undefined ? ([`password-of-${name}`, password] as const) : fileOf(config, second),
  ];
  for (const [index, [file, text]] of steps.entries()) {
    const path = join(folder, `${index + 1}-${file}`);
    writeNew(path, text);
    process.stdout.write(`${path}\n`);
  }
}

export default command({
  options: {
    ...STACK_OPTIONS,
    store: { type: 'boolean', description: 'as JSON for an external store: name of the entry → its properties' },
    passwords: {
      type: 'string',
      value: '<file>',
      description: 'new file for passwords that no pod of the stack uses (default: the terminal, this once)',
    },
    rotate: {
      type: 'string',
      value: '<credential>',
      description: 'a new password: reads Secret gateway-users as JSON, and writes two steps to --out',
    },
    out: { type: 'string', value: '<folder>', description: 'new folder, for --rotate' },
  },
  run: (values) => {
    const { stack, store, passwords, rotate: credential, out } = values;
    if (credential !== undefined && (store || passwords !== undefined))
      throw new UsageError('--rotate goes without --store and --passwords: it writes all to its folder.');
    if ((credential === undefined) !== (out === undefined)) throw new UsageError('--rotate and --out go together');
    const config = stackOf(values);
    if (credential !== undefined && out !== undefined) {
      writeRotation(stackWithLoki(values), credential, out);
      return EXIT.good;
    }
    const others = credentialsOfOthers(config);
    if (others.length > 0 && passwords === undefined && !process.stderr.isTTY)
      throw new UsageError(
        `--passwords <file> is wanted: there is no terminal to show the passwords of ${others.map(({ name }) => name).join(', ')} on.`,
      );
    const fresh = allValues(stack, config);
    tellPasswords(others, fresh, passwords);
    if (store) printJson(storeEntries(config, fresh));
    else
      process.stdout.write(
        secretManifests(config, fresh)
          .map((object) => stringify(object))
          .join('---\n'),
      );
    return EXIT.good;
  },
});
