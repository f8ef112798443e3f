/** test/fixtures: what the script in test/sources has captured. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REDACTED } from '../../src/log-model';

const folder = join(__dirname, '..', 'fixtures');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.log'))
  .sort();
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

test('the list of fixtures names every one of them, and no other', () => {
  const listed = [...readme.matchAll(/^\| (\S+\.log) \|/gm)].map(([, file]) => file);
  expect(listed).toEqual(files);
});

test.each(files)(
  '%s is what a program wrote: lines, with no prefix of a container runtime, nothing taken out',
  (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toMatch(/\S\n/);
    expect(text).not.toMatch(/^\S+ std(?:out|err) [FP] /m);
    if (!file.startsWith('backend/')) expect(text).not.toContain(REDACTED);
  },
);
