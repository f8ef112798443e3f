/** Links of the README and of every page in docs/ lead to a file that is there, and to a heading that it has. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { anchors, localLinks, ROOT } from '../../support/docs-page';

const pages = [join(ROOT, 'README.md'), ...globSync(join(ROOT, 'docs', '**', '*.md'))];

test('there are pages', () => {
  expect(pages.length).toBeGreaterThan(10);
});

test.each(pages.map((page) => [relative(ROOT, page), page] as const))('in %s', (_, page) => {
  const broken = localLinks(readFileSync(page, 'utf8')).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
    if (!existsSync(target)) return true;
    return anchor !== undefined && statSync(target).isFile() && target.endsWith('.md')
      ? !anchors(readFileSync(target, 'utf8')).includes(anchor)
      : false;
  });
  expect(broken).toEqual([]);
});
