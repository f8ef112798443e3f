/** The JSON schema that editors check stack files with: a real validator must agree with the parser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse as parseYaml } from 'yaml';
import { parseStackConfig, type StackConfigInput } from '../../../src/config';
import { type JsonSchema, stackConfigJsonSchema } from '../../../src/docs/stack-file-schema';
import { ENCRYPTED, ENCRYPTED_BY_CLOUD, everything, otherwise, problemsOf } from '../../support/config';

const ROOT = join(__dirname, '..', '..', '..');
const schema = JSON.parse(readFileSync(join(ROOT, 'docs/reference/stack-file.schema.json'), 'utf8')) as object;
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: true, allErrors: true });
// An editor's word for the rule behind a pattern.
ajv.addVocabulary(['patternErrorMessage']);
const validate = ajv.compile(schema);

/** Where the validator finds something wrong; empty if it finds nothing. */
function errorsOf(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, keyword, params }) =>
    [instancePath, keyword, params['additionalProperty']].filter((part) => part !== undefined && part !== '').join(' '),
  );
}

/** A stack file with these sections. */
function stackFile(sections: object, others: object = {}): unknown {
  const own = Object.entries({ environment: 'dev', ...sections }).map(([key, value]) => [
    `spywatcher-logs:${key}`,
    value,
  ]);
  return { config: { ...(Object.fromEntries(own) as object), ...others } };
}

const stacks = readdirSync(ROOT).filter((file) => /^Pulumi\.[\w-]+\.yaml$/.test(file));

test('there are stack files', () => expect(stacks.length).toBeGreaterThanOrEqual(3));

test.each(stacks)('%s is valid, and names the schema in its first line', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  expect(errorsOf(parseYaml(text))).toEqual([]);
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./docs/reference/stack-file.schema.json');
});

test.each([
  ['everything', everything],
  ['otherwise', otherwise],
])('every option of %s is valid', (_, config) => expect(errorsOf(stackFile(config))).toEqual([]));

test('what Pulumi itself writes is valid', () => {
  const secrets = { gateway: { promtail: ENCRYPTED }, grafana: { adminPassword: ENCRYPTED_BY_CLOUD } };
  const file = stackFile({ secrets }, { 'kubernetes:context': 'prod', 'aws:defaultTags': { tags: {} } }) as object;
  expect(errorsOf({ ...file, encryptionsalt: 'v1:salt', secretsprovider: 'passphrase', encryptedkey: 'a' })).toEqual(
    [],
  );
  expect(errorsOf(stackFile({ secrets: ENCRYPTED }))).toEqual([]);
  expect(errorsOf(stackFile({ secrets: { secure: 'hunter2' } }))).not.toEqual([]);
});

describe('refuses what the parser refuses', () => {
  test.each<[string, object, string]>([
    ['an unknown section', { retentoin: { period: '7d' } }, '/config additionalProperties spywatcher-logs:retentoin'],
    ['an unknown key', { retention: { perod: '7d' } }, '/config/spywatcher-logs:retention additionalProperties perod'],
    ['another environment', { environment: 'test' }, '/config/spywatcher-logs:environment enum'],
    ['a period without unit', { retention: { period: '30' } }, '/config/spywatcher-logs:retention/period pattern'],
    [
      'a size without unit',
      { limits: { ingestionRate: '15' } },
      '/config/spywatcher-logs:limits/ingestionRate pattern',
    ],
    ['a quoted number', { deployment: { replicas: '3' } }, '/config/spywatcher-logs:deployment/replicas type'],
    ['half a pod', { gateway: { replicas: 0.5 } }, '/config/spywatcher-logs:gateway/replicas type'],
    ['no pod', { gateway: { replicas: 0 } }, '/config/spywatcher-logs:gateway/replicas minimum'],
    [
      'no CPU',
      { resources: { loki: { limits: { cpu: 0 } } } },
      '/config/spywatcher-logs:resources/loki/limits/cpu exclusiveMinimum',
    ],
    ['a mutable tag', { images: { loki: 'grafana/loki:latest' } }, '/config/spywatcher-logs:images/loki pattern'],
    ['another protocol', { grafana: { url: 'ftp://logs.example.com' } }, '/config/spywatcher-logs:grafana/url pattern'],
    [
      'a directory elsewhere',
      { agent: { positionsDirectory: '/etc' } },
      '/config/spywatcher-logs:agent/positionsDirectory pattern',
    ],
    [
      'no CIDR',
      { network: { apiServer: { cidrs: ['10.0.0.0'] } } },
      '/config/spywatcher-logs:network/apiServer/cidrs/0 anyOf',
    ],
    ['S3 without bucket', { storage: { type: 's3' } }, '/config/spywatcher-logs:storage oneOf'],
    [
      'another database',
      { grafana: { database: { type: 'mysql' } } },
      '/config/spywatcher-logs:grafana/database oneOf',
    ],
    [
      'a destination by its host name',
      { grafana: { smtp: { host: 'mail', from: 'a@example.com', egress: [{ host: 'mail', port: 587 }] } } },
      '/config/spywatcher-logs:grafana/smtp/egress/0 anyOf',
    ],
    [
      'an optional mapping without what it requires',
      { grafana: { login: { oauth: { github: { clientId: 'client' } } } } },
      '/config/spywatcher-logs:grafana/login/oauth/github required',
    ],
    [
      'an unknown limit of a tenant',
      { limits: { tenants: { spywatcher: { maxLines: 5 } } } },
      '/config/spywatcher-logs:limits/tenants/spywatcher additionalProperties maxLines',
    ],
  ])('%s', (_, sections, error) => {
    expect(errorsOf(stackFile(sections))).toContain(error);
    expect(problemsOf({ environment: 'dev', ...sections })).not.toEqual([]);
  });
});

describe('refuses what is no part of the config', () => {
  test.each<[string, unknown, string]>([
    ['a file without environment', { config: {} }, '/config required'],
    ['a file without config', { encryptionsalt: 'v1:salt' }, 'required'],
    ['an unknown key of the file', { config: {}, confg: {} }, 'additionalProperties confg'],
    ['a key without namespace', stackFile({}, { retention: {} }), '/config additionalProperties retention'],
    [
      'a secret in plain text',
      stackFile({ secrets: { grafana: { adminPassword: 'in plain text' } } }),
      '/config/spywatcher-logs:secrets/grafana/adminPassword type',
    ],
  ])('%s', (_, document, error) => {
    expect(errorsOf(document)).toContain(error);
  });
});

test('the defaults that it shows are those of the parser', () => {
  const shown = defaultsOf({ ...stackConfigJsonSchema(), default: {} }) as StackConfigInput;
  const { retention, resources } = shown;
  expect(retention).toEqual({ period: '720h', streams: [], tenants: {}, deleteDelay: '2h', compactionInterval: '10m' });
  expect(resources?.loki?.limits).toEqual({ cpu: '2', memory: '1Gi' });
  expect(parseStackConfig('defaults', { ...shown, environment: 'dev' })).toEqual(
    parseStackConfig('nothing', { environment: 'dev' }),
  );
});

/** Every default that is written into the schema, however deep; what is left out without one stays out. */
function defaultsOf({ default: preset, properties = {} }: JsonSchema): unknown {
  if (preset === undefined) return undefined;
  const inner = Object.entries(properties)
    .map(([key, property]) => [key, defaultsOf(property)] as const)
    .filter(([, value]) => value !== undefined);
  return inner.length === 0 ? preset : { ...(preset as object), ...(Object.fromEntries(inner) as object) };
}
