/** `npm run --silent secrets -- <stack>`: Secrets of a stack that is applied without Pulumi; see the usage below. */
'use strict';
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
const { stringify } = require('yaml');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { secretManifest, secretManifests } = require('../lib/src/deploy/secret-manifests');
const objects = require('../lib/src/secrets/objects');
const values = require('../lib/src/secrets/values');
const { rotate } = require('../lib/src/operations/rotate');

const USAGE = `usage: npm run --silent secrets -- <stack> [--project <folder>]
    prints the Secrets with fresh random values:  … | kubectl apply --server-side -f -
    and, to the terminal, the passwords of credentials that no pod of the stack uses; they are shown this once
  --passwords <file>
    writes those passwords to a new file instead; has to be given where errors do not go to a terminal, as in CI,
    where they would stay in a log
  --store
    prints the Secrets as JSON for an external store: name of the entry → its properties
  --rotate <credential> --out <folder>
    a new password, also for a new credential: reads Secret gateway-users as JSON
    (kubectl -n logging get secret gateway-users -o json | …) and writes to a new folder what to apply, in two steps;
    with secretSource.type externalSecrets what to put into the store, as --store prints it: the External Secrets
    operator would overwrite a Secret that is applied
  --project <folder>
    where Pulumi.<stack>.yaml is (default: here)`;

const OPTIONS = {
  store: { type: 'boolean', default: false },
  rotate: { type: 'string' },
  out: { type: 'string' },
  passwords: { type: 'string' },
  project: { type: 'string', default: join(__dirname, '..') },
};

/** Fresh values, and those of the environment that the stack asks for. */
function freshValues(stack, config) {
  const { values: fresh, missing } = values.freshValues(config, process.env);
  if (missing.length > 0)
    throw new UsageError(`Set ${missing.join(', ')} in the environment; nobody can make them up.`);
  values.checkSecretValues(`Secrets of stack ${stack}`, { ...config, secretSource: { type: 'pulumi' } }, fresh);
  return fresh;
}

class UsageError extends Error {}

/** Whoever is to use one has to be told now. */
function tellPasswords(others, fresh, file) {
  const text = others
    .map(({ name, kind, tenants }) => `${name} (${kind}, ${tenants.join(' and ')}): ${fresh[`gateway.${name}`]}\n`)
    .join('');
  if (file === undefined) process.stderr.write(text);
  else writeNew(file, text);
}

/** Never over what is there: it may be the only copy of a password, and would keep the rights that it has. */
function writeNew(file, text) {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw error.code === 'EEXIST' ? new Error(`${file} exists, and is not overwritten.`) : error;
  }
}

/** What is in the running stack's Secret of all credentials. */
function currentUsers() {
  const wanted = 'Secret gateway-users as JSON is wanted on standard input';
  const text = readFileSync(0, 'utf8');
  let secret;
  try {
    secret = JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes what it has read.
    throw new UsageError(`${wanted}; this is no JSON.\n${USAGE}`);
  }
  if (secret?.kind !== 'Secret' || secret.metadata?.name !== 'gateway-users')
    throw new UsageError(`${wanted}; this is another object.\n${USAGE}`);
  const decoded = (key) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  return { users: decoded('users'), previous: decoded('previous') };
}

/** Where a Secret is to be changed: in the store, where there is one, and else the Secret itself. */
function fileOf(config, secret) {
  return config.secretSource.type === 'externalSecrets'
    ? [
        `${secret.name}.json`,
        toJson({ [objects.storeEntryName(config, secret.name)]: objects.storeProperties(config, secret, {}) }),
      ]
    : [`${secret.name}.yaml`, stringify(secretManifest(secret))];
}

function toJson(object) {
  return `${JSON.stringify(object, null, 2)}\n`;
}

function writeRotation(config, name, folder) {
  const { password, first, second } = rotate(config, currentUsers(), name);
  if (existsSync(folder)) throw new Error(`${folder} exists; --out wants a folder that does not.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const steps = [
    fileOf(config, first),
    second === undefined ? [`password-of-${name}`, password] : fileOf(config, second),
  ];
  for (const [index, [file, text]] of steps.entries()) {
    const path = join(folder, `${index + 1}-${file}`);
    writeNew(path, text);
    process.stdout.write(`${path}\n`);
  }
}

function main() {
  const { stack, options } = parse();
  const config = loadStackConfig(options.project, stack);
  if (options.rotate !== undefined) {
    writeRotation(config, options.rotate, options.out);
    return;
  }
  const others = values.credentialsOfOthers(config);
  if (others.length > 0 && options.passwords === undefined && !process.stderr.isTTY)
    throw new UsageError(
      `--passwords <file> is wanted: there is no terminal to show the passwords of ${others.map(({ name }) => name).join(', ')} on.\n${USAGE}`,
    );
  const fresh = freshValues(stack, config);
  tellPasswords(others, fresh, options.passwords);
  process.stdout.write(
    options.store
      ? toJson(objects.storeEntries(config, fresh))
      : secretManifests(config, fresh)
          .map((object) => stringify(object))
          .join('---\n'),
  );
}

/** @throws UsageError for options that are not known, or that do not go together. */
function parse() {
  const { values: options, positionals } = parseArguments(OPTIONS, USAGE);
  const [stack, ...rest] = positionals;
  const isRotation = options.rotate !== undefined;
  if (stack === undefined || rest.length > 0 || isRotation !== (options.out !== undefined)) throw new UsageError(USAGE);
  if (isRotation && (options.store || options.passwords !== undefined))
    throw new UsageError(`--rotate goes without --store and --passwords: it writes all to its folder.\n${USAGE}`);
  return { stack, options };
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
