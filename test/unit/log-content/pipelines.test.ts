/** What the pipelines are made of; what they do with lines is shown on the real Promtail, by test/binaries. */
import {
  FORMATS,
  JOBS,
  LABELS,
  LEVEL_ALIASES,
  LEVELS,
  POD_LABELS,
  SECRET_PATTERNS,
  STRUCTURED_METADATA,
} from '../../../src/log-model';
import { type FileSource, PIPELINES, scrapeConfigs, type ScrapeProps } from '../../../src/pipelines';
import { unlike } from '../../../src/pipelines/multiline';
import { podRelabelConfigs } from '../../../src/pipelines/discovery';
import { redact } from '../../../src/pipelines/redaction';
import { configWith } from '../../support/config';

const statements: FileSource = {
  name: 'statements',
  job: 'postgres',
  format: 'postgres',
  directory: '/var/log/postgresql',
  files: '*.csv',
};
const props: ScrapeProps = {
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
  readonly target_label?: string;
  readonly regex?: string;
  readonly replacement?: string;
  readonly action?: string;
}

/** As Promtail reads it. */
const configs = JSON.parse(JSON.stringify(scrapeConfigs(props))) as readonly ScrapeConfig[];
const stagesOf = (name: string) => configs.find(({ job_name }) => job_name === name)?.pipeline_stages ?? [];
const relabelConfigs = (format: (typeof FORMATS)[number]) =>
  JSON.parse(JSON.stringify(podRelabelConfigs(format, props.excludeNamespaces))) as readonly RelabelConfig[];
const toJob = relabelConfigs('auto').find(({ target_label: label }) => label === LABELS.job);

/** The formats whose scrape config keeps a pod with these two labels. */
function formatsOf(format: string, job: string): readonly string[] {
  return FORMATS.filter((name) => {
    const step = relabelConfigs(name).find(({ source_labels: [first] }) => first?.includes('_format'));
    const matches = new RegExp(`^(?:${step?.regex ?? ''})$`).test(`${format};${job}`);
    return step?.action === 'keep' ? matches : !matches;
  });
}

describe('scrape configs', () => {
  it('are one for each format and one for each folder of files', () => {
    expect(configs.map(({ job_name: name }) => name)).toEqual([
      ...FORMATS.map((format) => `pods-${format}`),
      'files-statements',
    ]);
  });

  it('discover pods in the same words, so that Promtail watches the API server once', () => {
    const discovery = configs.slice(0, FORMATS.length).map((config) => JSON.stringify(config.kubernetes_sd_configs));
    expect(new Set(discovery)).toEqual(new Set(['[{"role":"pod"}]']));
  });

  it('end with the labels of the log model and no other', () => {
    for (const { pipeline_stages: stages } of configs)
      expect(stages.at(-1)).toEqual({ labelallow: Object.values(LABELS) });
  });

  it('cut a line that never ends', () => {
    expect(stagesOf('pods-auto')).toContainEqual({
      cri: { max_partial_line_size: 1000, max_partial_line_size_truncate: true },
    });
  });

  it('leave lines out by rule, after everything that rules match', () => {
    expect(stagesOf('pods-auto').slice(-3, -1)).toEqual([
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
        labels: { job: 'postgres', service: 'postgres', app: 'postgres', __path__: '/logs/statements/*.csv' },
      },
    ]);
  });

  it('keep each pipeline’s fields as structured metadata, with where a line is from', () => {
    for (const format of FORMATS) {
      const [metadata] = stagesOf(`pods-${format}`).flatMap((stage) => stage['structured_metadata'] ?? []);
      expect(Object.keys(metadata as object)).toEqual([...PIPELINES[format].metadata, 'pod']);
    }
    for (const field of STRUCTURED_METADATA) expect(Object.values<string>(LABELS)).not.toContain(field);
  });
});

describe('pods', () => {
  it('start with labels of the log model, but for level, which the line has, and node, which the agent has', () => {
    const targets = relabelConfigs('auto')
      .flatMap(({ target_label: label }) => label ?? [])
      .filter((label) => label !== '__path__');
    const own = Object.values(LABELS).filter((label) => label !== LABELS.level && label !== LABELS.node);
    expect(new Set(targets)).toEqual(new Set(['pod', ...own]));
  });

  it('are left out in excluded namespaces, and in none where none is', () => {
    expect(relabelConfigs('auto')[0]).toEqual({
      source_labels: ['__meta_kubernetes_namespace'],
      regex: 'kube-system|noise',
      action: 'drop',
    });
    expect(podRelabelConfigs('auto', []).filter((step) => step['source_labels'] === undefined)).toEqual([]);
  });

  it('have the job of their own word before their app label before their container', () => {
    expect(toJob?.source_labels).toEqual([
      '__meta_kubernetes_pod_label_logs_spywatcher_dev_job',
      '__meta_kubernetes_pod_label_app_kubernetes_io_name',
      '__meta_kubernetes_pod_label_app',
      '__meta_kubernetes_pod_container_name',
    ]);
    expect(POD_LABELS.job).toBe('logs.spywatcher.dev/job');
  });

  it.each([
    ['a;b;c', 'a'],
    [';b;c', 'b'],
    [';;c', 'c'],
    [';;', undefined],
  ])('take of %j the first that is not empty: %s', (joined, first) => {
    expect(new RegExp(`^(?:${toJob?.regex ?? ''})$`).exec(joined)?.[1]).toBe(first);
  });

  it('are read by the files of each container, a static pod’s by the hash of its manifest', () => {
    const paths = relabelConfigs('auto').filter(({ target_label: label }) => label === '__path__');
    expect(paths.map(({ replacement }) => replacement)).toEqual([
      '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
      '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
    ]);
    expect(paths.at(-1)?.source_labels).toContain('__meta_kubernetes_pod_annotation_kubernetes_io_config_hash');
  });

  it.each([
    ['', JOBS.backend, 'auto'],
    ['', JOBS.postgres, 'postgres'],
    ['', 'postgresql', 'postgres'],
    ['', JOBS.redis, 'redis'],
    ['', 'valkey', 'redis'],
    ['', JOBS.pgbouncer, 'pgbouncer'],
    ['', JOBS.nginx, 'nginx'],
    ['', 'nginx-exporter', 'auto'],
    ['', '', 'auto'],
    ['postgres', 'orders-db', 'postgres'],
    ['python', JOBS.backend, 'python'],
    ['auto', JOBS.nginx, 'auto'],
    ['mistyped', 'orders', 'auto'],
    ['mistyped', JOBS.redis, 'auto'],
  ])('with format %j and job %j are read as %s, by one scrape config alone', (format, job, expected) => {
    expect(formatsOf(format, job)).toEqual([expected]);
  });
});

describe('RE2 for what does not begin like some texts', () => {
  const expression = new RegExp(`^(?:${unlike(['INFO', 'IN 9', '99-'], ' ')})`);

  it.each(['', 'I', 'IN', 'INF', 'INDEX', 'IN x', 'at', '9', '1a', '12', '12:'])('matches %j', (text) =>
    expect(expression.test(text)).toBe(true),
  );
  it.each(['INFO', 'INFORMATION', 'IN 7', '12-', '12-31', ' at'])('does not match %j', (text) =>
    expect(expression.test(text)).toBe(false),
  );
});

describe('levels', () => {
  const json = JSON.stringify(stagesOf('pods-auto'));

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
      const stages = stagesOf(`pods-${format}`);
      const { json, text, textOrPairs } = redact({ further: props.redact, allow: props.allow });
      const all = new Set(expressionsOf(stages));
      const expected = {
        auto: [json, textOrPairs],
        python: [json, textOrPairs],
        redis: [textOrPairs],
        pgbouncer: [text],
        nginx: [json, text],
        postgres: [json, text],
      }[format];
      expect(expected.flatMap(expressionsOf).filter((expression) => !all.has(expression))).toEqual([]);
      // Redacted before fields are taken out of the line.
      const [first = ''] =
        /"(?:replace|json)":\{"expression/.exec(
          JSON.stringify(stages).replaceAll(/"expression":"(?:\^\(\)| stderr |\(\\\\x1b)/g, ''),
        ) ?? [];
      expect(first).toContain('replace');
    },
  );

  it('has an expression for every pattern of the log model, and for the stack’s own', () => {
    const { json, textOrPairs } = redact({ further: props.redact, allow: [] });
    const all = new Set([json, textOrPairs].flatMap(expressionsOf));
    // Those of the table, of pairs put apart and together, and the stack’s own.
    expect(all.size).toBe(new Set(SECRET_PATTERNS.map((pattern) => JSON.stringify(pattern))).size + 2 + 1);
    expect(all).toContain(props.redact[0]?.expression);
  });
});

test.each([[], [{ name: 'debug', selector: '{level="debug"}', patterns: [], keep: 0 }]])(
  'Loki’s lines with a query in them, and of queries about erasures, are left out, whatever else is: %j',
  (...drop) => {
    const { agent } = configWith({ agent: { drop } });
    const pods = scrapeConfigs({ ...props, drop: agent.drop }).find(({ job_name: name }) => name === 'pods-auto');
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

describe('the default drop rule', () => {
  const [rule] = configWith().agent.drop;
  const patterns = (rule?.patterns ?? []).map((pattern) => new RegExp(pattern));
  const matches = (line: string): boolean => patterns.some((pattern) => pattern.test(line));

  it.each([
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET /health HTTP/1.1" 200 3 "-" "curl"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "HEAD /readyz?verbose=1 HTTP/1.1" 204 0 "-" "-"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET / HTTP/1.1" 200 3 "-" "kube-probe/1.36"',
    '{"level":"info","method":"GET","path":"/livez","status":200}',
  ])('leaves out %s', (line) => expect(matches(line)).toBe(true));

  it.each([
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET /health HTTP/1.1" 503 3 "-" "curl"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET /healthy-food HTTP/1.1" 200 3 "-" "curl"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "POST /health HTTP/1.1" 200 3 "-" "curl"',
    '{"level":"info","message":"asked for /health","path":"/guilds"}',
  ])('keeps %s', (line) => expect(matches(line)).toBe(false));

  it('keeps what fails', () => expect(rule?.selector).toBe('{level=~"info|debug"}'));
});
