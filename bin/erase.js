/**
 * `npm run --silent erase -- <stack> --user-id <id>`: has Loki delete the lines of one tenant that name a person.
 * `npm run --silent erase -- <stack> --status`: what has become of earlier requests.
 */
'use strict';
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { erase, erasures } = require('../lib/src/operations/erase/erase');

const USAGE = `usage: ERASE_PASSWORD=… npm run --silent erase -- <stack> --user-id <id> | --status
  --tenant <name>   where several tenants have an erase credential
  --url <url>       of the gateway (default http://localhost:3100)
  --ca <file>       certificate of the CA that made the gateway's
  --start, --end    RFC 3339 (default: all that is kept, until now)`;

const text = { type: 'string' };
const OPTIONS = {
  'user-id': text,
  status: { type: 'boolean', default: false },
  tenant: text,
  url: { ...text, default: 'http://localhost:3100' },
  ca: text,
  start: text,
  end: text,
};

class UsageError extends Error {}

/** A moment that was given, or nothing. */
function moment(values, name) {
  if (values[name] === undefined) return {};
  const date = new Date(values[name]);
  if (Number.isNaN(date.getTime())) throw new UsageError(`--${name}: ${values[name]} is no time\n${USAGE}`);
  return { [name]: date };
}

async function main() {
  const { values, positionals } = parseArguments(OPTIONS, USAGE);
  const { ERASE_PASSWORD: password } = process.env;
  const [stack] = positionals;
  if (
    stack === undefined ||
    password === undefined ||
    password === '' ||
    (values['user-id'] === undefined) === !values.status
  )
    throw new UsageError(USAGE);
  const config = loadStackConfig(join(__dirname, '..'), stack);
  const access = { url: values.url, password, ...(values.ca === undefined ? {} : { caFile: values.ca }) };
  if (values.status) {
    for (const { id, status, created } of await erasures(config, values.tenant, access))
      process.stdout.write(`${id}  ${created.toISOString()}  ${status}\n`);
    return;
  }
  const erasure = { userId: values['user-id'], ...moment(values, 'start'), ...moment(values, 'end') };
  const ids = await erase(
    config,
    { ...erasure, ...(values.tenant === undefined ? {} : { tenant: values.tenant }) },
    access,
  );
  // With a compactor of its own, Loki does not filter what is asked of it until then.
  const soon =
    config.deployment.mode === 'ha'
      ? 'Until then queries still find them.'
      : 'Queries leave them out within 5 minutes.';
  process.stdout.write(
    `Loki took ${ids.length} delete requests: ${ids.join(', ')}.\nThe lines are off the disk when --status says processed of all: a day and a compaction later. ${soon}\n`,
  );
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
