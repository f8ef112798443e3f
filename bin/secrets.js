/** `npm run --silent secrets -- <stack>`: Secrets of a stack that is applied without Pulumi; see the usage below. */
'use strict';
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { stringify } = require('yaml');
require('./ensure-built').ensureBuilt();
const { credentials, loadStackConfig } = require('../lib/src/config');
const objects = require('../lib/src/deploy/secret-objects');
const values = require('../lib/src/deploy/secret-values');
const { rotate } = require('../lib/src/operations/rotate');

const USAGE = `usage: npm run --silent secrets -- <stack>
    prints the Secrets with fresh random values:  … | kubectl apply --server-side -f -
    and, to the terminal, the passwords of credentials that no pod of the stack uses; they are shown this once
  --store
    prints them as JSON for an external store: name of the entry → its properties
  --rotate <credential> --out <folder>
    a new password, also for a new credential: reads Secret gateway-users as JSON
    (kubectl -n logging get secret gateway-users -o json | …) and writes what to apply, in two steps`;

/** Values that somebody else hands out, by the variable of the environment that holds them. */
const HANDED_OUT = {
  S3_ACCESS_KEY_ID: 's3.accessKeyId',
  S3_SECRET_ACCESS_KEY: 's3.secretAccessKey',
  GRAFANA_OAUTH_GITHUB: 'grafana.oauth.github',
  GRAFANA_OAUTH_GOOGLE: 'grafana.oauth.google',
  GRAFANA_OAUTH_GENERIC: 'grafana.oauth.generic',
  GRAFANA_LDAP_BIND_PASSWORD: 'grafana.ldapBindPassword',
  GRAFANA_LDAP_CA: 'grafana.ldapCa',
  GRAFANA_DATABASE_PASSWORD: 'grafana.databasePassword',
  GRAFANA_SMTP_PASSWORD: 'grafana.smtpPassword',
};

const OPTIONS = {
  store: { type: 'boolean', default: false },
  rotate: { type: 'string' },
  out: { type: 'string' },
};

/** Fresh values, and those of the environment that the stack asks for. */
function freshValues(stack, config) {
  const asked = values.requiredSecrets(config).map(({ path }) => path);
  const given = Object.entries(HANDED_OUT).flatMap(([variable, path]) =>
    process.env[variable] === undefined || !asked.includes(path) ? [] : [[path, process.env[variable]]],
  );
  const all = { ...values.generateSecretValues(config), ...Object.fromEntries(given) };
  const variableOf = (path) => Object.entries(HANDED_OUT).find(([, of]) => of === path)?.[0];
  const missing = asked.filter((path) => all[path] === undefined && variableOf(path) !== undefined);
  if (missing.length > 0)
    throw new UsageError(`Set ${missing.map(variableOf).join(', ')} in the environment; nobody can make them up.`);
  values.checkSecretValues(`Secrets of stack ${stack}`, { ...config, secretSource: { type: 'pulumi' } }, all);
  return all;
}

class UsageError extends Error {}

/** The Secrets hold hashes of these; whoever is to use one has to be told now. */
function showOnce(config, fresh) {
  const ofPods = [config.agent.credential, config.grafana.credential];
  const others = config.auth.loki.enabled ? credentials(config).filter(({ name }) => !ofPods.includes(name)) : [];
  for (const { name, kind, tenants } of others)
    process.stderr.write(`${name} (${kind}, ${tenants.join(' and ')}): ${fresh[`gateway.${name}`]}\n`);
}

function writeRotation(config, name, folder) {
  const decoded = (text) => Buffer.from(text ?? '', 'base64').toString();
  const { data } = JSON.parse(readFileSync(0, 'utf8'));
  const current = { users: decoded(data?.users), previous: decoded(data?.previous) };
  const { password, first, second } = rotate(config, current, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (file, text) => {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    process.stdout.write(`${join(folder, file)}\n`);
  };
  write(`1-${first.name}.yaml`, stringify(objects.secretManifest(first)));
  if (second === undefined) write(`2-password-of-${name}`, password);
  else write(`2-${second.name}.yaml`, stringify(objects.secretManifest(second)));
}

function main() {
  const { values: options, positionals } = parse(process.argv.slice(2));
  const [stack] = positionals;
  if (stack === undefined || (options.rotate === undefined) !== (options.out === undefined))
    throw new UsageError(USAGE);
  const config = loadStackConfig(join(__dirname, '..'), stack);
  if (options.rotate !== undefined) {
    writeRotation(config, options.rotate, options.out);
    return;
  }
  const fresh = freshValues(stack, config);
  showOnce(config, fresh);
  process.stdout.write(
    options.store
      ? `${JSON.stringify(objects.storeEntries(config, fresh), null, 2)}\n`
      : objects
          .secretManifests(config, fresh)
          .map((object) => stringify(object))
          .join('---\n'),
  );
}

function parse(argv) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error.message}\n${USAGE}`);
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
