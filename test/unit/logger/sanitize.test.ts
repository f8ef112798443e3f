import { REDACTED } from '../../../src/log-model';
import { capture } from './capture';

/** A record's fields, as logged with these options. */
function logged(fields: object, sanitize: Parameters<typeof capture>[0] = {}): Readonly<Record<string, unknown>> {
  const { logger, stdout } = capture(sanitize);
  logger.info('message', fields);
  return stdout.last;
}

describe('a secret field', () => {
  it('loses its value whole, whatever that is', () => {
    expect(
      logged({ token: 'x', tokens: ['x'], credentials: { user: 'x' }, pwd: 1, apiKey: 1n, secret: {} }),
    ).toMatchObject({
      token: REDACTED,
      tokens: REDACTED,
      credentials: REDACTED,
      pwd: REDACTED,
      apiKey: REDACTED,
      secret: REDACTED,
    });
  });

  it('keeps a value that only says whether there is one', () => {
    const fields = {
      ...{ password: true, token: false, email: null, secret: '', DISCORD_TOKEN: 'undefined', apiKey: 'required' },
      ...{ cookie: '***', pwd: '<redacted>', PWD: '/srv', emails: 5 },
    };
    expect(logged(fields)).toMatchObject(fields);
  });

  it('is known by the name before it in a list: headers, command lines', () => {
    expect(
      logged({ rawHeaders: ['Host', 'h', 'Cookie', 'a=b', 'Accept', '*'], argv: ['run', '--password', 'x', 'y'] }),
    ).toMatchObject({
      rawHeaders: ['Host', 'h', 'Cookie', REDACTED, 'Accept', '*'],
      argv: ['run', '--password', REDACTED, 'y'],
    });
  });

  it('is known by the name beside it', () => {
    expect(
      logged({
        fields: [
          { name: 'password', value: 'x' },
          { name: 'city', value: 'y' },
          { path: ['tokens', 0], input: 'x' },
          { label: 'tokens[0]', key: 0, value: 'x' },
          { path: ['cities', 0], input: 'y' },
        ],
      }),
    ).toMatchObject({
      fields: [
        { name: 'password', value: REDACTED },
        { name: 'city', value: 'y' },
        { path: ['tokens', 0], input: REDACTED },
        { label: 'tokens[0]', key: 0, value: REDACTED },
        { path: ['cities', 0], input: 'y' },
      ],
    });
  });

  it('is known by the word before it in a message', () => {
    const { logger, stdout } = capture();
    logger.info('login with password:', 'hunter2', 3);
    expect(stdout.last['message']).toBe(`login with password: ${REDACTED} 3`);
  });

  it('is not the record’s own: a level is no secret', () => {
    const { logger, stdout } = capture({ sanitize: { fields: ['level'] } });
    logger.warn('message');
    expect(stdout.last['level']).toBe('warn');
  });
});

describe('names that hold a secret', () => {
  it('lose it, and stay apart from each other', () => {
    expect(logged({ perUser: { 'ann@example.org': 1, 'bob@example.org': 2 } })['perUser']).toEqual({
      [`${REDACTED} 1`]: 1,
      [`${REDACTED} 2`]: 2,
    });
  });
});

describe('the option sanitize', () => {
  it('fields: names of further secrets, whatever their case and separators', () => {
    expect(
      logged({ IBAN: 'x', taxNumber: 'y', tax_number: 'y' }, { sanitize: { fields: ['iban', 'tax-number'] } }),
    ).toMatchObject({
      IBAN: REDACTED,
      taxNumber: REDACTED,
      tax_number: REDACTED,
    });
  });

  it('paths: places of further secrets, with * for any name or index', () => {
    const options = { sanitize: { paths: ['user.address', 'orders.*.recipient'] } };
    const fields = { address: 'a', user: { address: 'b', name: 'c' }, orders: [{ recipient: 'd', n: 1 }] };
    expect(logged(fields, options)).toMatchObject({
      address: 'a',
      user: { address: REDACTED, name: 'c' },
      orders: [{ recipient: REDACTED, n: 1 }],
    });
  });

  it('patterns: further secrets in any text', () => {
    const options = { sanitize: { patterns: [/guild-\d+/] } };
    expect(logged({ a: 'in guild-1 and guild-2', list: ['guild-3'] }, options)).toMatchObject({
      a: `in ${REDACTED} and ${REDACTED}`,
      list: [REDACTED],
    });
  });

  it('allow: names that are kept, but not a secret that is known by its form', () => {
    const options = { sanitize: { allow: ['scopes', 'email'] } };
    expect(logged({ scopes: ['identify'], email: 'ann@example.org', token: 'x' }, options)).toMatchObject({
      scopes: ['identify'],
      email: REDACTED,
      token: REDACTED,
    });
  });
});

describe('JSON in a text', () => {
  it('is sanitised by its names', () => {
    expect(logged({ body: 'got {"credentials":{"key":"x"},"n":1}, then [{"pwd":{"a":1}}]' })['body']).toBe(
      `got {"credentials":"${REDACTED}","n":1}, then [{"pwd":"${REDACTED}"}]`,
    );
  });
});
