/**
 * `npm run --silent secrets -- <stack>`: prints the Secrets that a stack needs, with fresh random values, for
 * `kubectl apply`. Keys that somebody else hands out come from the environment.
 */
'use strict';
const { join } = require('node:path');
const { stringify } = require('yaml');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { checkSecretValues, generateSecretValues, secretManifests } = require('../lib/src/deploy/secret-values');

const [stack] = process.argv.slice(2);
const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = process.env;
try {
  if (stack === undefined)
    throw Object.assign(new Error('usage: npm run --silent secrets -- <stack> | kubectl apply --server-side -f -'), {
      name: 'ConfigError',
    });
  const config = loadStackConfig(join(__dirname, '..'), stack);
  const values = {
    ...generateSecretValues(config),
    ...(S3_ACCESS_KEY_ID === undefined ? {} : { 's3.accessKeyId': S3_ACCESS_KEY_ID }),
    ...(S3_SECRET_ACCESS_KEY === undefined ? {} : { 's3.secretAccessKey': S3_SECRET_ACCESS_KEY }),
  };
  checkSecretValues(`Secrets of stack ${stack}`, config, values);
  process.stdout.write(
    secretManifests(config, values)
      .map((object) => stringify(object))
      .join('---\n'),
  );
} catch (error) {
  process.stderr.write(`${error.name === 'ConfigError' ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
