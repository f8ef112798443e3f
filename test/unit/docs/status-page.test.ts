/** docs/status.md: what it says that doctor names, and that fires, is what the end-to-end test expects. */
import { LINKS } from '../../../src/operations/doctor/finding';
import { breaksOf } from '../../support/breaks';
import { readPage } from '../../support/docs-page';

const page = readPage('status.md');

test('the table of what breaks is that of the end-to-end test', () => {
  const rows = [...page.matchAll(/^\| (.+) \| `(\w+)` \| (–|\[.+) \|$/gm)].map(([, ...cells]) => cells);
  const expected = Object.entries(breaksOf('promtail')).map(([broken, { link, alerts }]) => [
    broken,
    link,
    alerts.map(({ name }) => `[${name}](runbooks.md#${name.toLowerCase()})`).join(', ') || '–',
  ]);
  expect(rows).toEqual(expected);
});

test('every link of the chain has its row', () => {
  const [, chain = ''] = page.split('## Doctor');
  for (const link of LINKS.filter((name) => name !== 'cluster')) expect(chain).toContain(`\`${link}\``);
});
