/** Asks for each pin which releases there are: Go's proxy, npm's registry, the registries of images. */
import { HttpClient } from '../../src/operations/http';
import type { Pin } from './pins';
import { imageTags } from './registry';
import { run } from './run';
import { type Newer, newerThan } from './versions';

/** A pin, and what is newer; or why that could not be found out. */
export interface Finding extends Pin, Newer {
  readonly failure?: string;
}

/** Looks at all pins at once. What cannot be asked does not keep the others from being looked at. */
export async function look(project: string, pins: readonly Pin[]): Promise<readonly Finding[]> {
  const client = new HttpClient();
  try {
    return await Promise.all(
      pins.map(async (pin): Promise<Finding> => {
        try {
          return { ...pin, ...newerThan(pin.version, await known(client, project, pin)) };
        } catch (error) {
          return { ...pin, failure: reason(error) };
        }
      }),
    );
  } finally {
    await client.close();
  }
}

/** Every version that is published. Go and npm ask for their own, as they are set up on this machine. */
async function known(client: HttpClient, project: string, { kind, name }: Pin): Promise<readonly string[]> {
  switch (kind) {
    case 'image':
      return imageTags(client, name);
    case 'module': {
      // Outside any module: none has a say in this.
      const listed = await run('go', ['list', '-m', '-versions', '-f', '{{join .Versions "\\n"}}', name], '/');
      return listed.split('\n');
    }
    case 'package': {
      const listed: unknown = JSON.parse(await run('npm', ['view', name, 'versions', '--json'], project));
      return [listed].flat().map(String);
    }
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A connection to a name with several addresses fails with one error for each.
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error.message;
}

/** Whether it is worth a new pin: one that is held at its minor version asks for a newer one of that only. */
export function isOutdated({ held, inMinor, atAll }: Finding): boolean {
  if (held?.at === 'version') return false;
  return (held?.at === 'minor' ? inMinor : atAll) !== undefined;
}
