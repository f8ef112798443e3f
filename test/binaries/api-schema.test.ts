/** The schema that patched objects are checked against is the API server's own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_TIMEOUT } from '../../programs/program';
import { type ApiServer, startApiServer } from '../support/api-server';
import { apiSchema, schemaText } from '../support/api-schema';
import { everyStack } from '../support/every-stack';

const FILE = join(__dirname, '..', '..', 'charts', 'patches', 'api-schema.json');

let api: ApiServer;
beforeAll(async () => (api = await startApiServer()), BUILD_TIMEOUT);
afterAll(() => api.stop());

/** Each kind that a stack has, once. */
const kinds = [
  ...new Map(
    everyStack()
      .flatMap(({ objects }) => objects)
      .map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  ).values(),
];

test('charts/patches/api-schema.json has every kind of a stack as the server has it; API_SCHEMA=write writes it', async () => {
  const documents = new Map<string, Promise<unknown>>();
  const documentOf = (path: string): Promise<unknown> => {
    const known =
      documents.get(path) ??
      api.kubectl(['get', '--raw', `/openapi/v3/${path}`]).then(({ stdout }): unknown => JSON.parse(stdout));
    documents.set(path, known);
    return known;
  };
  const text = schemaText(await apiSchema(kinds, documentOf));
  if (process.env['API_SCHEMA'] === 'write') writeFileSync(FILE, text);
  expect(text === readFileSync(FILE, 'utf8')).toBe(true);
});
