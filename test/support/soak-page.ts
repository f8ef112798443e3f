/** docs/soak.md: each of the long tests writes its own section, and leaves the others as they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { join } from 'node:path';
import { ROOT } from './docs-page';

const PAGE = join(ROOT, 'docs', 'soak.md');

/** The page with this section; a new one is the last. */
export function withSection(page: string, heading: string, text: string): string {
  const [head = '', ...sections] = page.trimEnd().split(/\n+(?=## )/);
  const section = `## ${heading}\n\n${text.trim()}`;
  const index = sections.findIndex((each) => each.startsWith(`## ${heading}\n`));
  const all = index < 0 ? [...sections, section] : sections.with(index, section);
  return `${[head, ...all].join('\n\n')}\n`;
}

/** Writes a section, beginning with when and where it was measured. */
export function writeSoakSection(heading: string, text: string): void {
  const cpus = os.cpus();
  const measured = `Measured on ${new Date().toISOString().slice(0, 10)} on ${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown'}.`;
  writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), heading, `${measured}\n${text}`));
}
