/** What Promtail's pipelines are made of; what they do with lines is shown on the real Promtail, by test/binaries. */
import {
  FORMATS,
  LABELS,
  LEVEL_ALIASES,
  LEVELS,
  SECRET_PATTERNS,
  STRUCTURED_METADATA,
} from '../../../../src/log-model';
import { PIPELINES, scrapeConfigs } from '../../../../src/pipelines/promtail';
import { redact } from '../../../../src/pipelines/promtail/redaction';
import type { Stage } from '../../../../src/pipelines/promtail/stage';
import type { FileSource, ScrapeProps } from '../../../../src/pipelines/scrape-props';
import { configWith } from '../../../support/config';

const statements: FileSource = {
  name: 'statements',
  job: 'postgres',
  format: 'postgres',
  directory: '/var/log/postgresql',
  files: '*.csv',
};
const props: ScrapeProps = {
  runtime: 'cri',
  labels: {},
  podLabels: [],
  extract: [],
  streamLabels: Object.values(LABELS),
  excludeNamespaces: ['kube-system', 'noise'],
  files: [statements],
  redact: [{ name: 'guild-invite', expression: 'discord\\.gg/(\\w+)' }],
  allow: ['maxTokens'],
  drop: [
    { name: 'silence', selector: '{job="redis"}', patterns: [], keep: 0 },
    { name: 'half', selector: '{job="nginx"}', patterns: ['GET', 'HEAD'], keep: 0.5 },
  ],
  gatewayNamespace: 'logging',
  maxPartialLine: 1000,
  mountOf: ({ name }) => `/logs/${name}`,
};

interface ScrapeConfig {
  readonly job_name: string;
  readonly kubernetes_sd_configs?: unknown;
  readonly static_configs?: readonly { readonly labels: Readonly<Record<string, string>> }[];
  readonly relabel_configs?: readonly RelabelConfig[];
  readonly pipeline_stages: readonly Readonly<Record<string, unknown>>[];
}
interface RelabelConfig {
  readonly source_labels: readonly string[];
  readonly regex?: string;
  readonly action?: string;
}

/** As Promtail reads it. */
const configs = JSON.parse(JSON.stringify(scrapeConfigs(props))) as readonly ScrapeConfig[];
const configNamed = (name: string) => configs.find(({ job_name }) => job_name === name);
const stagesOf = (name: string) => configNamed(name)?.pipeline_stages ?? [];
const PODS = ['pods', 'pods-nginx'] as const;
const podsOf = (format: string) => (format === 'nginx' ? 'pods-nginx' : 'pods');
/** A stage for the lines of sources of some formats alone, and which. */
function formatsOf(
  stage: Stage,
): { readonly formats: readonly string[]; readonly stages: readonly Stage[] } | undefined {
  const match = stage['match'] as { readonly selector: string; readonly stages: readonly Stage[] } | undefined;
  const [, formats] = /^\{format=~?"([^"]*)"\}$/.exec(match?.selector ?? '') ?? [];
  return match === undefined || formats === undefined
    ? undefined
    : { formats: formats.split('|'), stages: match.stages };
}

/** What lines of one format go through, where stages of other formats stand beside its own. */
function pathOf(format: string, stages: readonly Stage[]): readonly Stage[] {
  return stages.flatMap((stage) => {
    const own = formatsOf(stage);
    if (own === undefined) return [stage];
    return own.formats.includes(format) ? pathOf(format, own.stages) : [];
  });
}

/** The stages of lines that are JSON, and of those that are none. */
function branchesOf(name: string): { readonly json: readonly Stage[]; readonly text: readonly Stage[] } {
  const [json = [], text = []] = ['|~', '!~'].map((operator) =>
    stagesOf(name).flatMap(({ match }) => {
      const { selector, stages } = (match ?? { selector: '', stages: [] }) as { selector: string; stages: Stage[] };
      return selector.startsWith(`{job=~".+"} ${operator} "^\\\\{`) ? stages : [];
    }),
  );
  return { json, text };
}

describe('scrape configs', () => {
  it('are one for web servers, one for all other pods, and one for all folders of files', () => {
    expect(configs.map(({ job_name: name }) => name)).toEqual(['pods', 'pods-nginx', 'files']);
    expect(scrapeConfigs({ ...props, files: [] }).map(({ job_name: name }) => name)).toEqual(['pods', 'pods-nginx']);
  });

  it('discover pods in the same words, so that Promtail watches the API server once', () => {
    const discovery = PODS.map((name) => JSON.stringify(configNamed(name)?.kubernetes_sd_configs));
    expect(new Set(discovery)).toEqual(new Set(['[{"role":"pod"}]']));
  });

  it('read each format once', () => {
    const kept = PODS.map(
      (name) => configNamed(name)?.relabel_configs?.filter(({ action }) => action === 'keep') ?? [],
    );
    expect(kept.map((steps) => steps.length)).toEqual([1, 1]);
    expect(kept.flat().flatMap(({ regex = '' }) => regex.split('|'))).toEqual(FORMATS);
    expect(kept.flat().map(({ source_labels: labels }) => labels)).toEqual([['format'], ['format']]);
  });

  it('end with the labels of the log model and no other', () => {
    for (const { pipeline_stages: stages } of configs)
      expect(stages.at(-1)).toEqual({ labelallow: Object.values(LABELS) });
  });

  it('cut a line that never ends', () => {
    expect(stagesOf('pods')).toContainEqual({
      cri: { max_partial_line_size: 1000, max_partial_line_size_truncate: true },
    });
  });

  it('leave lines out by rule, after everything that rules match', () => {
    expect(stagesOf('pods').slice(-3, -1)).toEqual([
      { match: { selector: '{job="redis"}', action: 'drop', drop_counter_reason: 'silence' } },
      {
        match: {
          selector: '{job="nginx"} |~ "(?:GET)|(?:HEAD)"',
          stages: [{ sampling: { rate: 0.5, drop_counter_reason: 'half' } }],
        },
      },
    ]);
  });

  it('read a folder of files where it is mounted, as its job', () => {
    const source = configs.at(-1);
    expect(source?.static_configs).toEqual([
      {
        targets: ['localhost'],
        labels: {
          job: 'postgres',
          service: 'postgres',
          app: 'postgres',
          format: 'postgres',
          __path__: '/logs/statements/*.csv',
        },
      },
    ]);
  });

  it('keep each pipeline’s fields as structured metadata, with where a line is from', () => {
    const kept = (format: string, stages: readonly Stage[]) =>
      pathOf(format, stages).flatMap((stage) => Object.keys(stage['structured_metadata'] ?? {}));
    const sources = [
      ...FORMATS.map((format) => [format, podsOf(format), 'pod'] as const),
      ['postgres', 'files', 'filename'] as const,
    ];
    for (const [format, name, origin] of sources) {
      const { metadata, json: own } = PIPELINES[format];
      const { json, text } = branchesOf(name);
      expect([format, ...kept(format, text)]).toEqual([format, ...metadata, origin]);
      // JSON that a format knows nothing of is any program's.
      expect([format, ...kept(format, json)]).toEqual([
        format,
        ...(own === undefined ? STRUCTURED_METADATA : metadata),
        origin,
      ]);
    }
    for (const field of STRUCTURED_METADATA) expect(Object.values<string>(LABELS)).not.toContain(field);
  });
});

describe('levels', () => {
  const json = JSON.stringify(stagesOf('pods'));

  it('have every spelling of the log model', () => {
    for (const alias of Object.keys(LEVEL_ALIASES))
      expect(json).toContain(JSON.stringify(JSON.stringify(alias)).slice(1, -1));
    expect(new Set(Object.values(LEVEL_ALIASES))).toEqual(new Set(LEVELS));
  });
});

describe('redaction', () => {
  /** Every expression of replacements, in order. */
  const expressionsOf = (stages: unknown): readonly string[] =>
    [...JSON.stringify(stages).matchAll(/"replace":\{"expression":("(?:[^"\\]|\\.)*")/g)].map(
      ([, found = '""']) => JSON.parse(found) as string,
    );

  it.each(FORMATS)(
    'of %s lines takes out every kind of secret, and the stack’s own, before a field is taken',
    (format) => {
      const redaction = redact({ further: props.redact, allow: props.allow });
      for (const name of [podsOf(format), ...(format === 'postgres' ? ['files'] : [])])
        for (const [form, stages] of Object.entries(branchesOf(name))) {
          const wanted = JSON.stringify(form === 'json' ? redaction.json : redaction.text).slice(1, -1);
          const [before = '', after = ''] = JSON.stringify(pathOf(format, stages)).split(wanted);
          expect(after).toContain('"structured_metadata"');
          // Before it, lines are only put together, and nothing is taken out of them but the time that they were marked with.
          const taken = [...before.matchAll(/"(json|logfmt|labels|regex)":\{(?!"expression":"\^\\\\x01)/g)];
          expect([name, form, ...taken.map(([, kind]) => kind)]).toEqual([name, form]);
        }
    },
  );

  it('has an expression for every pattern of the log model, and for the stack’s own', () => {
    const { json, text } = redact({ further: props.redact, allow: [] });
    const all = new Set([json, text].flatMap(expressionsOf));
    // Those of the table, of pairs put apart and together, and the stack’s own.
    expect(all.size).toBe(new Set(SECRET_PATTERNS.map((pattern) => JSON.stringify(pattern))).size + 2 + 1);
    expect(all).toContain(props.redact[0]?.expression);
  });
});

test.each([[], [{ name: 'debug', selector: '{level="debug"}', patterns: [], keep: 0 }]])(
  'Loki’s lines with a query in them, and of queries about erasures, are left out, whatever else is: %j',
  (...drop) => {
    const { agent } = configWith({ agent: { drop } });
    const pods = scrapeConfigs({ ...props, drop: agent.drop }).find(({ job_name: name }) => name === 'pods');
    for (const [name, pattern] of [
      ['queries-of-loki', String.raw`\"query\":\"`],
      ['erasure-not-allowed', 'deletion is not available for this tenant'],
    ])
      expect(pods?.['pipeline_stages']).toContainEqual({
        match: {
          selector: `{app=~"loki|compactor"} |~ "${pattern}"`,
          action: 'drop',
          drop_counter_reason: name,
        },
      });
  },
);
