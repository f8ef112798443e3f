/** docs/durability.md: the times that it promises are those that the config has. */
import { survivedOutage } from '../../../src/config/derived/outage';
import { configWith } from '../../support/config';
import { readPage } from '../../support/docs-page';

/** The rows of the table whose first column is the kubelet's setting. */
const [head = [], ...rows] = [...readPage('durability.md').matchAll(/^\| (?:`containerLogMaxSize`|\d+Mi).* \|$/gm)].map(
  ([line]) => line.slice(2, -2).split(' | '),
);

/** `50m 39s`, `4h 13m`: two units, rounded down. */
function written(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

test('there is a table of outages', () => {
  expect(rows).toHaveLength(3);
});

test.each(rows)('given %s, Loki may be away as long as it says', (size = '', ...cells) => {
  const { agent } = configWith({ agent: { containerLogMaxSize: size.split(' ')[0] ?? '' } });
  const loads = head.slice(1).map((cell) => ({ linesPerSecond: Number.parseInt(cell, 10), bytesPerLine: 300 }));
  expect(cells).toEqual(loads.map((load) => written(survivedOutage(agent, load).milliseconds)));
});
