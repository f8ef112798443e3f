import * as fc from 'fast-check';
import { circular, hostileProxy, revoked } from './anything';
import { capture } from './capture';

const LIMIT = 252 * 1024;

/** The record that is made of a value, which is checked to be a line of JSON that is not too long. */
function recordOf(value: unknown, options: Parameters<typeof capture>[0] = {}): Readonly<Record<string, unknown>> {
  const { logger, stdout } = capture(options);
  logger.info('message', { value });
  const [line = ''] = stdout.lines;
  expect(stdout.lines).toHaveLength(1);
  expect(line).not.toMatch(/[\r\n]/);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(options.maxLineBytes ?? LIMIT);
  return stdout.last;
}

describe('a value that is no JSON is told in some other way', () => {
  it.each<[string, unknown, unknown]>([
    ['circular', circular, { self: '[Circular]' }],
    ['BigInt', 12345678901234567890n, '12345678901234567890'],
    ['huge BigInt', 10n ** 5000n, '[BigInt]'],
    ['symbol', Symbol('name'), 'Symbol(name)'],
    ['function', function named() {}, '[Function named]'],
    ['NaN', Number.NaN, 'NaN'],
    ['infinity', [Number.NEGATIVE_INFINITY], ['-Infinity']],
    ['undefined in a list', [undefined], [null]],
    ['Buffer', Buffer.from('binary'), '[Buffer, 6 bytes]'],
    ['typed array', new Uint16Array(3), '[Uint16Array, 6 bytes]'],
    ['ArrayBuffer', new ArrayBuffer(5), '[ArrayBuffer, 5 bytes]'],
    ['date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['invalid date', new Date(Number.NaN), 'Invalid Date'],
    [
      'map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, 2],
      ]),
      { a: 1, '[Object]': 2 },
    ],
    ['set', new Set([1, 'a']), [1, 'a']],
    ['regular expression', /a/g, '/a/g'],
    ['URL', new URL('https://example.org/a'), 'https://example.org/a'],
    ['headers', new Headers({ a: 'b', cookie: 'c' }), { a: 'b', cookie: '[REDACTED]' }],
    ['promise', Promise.resolve(), '[Promise]'],
    ['boxed', [Object(1), Object('a'), Object(false)], [1, 'a', false]],
    ['without prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    [
      'getter that throws',
      Object.defineProperty({ a: 1 }, 'b', {
        enumerable: true,
        get: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is what is tested
          throw null;
        },
      }),
      { a: 1, b: '[Unreadable]' },
    ],
    [
      'toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      '[Unreadable]',
    ],
    ['revoked proxy', revoked.proxy, '[Unreadable]'],
    ['hostile proxy', hostileProxy, '[Unreadable]'],
    ['lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['control characters', '\u0000\u001b\u2028', '\u0000\u001b\u2028'],
  ])('%s', (_name, value, told) => {
    expect(recordOf(value)['value']).toEqual(told);
  });

  it('toJSON that returns the object itself', () => {
    const value = { a: 1, toJSON: () => value };
    expect(recordOf(value)['value']).toMatchObject({ a: 1 });
  });

  it('toJSON that goes on for ever', () => {
    const endless = (): unknown => ({ toJSON: endless });
    expect(recordOf(endless())).toMatchObject({ truncated: true });
  });
});

describe('what is too much is cut, and the record says so', () => {
  it.each<[string, unknown]>([
    ['10 MB of text', 'x'.repeat(10_000_000)],
    ['10 MB of text without Latin letters', '語'.repeat(3_000_000)],
    ['10 MB of control characters', '\u0000'.repeat(10_000_000)],
    ['a million numbers', Array.from({ length: 1_000_000 }, (_, index) => index)],
    [
      'a hundred thousand fields',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index])),
    ],
    ['a map of a million', new Map(Array.from({ length: 1_000_000 }, (_, index) => [index, index]))],
    ['many long texts', Array.from({ length: 900 }, () => '語'.repeat(16_000))],
    ['a long name', { ['k'.repeat(100_000)]: 1 }],
    [
      'many long names',
      Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`${'語'.repeat(250)}${index}`, index])),
    ],
    [
      'wide and deep',
      (function tree(depth: number): unknown {
        return depth === 0 ? 'leaf' : Array.from({ length: 20 }, () => tree(depth - 1));
      })(4),
    ],
    ['deep', Array.from({ length: 10_000 }).reduce((inner) => ({ inner }), {})],
    [
      'a deep chain of causes',
      Array.from({ length: 1000 }).reduce<Error>((cause) => new Error('next', { cause }), new Error('first')),
    ],
  ])('%s', (_name, value) => {
    expect(recordOf(value)['truncated']).toBe(true);
  });

  it('an ordinary record does not', () => {
    expect(recordOf({ a: [1, 'two', { three: 3 }] })).not.toHaveProperty('truncated');
  });

  it('limits are options', () => {
    expect(recordOf('long text that is cut', { maxStringLength: 10 })).toMatchObject({
      value: 'long text ',
      truncated: true,
    });
    expect(recordOf([1, 2, 3], { maxEntries: 2 })).toMatchObject({ value: [1, 2], truncated: true });
    expect(recordOf({ a: { b: {} } }, { maxDepth: 2 })).toMatchObject({
      value: { a: { b: '[Object]' } },
      truncated: true,
    });
    expect(recordOf(['x'.repeat(1000), 'y'.repeat(1000)], { maxLineBytes: 1024 })).toMatchObject({ truncated: true });
  });

  it('what was logged before it is too much stays', () => {
    const { logger, stdout } = capture();
    logger.info('message', { requestId: 'abc123', rows: Array.from({ length: 900 }, () => 'x'.repeat(5000)) });
    expect(stdout.last).toMatchObject({ message: 'message', requestId: 'abc123', truncated: true });
  });
});

describe('whatever is logged', () => {
  it('a line is not longer than its limit', () => {
    const long = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constant('\u0001"語'.repeat(100)));
    const big = fc.array(fc.oneof(long, fc.dictionary(long, long, { maxKeys: 5 })), { maxLength: 30 });
    fc.assert(
      fc.property(long, big, fc.integer({ min: 1024, max: 4096 }), (message, value, maxLineBytes) => {
        const { logger, stdout } = capture({ maxLineBytes });
        logger.error(message, { value }, new Error(message, { cause: value }));
        const [line = ''] = stdout.lines;
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
        expect(JSON.parse(line)).toMatchObject({ level: 'error' });
      }),
      { numRuns: 200 },
    );
  });

  it('a text that is made to take long does not', () => {
    const bait = [
      'eyJ-',
      'password',
      'passwordsecret',
      'password\\"',
      '://',
      '://a:',
      'a@',
      'a%40',
      'aaaa@b.',
      '--a-',
      '{"a":',
      '[',
      '-----BEGIN A ',
    ];
    const { logger, stdout } = capture();
    for (const text of bait) logger.info('password@ '.concat(text.repeat(16_000 / text.length)));
    expect(stdout.lines).toHaveLength(bait.length);
  });
});
