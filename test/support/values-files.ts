/** Values files like those that people have who run Loki today, written for these tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importStack, type Imported } from '../../src/operations/import/import';

const FOLDER = join(__dirname, '..', 'fixtures', 'values');

export const VALUES_FILES: readonly string[] = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

export const valuesBytes = (name: string): Uint8Array => readFileSync(join(FOLDER, name));

export function imported(...names: readonly string[]): Imported {
  return importStack(names.map((file) => ({ file, bytes: valuesBytes(file) })));
}
