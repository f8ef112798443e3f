/** Kubernetes' quantities, as far as sizes of volumes use them. */
const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  ...Object.fromEntries(['k', 'M', 'G', 'T', 'P', 'E'].map((unit, index) => [unit, 1000 ** (index + 1)])),
  ...Object.fromEntries(['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit, index) => [unit, 1024 ** (index + 1)])),
};

/**
 * Bytes of a size.
 *
 * @throws Error for what is none.
 */
export function parseQuantity(text: string): number {
  const [, number = '', exponent = '', unit = ''] = /^(\d+(?:\.\d+)?)(?:(e\d+)|([kMGTPE]i?|Ki)?)$/.exec(text) ?? [];
  const factor = FACTORS[unit];
  if (number === '' || factor === undefined) throw new Error(`${text} is no size of a volume`);
  return Number(`${number}${exponent}`) * factor;
}
