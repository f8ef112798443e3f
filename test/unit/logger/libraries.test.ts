/** Errors and requests of real libraries, logged as they are, and printed to stdout by programs that do not use the logger. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { inspect } from 'node:util';
import { DiscordAPIError, HTTPError } from '@discordjs/rest';
import Ajv from 'ajv';
import axios from 'axios';
import { MinLength, validateSync } from 'class-validator';
import { body, validationResult } from 'express-validator';
import { Redis } from 'ioredis';
import Joi from 'joi';
import { model, Schema } from 'mongoose';
import { createTransport } from 'nodemailer';
import { Connection } from 'tedious';
import { z } from 'zod';
import { redact } from '../../../src/pipelines/promtail/redaction';
import { promtailModel } from '../../support/promtail-model';
import { torn } from '../../support/secret-lines';
import { capture } from './capture';

const SECRET = 'Xk7vQ2mN9pL4';

const stages = redact({ further: [], allow: [] });
const redactJson = promtailModel(stages.json);
const redactText = promtailModel(stages.text);

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

/** Listens on a free port of loopback as long as something is done with it. */
async function whileListening<T>(server: Server | TcpServer, act: (port: number) => Promise<T>): Promise<T> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await act((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

const HELLO = '%1\r\n$5\r\nproto\r\n:3\r\n';

/** How a client fails whose every command but the ones in `answered` is refused. */
function refusedByRedis(
  credentials: { readonly username?: string; readonly password?: string },
  answered: Readonly<Record<string, string>>,
  command: readonly [name: string, ...args: string[]],
): Promise<unknown> {
  const server = createTcpServer((socket) => {
    socket.on('data', (data) => {
      for (const [, name = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
        socket.write(answered[name.toLowerCase()] ?? '-ERR refused\r\n');
    });
  });
  return whileListening(server, async (port) => {
    const client = new Redis({
      ...{ host: '127.0.0.1', port, lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null },
      ...credentials,
    });
    const reported = new Promise((resolve) => client.on('error', resolve));
    const [name, ...args] = command;
    try {
      return await Promise.race([reported, rejection(client.call(name, ...args))]);
    } finally {
      client.disconnect();
    }
  });
}

const commandRefused = (...command: readonly [name: string, ...args: string[]]): Promise<unknown> =>
  refusedByRedis({}, { hello: HELLO, client: '+OK\r\n' }, command);

const AXIOS_REQUEST = [
  `code=${SECRET}&grant_type=authorization_code`,
  {
    auth: { username: 'app', password: SECRET },
    headers: { 'X-Api-Key': SECRET },
    params: { access_token: SECRET },
  },
] as const;

function zodError(): z.ZodSafeParseResult<unknown> {
  return z
    .object({
      password: z.string().min(20),
      user: z.object({ passphrase: z.number() }),
      apiKeys: z.array(z.string().min(20)),
    })
    .safeParse({ password: SECRET, user: { passphrase: SECRET }, apiKeys: [SECRET] }, { reportInput: true });
}

/** What each of them gives to who uses it. */
const CASES: Readonly<Record<string, () => unknown>> = {
  'axios: a server that does not answer': () => rejection(axios.post('http://127.0.0.1:1/token', ...AXIOS_REQUEST)),
  'axios: an answer 401': () =>
    whileListening(
      createServer((_request, response) => {
        response.writeHead(401, { 'content-type': 'application/json', 'set-cookie': `sid=${SECRET}` });
        response.end(JSON.stringify({ error: 'invalid_client', access_token: SECRET }));
      }),
      (port) => rejection(axios.post(`http://127.0.0.1:${String(port)}/token`, ...AXIOS_REQUEST)),
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
  'ioredis: a wrong password at the connection': () =>
    refusedByRedis(
      { username: 'app', password: SECRET },
      { hello: '-WRONGPASS invalid username-password pair or user is disabled.\r\n' },
      ['get', 'x'],
    ),
  'ioredis: AUTH with a password': () => commandRefused('auth', SECRET),
  'ioredis: AUTH with a user': () => commandRefused('AUTH', 'app', SECRET),
  'ioredis: CONFIG SET': () => commandRefused('config', 'SET', 'requirepass', SECRET),
  'ioredis: CONFIG SET of several': () =>
    commandRefused('config', 'SET', 'maxmemory', '1gb', 'masterauth', SECRET, 'appendonly', 'no'),
  'ioredis: ACL SETUSER': () => commandRefused('acl', 'SETUSER', 'app', 'on', `>${SECRET}`, '~*'),
  'ioredis: MIGRATE with a password': () =>
    commandRefused('migrate', 'h', '6379', 'k', '0', '9', 'COPY', 'AUTH', SECRET, 'KEYS', 'k'),
  'ioredis: MIGRATE with a user': () => commandRefused('migrate', 'h', '6379', 'k', '0', '9', 'AUTH2', 'app', SECRET),
  joi: () => Joi.object({ password: Joi.string().min(20) }).validate({ password: SECRET }).error,
  'joi, all errors, in an object and a list': () =>
    Joi.object({
      user: Joi.object({ password: Joi.string().min(20).pattern(/^z/).valid('a') }),
      tokens: Joi.array().items(Joi.string().min(20)),
    }).validate({ user: { password: SECRET }, tokens: [SECRET] }, { abortEarly: false }).error,
  'joi, with a label': () =>
    Joi.object({ password: Joi.string().min(20).label('Your password') }).validate({ password: SECRET }).error,
  'zod: an error': () => zodError().error,
  'zod: its issues': () => zodError().error?.issues,
  mongoose: () => {
    const schema = new Schema({
      password: String,
      pin: { secret: { type: String, match: /^[0-9]+$/ } },
      token: Number,
      'user.apiKey': { type: String, enum: ['a'] },
    });
    // Its own message.
    schema
      .path<Schema.Types.String>('password')
      .minlength(
        20,
        'Path `{PATH}` (`{VALUE}`, length {LENGTH}) is shorter than the minimum allowed length ({MINLENGTH}).',
      );
    const User = model('User', schema);
    return rejection(
      new User({ password: SECRET, pin: { secret: `${SECRET})` }, token: SECRET, user: { apiKey: SECRET } }).validate(),
    );
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
    for (const fields of [
      { error: json },
      { message: inspect(value, { depth: 10 }) },
      { body: JSON.stringify(json) },
    ]) {
      const line = JSON.stringify({ level: 'error', ...fields });
      const after = redactJson(line);
      expect(after).not.toContain(SECRET);
      expect(torn(line, after)).toEqual([]);
    }
  });

  it('loses it in the agent as JSON that is the whole line', () => {
    const line = JSON.stringify(safeJson(value));
    const after = line.startsWith('{') ? redactJson(line) : redactText(line);
    expect(after).not.toContain(SECRET);
    expect(torn(line, after)).toEqual([]);
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
