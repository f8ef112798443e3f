import { parseQuantity } from '../../../src/operations/quantity';

test.each([
  ['1073741824', 2 ** 30],
  ['50Gi', 50 * 2 ** 30],
  ['51200Mi', 50 * 2 ** 30],
  ['1.5Ti', 1.5 * 2 ** 40],
  ['512Ki', 512 * 2 ** 10],
  ['10G', 1e10],
  ['5k', 5000],
  ['12e6', 12e6],
])('%s is %d bytes', (text, bytes) => {
  expect(parseQuantity(text)).toBe(bytes);
});

test.each(['', 'Gi', '10GB', '-1Gi', '10 Gi', '1ki', 'much'])('"%s" is no size', (text) => {
  expect(() => parseQuantity(text)).toThrow('is no size of a volume');
});
