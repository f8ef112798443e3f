/** Values of every kind, those that throw when they are touched among them. */
import * as fc from 'fast-check';

/** An object that is inside of itself. */
export const circular: Record<string, unknown> = {};
circular['self'] = circular;
/** A proxy that throws whatever is done with it. */
export const revoked = Proxy.revocable({}, {});
revoked.revoke();
/** A proxy whose traps throw. */
export const { proxy: hostileProxy } = Proxy.revocable(
  {},
  {
    get: () => {
      throw new Error('get');
    },
    ownKeys: () => {
      throw new Error('ownKeys');
    },
    getPrototypeOf: () => {
      throw new Error('getPrototypeOf');
    },
  },
);

/** Things that throw when they are touched. */
export const hostile: readonly unknown[] = [
  circular,
  revoked.proxy,
  hostileProxy,
  { toJSON: 1 },
  { toString: null, valueOf: null },
  Object.create(hostileProxy),
  class {},
  Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('message');
    },
  }),
  Object.assign(new Error('x'), { stack: 1, name: Symbol('n'), cause: hostileProxy }),
  {
    get error() {
      throw new Error('error');
    },
  },
  { level: hostileProxy, message: hostileProxy, timestamp: hostileProxy },
];
const traps = fc.nat({ max: hostile.length - 1 }).map((index) => () => hostile[index]);
/** Any value. Behind a function, for the test’s own tools touch what they are given. */
export const anything = fc.oneof(
  traps,
  fc
    .anything({
      maxDepth: 4,
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
      stringUnit: 'binary',
    })
    .map((value) => () => value),
  traps.map((trap) => () => ({ a: [trap()], m: new Map([['k', trap()]]) })),
);
