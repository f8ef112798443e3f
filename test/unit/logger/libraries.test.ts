/** Errors and requests of real libraries, logged as they are, and printed to stdout by programs that do not use the logger. */
import { inspect } from 'node:util';
import { DiscordAPIError, HTTPError } from '@discordjs/rest';
import Ajv from 'ajv';
import axios from 'axios';
import { MinLength, validateSync } from 'class-validator';
import { body, validationResult } from 'express-validator';
import { createTransport } from 'nodemailer';
import { Connection } from 'tedious';
import { redact } from '../../../src/pipelines/redaction';
import { promtailModel } from '../../support/promtail-model';
import { capture } from './capture';

const SECRET = 'Xk7vQ2mN9pL4';

const stages = redact({ further: [], allow: [] });
const redactJson = promtailModel(stages.json);
const redactText = promtailModel(stages.textOrPairs);

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}

class Registration {
  readonly password = SECRET;
}
MinLength(20)(Registration.prototype, 'password');

const request = { method: 'PUT', body: {}, files: undefined };
const CALLBACK = `https://discord.com/api/v10/interactions/1234567890123456789/${SECRET}/callback`;

/** What each of them gives to who uses it. */
const CASES: Readonly<Record<string, () => unknown>> = {
  'axios: a password for basic authentication, a form and a header': () =>
    rejection(
      axios.post('http://127.0.0.1:1/token', `code=${SECRET}&grant_type=authorization_code`, {
        auth: { username: 'app', password: SECRET },
        headers: { 'X-Api-Key': SECRET },
        params: { access_token: SECRET },
      }),
    ),
  'discord: an error of the API at an interaction': () =>
    new DiscordAPIError({ code: 10062, message: 'Unknown interaction' }, 10062, 404, 'POST', CALLBACK, request),
  'discord: an error of HTTP at an interaction': () => new HTTPError(502, 'Bad Gateway', 'POST', CALLBACK, request),
  'express-validator': async () => {
    const incoming = { body: { password: SECRET } };
    await body('password').isLength({ min: 20 }).run(incoming);
    return validationResult(incoming).array();
  },
  'ajv, verbose': () => {
    const validate = new Ajv({ verbose: true, allErrors: true }).compile({
      type: 'object',
      properties: { password: { type: 'string', minLength: 20 } },
    });
    validate({ password: SECRET });
    return validate.errors;
  },
  'class-validator': () => validateSync(new Registration()),
  'nodemailer: the options of a transport': () =>
    createTransport({ host: '127.0.0.1', port: 1, auth: { user: 'app', pass: SECRET } }).options,
  'tedious: the configuration of a connection': () => {
    const connection = new Connection({
      server: '127.0.0.1',
      authentication: { type: 'default', options: { userName: 'app', password: SECRET } },
    });
    return connection.config.authentication;
  },
  'node: a URL that is none': () => {
    try {
      return new URL(`postgres://app:ab/${SECRET}@db:5432/x`);
    } catch (error) {
      return error;
    }
  },
  'node: options of a request': () => ({ host: 'db', auth: `app:${SECRET}` }),
};

describe.each(Object.entries(CASES))('%s', (_name, make) => {
  let value: unknown;
  beforeAll(async () => (value = await make()));

  it('holds the secret', () => {
    expect(inspect(value, { depth: 20 })).toContain(SECRET);
  });

  it('is logged without it', () => {
    const { logger, stdout } = capture();
    logger.error('failed', value);
    logger.error('failed', { value });
    logger.error(value);
    logger.error(inspect(value, { depth: 10 }));
    expect(stdout.lines).toHaveLength(4);
    for (const line of stdout.lines) expect(line).not.toContain(SECRET);
  });

  it('loses it in the agent when it is printed', () => {
    expect(redactText(inspect(value, { depth: 10 }))).not.toContain(SECRET);
  });

  it('loses it in the agent as JSON, in a text of JSON, and in JSON of that', () => {
    const json = safeJson(value);
    for (const fields of [{ error: json }, { message: inspect(value, { depth: 10 }) }, { body: JSON.stringify(json) }])
      expect(redactJson(JSON.stringify({ level: 'error', ...fields }))).not.toContain(SECRET);
  });
});

/** As loggers write errors: with their own properties, and no circles. */
function safeJson(value: unknown): unknown {
  const above: unknown[] = [];
  const plain = (one: unknown): unknown => {
    if (typeof one === 'function' || typeof one === 'bigint' || typeof one === 'symbol') return undefined;
    if (typeof one !== 'object' || one === null) return one;
    if (above.includes(one) || above.length > 6) return '[Circular]';
    above.push(one);
    try {
      if (Array.isArray(one)) return one.map(plain);
      const message = one instanceof Error ? { message: one.message, stack: one.stack } : {};
      return { ...message, ...Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, plain(inner)])) };
    } finally {
      above.pop();
    }
  };
  return plain(value);
}
