/**
 * What synth accepts, its readers accept. Stack files are made from the schema itself, so a new key is among them: values
 * at its bounds and far beyond them, texts that somebody reads otherwise. What synth takes of them is rendered, and put
 * before the real programs.
 */
import fc from 'fast-check';
import { parse } from 'yaml';
import { ConfigError, parseStackConfig, PROJECT, SECRETS_KEY, type StackConfigInput } from '../../src/config';
import { formatPath } from '../../src/config/problem';
import { stackObjects } from '../../charts/objects';
import { type ApiServer, startApiServer } from '../support/api-server';
import { everything, otherwise } from '../support/config';
import { codeBlocks, readPage, readProjectFile } from '../support/docs-page';
import { BUILD_TIMEOUT, programs, say } from '../../programs/program';
import { type RenderedStack, STACKS } from '../../programs/rendered-stack';
import { SEED } from '../support/seed';
import { type Edit, edited, editsOf, samplesOf } from '../support/stack-inputs';
import {
  alertmanagerReader,
  apiServerReader,
  lokiReader,
  nginxReader,
  prometheusReader,
  collectorReader,
  promtailReader,
  type Reader,
} from '../support/stack-readers';

/** `SOAK` has many more. */
const IN_A_BATCH = 40;
const BATCHES = process.env['SOAK'] === undefined ? 5 : 100;
/** Tried in one stack file; synth refuses about half of them. */
const EDITS = 14;

interface Base {
  readonly name: string;
  readonly config: unknown;
}

/** The sections of a stack file, or of an example of one. */
function sectionsOf(name: string, yaml: string): readonly Base[] {
  const { config = {} } = parse(yaml) as { readonly config?: Readonly<Record<string, unknown>> };
  const sections = Object.entries(config)
    .filter(([key]) => key.startsWith(`${PROJECT}:`) && key !== `${PROJECT}:${SECRETS_KEY}`)
    .map(([key, value]) => [key.slice(PROJECT.length + 1), value] as const);
  return sections.length === 0 ? [] : [{ name, config: { environment: 'dev', ...Object.fromEntries(sections) } }];
}

const PAGES = [
  'access',
  'alerting',
  'alertmanager',
  'canary',
  'ha',
  'monitoring',
  'patches',
  'placement',
  'retention',
  'sources',
  'storage',
];

const BASES: readonly Base[] = [
  { name: 'everything', config: everything },
  { name: 'otherwise', config: otherwise },
  { name: 'nothing', config: { environment: 'dev' } },
  ...STACKS.flatMap((stack) => sectionsOf(`Pulumi.${stack}.yaml`, readProjectFile(`Pulumi.${stack}.yaml`))),
  ...PAGES.flatMap((page) =>
    codeBlocks(readPage(`${page}.md`), 'yaml')
      .filter((block) => block.startsWith('config:'))
      .flatMap((block, index) => sectionsOf(`docs/${page}.md, example ${index + 1}`, block)),
  ),
].filter(({ config }) => problemsOf(config) === undefined);

/** Paths of what is wrong with a config; undefined if nothing is. */
function problemsOf(config: unknown): readonly string[] | undefined {
  try {
    const parsed = parseStackConfig('generated', config);
    // Patches are checked with the objects.
    if (parsed.patches.length > 0) stackObjects(parsed);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

function rendered(config: unknown): RenderedStack {
  const parsed = parseStackConfig('generated', config);
  return { name: 'generated', config: parsed, objects: stackObjects(parsed) };
}

interface Generated {
  readonly base: Base;
  readonly edits: readonly Edit[];
}

const samples = samplesOf(BASES.map(({ config }) => config));
/** What a patch writes is checked against the API's schema alone, which knows names, types and patterns of fields (docs/patches.md). */
const isPatch = (key: string): boolean => /^patches\.\[\]\.(?:merge|json)/.test(key);
const EDITS_OF = new Map(
  BASES.map((base) => [base, editsOf(base.config, samples).filter(([key]) => !isPatch(key))] as const),
);
/** Half of the stack files have every key to begin with. */
const anyBase = fc.oneof(fc.constantFrom(...BASES.slice(0, 2)), fc.constantFrom(...BASES));
const anyStack: fc.Arbitrary<Generated> = anyBase.chain((base) =>
  fc
    .array(fc.oneof(...(EDITS_OF.get(base) ?? []).map(([, edits]) => edits)), { minLength: EDITS, maxLength: EDITS })
    .map((edits) => ({ base, edits })),
);

/** Leaves out what synth names in its report, and where it names something else, the last edit, until it accepts the rest. */
function acceptable({ base, edits }: Generated): Generated {
  const problems = problemsOf(edited(base.config, edits));
  if (problems === undefined) return { base, edits };
  const blamed = edits.filter(({ paths }) =>
    paths.map(formatPath).some((path) => problems.some((at) => at.startsWith(path) || path.startsWith(at))),
  );
  const left = blamed.length === 0 ? edits.slice(0, -1) : edits.filter((edit) => !blamed.includes(edit));
  return acceptable({ base, edits: left });
}

/** The fewest of the edits that the reader refuses all the same. */
async function least(reader: Reader, { base, edits }: Generated): Promise<readonly Edit[]> {
  let needed = edits;
  for (const edit of edits) {
    const fewer = needed.filter((one) => one !== edit);
    const config = edited(base.config, fewer);
    if (problemsOf(config) === undefined && (await reader.refusal(rendered(config))) !== undefined) needed = fewer;
  }
  return needed;
}

async function refusals(stack: Generated, to: RenderedStack): Promise<readonly string[]> {
  const found = await Promise.all(
    readers.map(async (reader) => {
      const refusal = await reader.refusal(to);
      if (refusal === undefined) return [];
      const edits = (await least(reader, stack)).map(
        ({ paths, value }) => `${paths.map(formatPath).join(' and ')}: ${JSON.stringify(value)}`,
      );
      return [`${reader.name} refuses ${stack.base.name} with\n  ${edits.join('\n  ')}\nand says: ${refusal}`];
    }),
  );
  return found.flat();
}

let api: ApiServer;
let readers: readonly Reader[];
beforeAll(async () => {
  await programs('loki', 'promtail', 'otelcol', 'promtool', 'alertmanager', 'amtool');
  api = await startApiServer();
  readers = [
    apiServerReader(api),
    lokiReader(),
    promtailReader(),
    collectorReader(),
    nginxReader(),
    prometheusReader(),
    alertmanagerReader(),
  ];
}, BUILD_TIMEOUT);
afterAll(async () => {
  say(readers.map((reader) => `${reader.name} was asked ${reader.asked()} times`).join(', '));
  await api.stop();
});

describe(`given stack files of seed ${SEED}`, () => {
  test.each(Array.from({ length: BATCHES }, (_, index) => index))(
    'every reader takes what synth accepts of batch %i',
    async (batch) => {
      const stacks = fc.sample(anyStack, { seed: SEED * 1_000 + batch, numRuns: IN_A_BATCH }).map(acceptable);
      // A test whose stack files are all refused, or have no edits left, would show nothing.
      expect(stacks.flatMap(({ edits }) => edits).length).toBeGreaterThan(IN_A_BATCH * 3);
      const found = await Promise.all(
        stacks.map((stack) => refusals(stack, rendered(edited(stack.base.config, stack.edits)))),
      );
      expect(found.flat()).toEqual([]);
    },
  );
});

const long = (length: number): string => 'a'.repeat(length);
const LABELS = { [`${long(253)}/${long(63)}`]: long(63), empty: '' };

/** As long and as large as a value may be: a bound that is too wide, the readers see; one that is too narrow, synth. */
const LARGEST: StackConfigInput = {
  environment: 'staging',
  namespaces: { logging: long(63), agents: `b${long(62)}` },
  persistence: { size: '100Ti', storageClass: long(253) },
  auth: {
    loki: {
      tenants: [
        { name: long(150), write: [long(63)], read: [`r${long(62)}`, `c${long(62)}`], erase: [`e${long(62)}`] },
      ],
    },
  },
  limits: { maxTails: 65_535 },
  canary: { credential: `c${long(62)}` },
  gateway: { replicas: 1000, maxConnections: 65_535, tls: { clusterIssuer: long(253) } },
  grafana: {
    url: `https://${long(63)}.${long(63)}.${long(63)}.example.com`,
    credential: `r${long(62)}`,
    login: { adminUser: long(255) },
    ingress: { className: long(253), annotations: { [`${long(253)}/${long(63)}`]: `${long(1000)}\n é` } },
  },
  retention: { period: '36500d', deleteDelay: '36500d' },
  monitoring: {
    type: 'embedded',
    embedded: { retention: '36500d', persistence: { size: '100Ti' } },
    targets: [
      {
        job: long(63),
        host: `${long(63)}.${long(63)}.svc`,
        port: 65_535,
        path: `/${long(999)}`,
        egress: [{ namespace: long(63), podLabels: LABELS, port: 65_535 }],
      },
    ],
  },
  alertmanager: {
    type: 'embedded',
    receivers: [
      {
        type: 'email',
        name: long(63),
        to: [`${long(64)}@${long(63)}.example.com`],
        from: 'a@example.com',
        host: 'mail.example.com',
        port: 65_535,
        user: long(255),
        egress: [{ cidr: 'fd00::/8', port: 65_535 }],
      },
    ],
    groupWait: '1h',
    groupInterval: '24h',
    repeatInterval: '36500d',
    retention: '36500d',
  },
  agent: {
    credential: long(63),
    files: [{ name: long(57), job: long(63), directory: `/${long(200)}`, files: '{a,b*}/**/[a-z0]?.log' }],
  },
  pods: {
    all: {
      nodeSelector: LABELS,
      priorityClassName: long(253),
      runtimeClassName: long(253),
      labels: LABELS,
      annotations: { [`${long(253)}/${long(63)}`]: `${long(1000)}\n é` },
      env: { [long(128)]: long(32_768) },
      topologySpread: [
        {
          topologyKey: `${long(253)}/${long(63)}`,
          whenUnsatisfiable: 'DoNotSchedule',
          maxSkew: 2 ** 31 - 1,
          minDomains: 2 ** 31 - 1,
        },
      ],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: long(63), operator: 'In', values: [long(63), ''] },
                  { key: 'cores', operator: 'Lt', values: ['999999999999999999'] },
                ],
              },
            ],
          },
        },
      },
    },
    promtail: {
      tolerations: [
        { key: `${long(253)}/${long(63)}`, value: long(63), effect: 'NoExecute', tolerationSeconds: 2 ** 31 - 1 },
        { key: 'dedicated' },
        { operator: 'Exists' },
      ],
    },
  },
  services: { all: { labels: LABELS, annotations: { [`${long(253)}/${long(63)}`]: `${long(1000)}\n é` } } },
  images: { registry: `registry.example.com:65535/${long(120)}`, pullSecrets: [long(63), 'other'] },
  network: { clients: [{ namespace: long(63), podLabels: LABELS }] },
};

test('every reader takes what is as long, and as large, as it may be', async () => {
  const base = { name: 'the largest values', config: LARGEST };
  expect(await refusals({ base, edits: [] }, rendered(LARGEST))).toEqual([]);
});

/** What each reader refuses, so that the tests above can fail. */
test.each([
  ['the API server', 'ConfigMap', 'loki-config', { metadata: { name: 'Loki', namespace: 'logging' } }],
  [
    'Loki',
    'ConfigMap',
    'loki-config',
    {
      data: {
        'config.yaml': 'limits_config: { max_entries_limit_per_query: 9223372036854775808 }',
        'overrides.yaml': 'overrides: {}',
      },
    },
  ],
  [
    'Promtail',
    'ConfigMap',
    'promtail-config',
    {
      data: {
        'config.yaml':
          'server: {}\nscrape_configs: [{ job_name: a, pipeline_stages: [{ regex: { expression: "(" } }] }]\n',
      },
    },
  ],
  ['nginx', 'ConfigMap', 'gateway-config', { data: { 'nginx.conf': 'events {}\nhttp { server { listen 0; } }\n' } }],
  [
    'Prometheus',
    'ConfigMap',
    'prometheus-config',
    {
      data: {
        'prometheus.yaml': 'scrape_configs: [{ job_name: a }, { job_name: a }]',
        'stack-rules.yaml': 'groups: []',
      },
    },
  ],
  [
    'Alertmanager',
    'ConfigMap',
    'alertmanager-config',
    { data: { 'alertmanager.yml': 'route: { receiver: nobody }', 'spywatcher.tmpl': '' } },
  ],
])('%s refuses a %s %s that is spoilt', async (name, kind, objectName, spoilt) => {
  const whole = rendered({ environment: 'dev' });
  const objects = whole.objects.map((object) =>
    object.kind === kind && object.metadata.name === objectName ? { ...object, ...spoilt } : object,
  );
  const reader = readers.find((one) => one.name === name);
  expect(await reader?.refusal(whole)).toBeUndefined();
  expect(await reader?.refusal({ ...whole, objects })).toEqual(expect.any(String));
});

test('there are edits of every key of the schema', () => {
  const keys = new Set([...EDITS_OF.values()].flatMap((edits) => edits.map(([key]) => key)));
  expect(keys.size).toBeGreaterThan(300);
});
