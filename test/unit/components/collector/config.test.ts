/** The Collector's config file; that the real Collector takes it, and what it does then, is shown by test/binaries. */
import { collectorArgs, collectorConfig } from '../../../../src/components/collector/config';
import type { StackConfigInput } from '../../../../src/config';
import { LABELS } from '../../../../src/log-model';
import { CANARY, configWith } from '../../../support/config';

type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
interface Config {
  readonly receivers: Components;
  readonly processors: Components;
  readonly connectors: Components;
  readonly exporters: Components;
  readonly extensions: Components;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<
      Record<string, Readonly<Record<'receivers' | 'processors' | 'exporters', readonly string[]>>>
    >;
  };
}

/** As the Collector reads it. */
const configOf = (differences: Partial<StackConfigInput> = {}): Config =>
  JSON.parse(JSON.stringify(collectorConfig(configWith(differences)))) as Config;

const FILES = [
  { name: 'statements', job: 'postgres', format: 'postgres', directory: '/var/log/postgresql', files: '*.csv' },
] as const;
const everything = configOf({ agent: { files: [...FILES] }, ...CANARY });

test('every component that a pipeline names is there, and every one that is there is used', () => {
  const { receivers, processors, connectors, exporters, extensions, service } = everything;
  const used = Object.values(service.pipelines);
  const names = (part: 'receivers' | 'processors' | 'exporters'): readonly string[] =>
    [...new Set(used.flatMap((pipeline) => pipeline[part]))].sort();
  const keys = (...components: readonly Components[]): readonly string[] => components.flatMap(Object.keys).sort();
  expect(names('receivers')).toEqual(keys(receivers, connectors));
  expect(names('processors')).toEqual(keys(processors));
  expect(names('exporters')).toEqual(keys(exporters, connectors));
  expect([...service.extensions].sort()).toEqual(keys(extensions));
});

test('records reach Loki whether there is something to redact or not', () => {
  const { connectors, service } = everything;
  const { default_pipelines: clean, table } = connectors['routing/redaction'] as {
    readonly default_pipelines: readonly string[];
    readonly table: readonly { readonly pipelines: readonly string[] }[];
  };
  expect(clean).toEqual(['logs/records']);
  // The first one copies.
  for (const name of table.slice(1).flatMap(({ pipelines }) => pipelines))
    expect(service.pipelines[name]?.exporters).toEqual(['forward/redacted']);
  expect(service.pipelines['logs/records']).toMatchObject({
    receivers: ['routing/redaction', 'forward/redacted'],
    exporters: ['otlp_http/loki'],
  });
});

test('requests to the gateway are counted on copies of its records, and each filter’s name says what it counts', () => {
  const { connectors, processors, service } = everything;
  expect(connectors['routing/redaction']).toMatchObject({
    table: [
      {
        context: 'resource',
        condition: '(attributes["app"] == "gateway" and attributes["namespace"] == "logging")',
        action: 'copy',
        pipelines: ['logs/gateway'],
      },
      {},
      {},
      {},
    ],
  });
  const counting = ['filter/gateway/unauthorized', 'filter/gateway/server_errors'];
  expect(service.pipelines['logs/gateway']).toEqual({
    receivers: ['routing/redaction'],
    processors: counting,
    exporters: ['nop'],
  });
  const conditions = counting.map((name) => processors[name]?.['log_conditions']);
  expect(conditions).toEqual([
    [{ context: 'log', conditions: [String.raw`IsMatch(log.body, "\"status\":401,")`] }],
    [{ context: 'log', conditions: [String.raw`IsMatch(log.body, "\"status\":5\\d\\d,")`] }],
  ]);
});

test('its credential is read from a file; without auth there is none', () => {
  expect(everything.extensions['basicauth']).toEqual({
    client_auth: { username: 'promtail', password_file: '/etc/collector-credential/password' },
  });
  expect(everything.exporters['otlp_http/loki']).toMatchObject({ auth: { authenticator: 'basicauth' } });
  const open = configOf({ auth: { loki: { enabled: false } } });
  expect(open.extensions['basicauth']).toBeUndefined();
  expect(open.exporters['otlp_http/loki']?.['auth']).toBeUndefined();
  expect(open.service.extensions).not.toContain('basicauth');
});

test('it sends through the gateway, by TLS with its CA where the gateway has TLS', () => {
  expect(everything.exporters['otlp_http/loki']).toMatchObject({ endpoint: 'http://gateway.logging.svc:80/otlp' });
  expect(configOf({ gateway: { tls: {} } }).exporters['otlp_http/loki']).toMatchObject({
    endpoint: 'https://gateway.logging.svc:443/otlp',
    tls: { ca_file: '/etc/collector-gateway-ca/ca.crt' },
  });
});

test('nothing that it has read is dropped while Loki is away: it waits on disk, and then reading waits', () => {
  expect(everything.exporters['otlp_http/loki']).toMatchObject({
    retry_on_failure: { max_elapsed_time: 0 },
    sending_queue: { storage: 'file_storage', block_on_overflow: true },
  });
  for (const receiver of Object.values(everything.receivers))
    expect(receiver).toMatchObject({
      storage: 'file_storage',
      start_at: 'beginning',
      retry_on_failure: { enabled: true, max_elapsed_time: 0 },
    });
});

test('what a receiver notes as read is on the queue', () => {
  expect(collectorArgs('/etc/config.yaml')).toEqual([
    '--config=/etc/config.yaml',
    '--feature-gates=stanza.synchronousLogEmitter',
  ]);
});

test('a file that was rotated while the agent was away is read to its end; one that is compressed is not', () => {
  expect(everything.receivers['file_log/pods']).toMatchObject({
    include: ['/var/log/pods/*/*/*.log', '/var/log/pods/*/*/*.log.????????-??????'],
  });
});

test('of Docker’s files only the current one has a link in the folder of pods', () => {
  const { receivers } = configOf({ agent: { containerRuntime: { type: 'docker' } } });
  expect(receivers['file_log/pods']?.['include']).toEqual(['/var/log/pods/*/*/*.log']);
});

describe('given further destinations', () => {
  const EGRESS = [{ cidr: '203.0.113.22/32', port: 443 }];
  const { connectors, exporters, extensions, processors, service } = configOf({
    agent: {
      type: 'collector',
      also: [
        {
          name: 'archive',
          url: 'https://otlp.example.com/otlp',
          user: 'watch',
          privateCa: true,
          queueSize: '1Gi',
          egress: EGRESS,
        },
        { name: 'siem', url: 'https://siem.example.com', egress: EGRESS },
      ],
    },
  });

  test('they get what Loki gets, after everything else was done with it', () => {
    expect(service.pipelines['logs/records']?.exporters).toEqual(['otlp_http/loki', 'forward/also']);
    expect(service.pipelines['logs/also']).toEqual({
      receivers: ['forward/also'],
      processors: ['batch/also'],
      exporters: ['otlp_http/archive', 'otlp_http/siem'],
    });
    expect(connectors['forward/also']).toEqual({});
  });

  test('no error of theirs comes back to where lines are read, and no record waits for others', () => {
    expect(processors['batch/also']).toEqual({ timeout: 0, send_batch_size: 0 });
  });

  test('each has a queue of its own, and what does not fit there waits for nobody', () => {
    expect(exporters['otlp_http/archive']).toMatchObject({
      endpoint: 'https://otlp.example.com/otlp',
      retry_on_failure: { max_elapsed_time: 0 },
      sending_queue: { storage: 'file_storage', queue_size: 2 ** 30, block_on_overflow: false },
    });
    expect(exporters['otlp_http/siem']).toMatchObject({ sending_queue: { queue_size: 512 * 2 ** 20 } });
  });

  test('a password and a CA are read from files; without a user none is sent', () => {
    expect(extensions['basicauth/archive']).toEqual({
      client_auth: { username: 'watch', password_file: '/etc/collector-also/archive_password' },
    });
    expect(service.extensions).toContain('basicauth/archive');
    expect(exporters['otlp_http/archive']).toMatchObject({
      auth: { authenticator: 'basicauth/archive' },
      tls: { ca_file: '/etc/collector-also/archive_ca.crt' },
    });
    expect(Object.keys(exporters['otlp_http/siem'] ?? {})).toEqual(['endpoint', 'retry_on_failure', 'sending_queue']);
  });

  test('pushes have the host that they go to; without further destinations there is one', () => {
    expect(JSON.stringify(service)).toContain('"included":["http.response.status_code","server.address"]');
    expect(JSON.stringify(everything.service)).not.toContain('server.address');
  });
});

describe('given a tenant of some namespaces', () => {
  const AUTH = {
    auth: {
      loki: {
        tenants: [
          { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
          { name: 'team', write: ['team-agent'], read: ['team'] },
        ],
      },
    },
  };
  const { connectors, exporters, extensions, receivers, service } = configOf({
    ...AUTH,
    agent: {
      type: 'collector',
      excludeNamespaces: ['noise'],
      tenants: [{ namespaces: ['team', 'team-*'], credential: 'team-agent', queueSize: '300Mi' }],
    },
  });

  test('their records go one way, and all others go the other', () => {
    expect(service.pipelines['logs/records']?.exporters).toEqual(['routing/tenants']);
    expect(connectors['routing/tenants']).toEqual({
      error_mode: 'silent',
      default_pipelines: ['logs/loki'],
      table: [
        {
          context: 'resource',
          condition: 'IsMatch(attributes["namespace"], "^(?:team|team-.*)$$")',
          pipelines: ['logs/loki/team-agent'],
        },
      ],
    });
    const way = (exporter: string) => ({ receivers: ['routing/tenants'], processors: [], exporters: [exporter] });
    expect(service.pipelines['logs/loki']).toEqual(way('otlp_http/loki'));
    expect(service.pipelines['logs/loki/team-agent']).toEqual(way('otlp_http/loki/team-agent'));
  });

  test('each way has its credential, and its queue, which reading waits for', () => {
    expect(exporters['otlp_http/loki/team-agent']).toMatchObject({
      endpoint: exporters['otlp_http/loki']?.['endpoint'],
      auth: { authenticator: 'basicauth/tenant/team-agent' },
      sending_queue: { storage: 'file_storage', queue_size: 300 * 2 ** 20, block_on_overflow: true },
    });
    expect(extensions['basicauth/tenant/team-agent']).toEqual({
      client_auth: { username: 'team-agent', password_file: '/etc/collector-tenants/team-agent/password' },
    });
    expect(service.extensions).toContain('basicauth/tenant/team-agent');
    expect(exporters['otlp_http/loki']).toMatchObject({ auth: { authenticator: 'basicauth' } });
  });

  test('their files are read by a receiver of their own, and by no other', () => {
    expect(receivers['file_log/pods/team-agent']).toMatchObject({
      include: ['team', 'team-*']
        .flatMap((name) => [`/var/log/pods/${name}_*_*/*/*.log`])
        .concat(['team', 'team-*'].map((name) => `/var/log/pods/${name}_*_*/*/*.log.????????-??????`)),
      exclude: ['/var/log/pods/noise_*_*/*/*'],
    });
    expect(receivers['file_log/pods']).toMatchObject({
      include: ['/var/log/pods/*/*/*.log', '/var/log/pods/*/*/*.log.????????-??????'],
      exclude: ['noise', 'team', 'team-*'].map((name) => `/var/log/pods/${name}_*_*/*/*`),
    });
    expect(service.pipelines['logs/pods']?.receivers).toEqual(['file_log/pods', 'file_log/pods/team-agent']);
  });
});

test('lines have the labels of the stack file, and what else is made of a pod’s labels is kept beside them', () => {
  const { processors } = configOf({
    agent: {
      labels: { region: 'eu' },
      podLabels: [
        { type: 'label', name: 'team', podLabel: 'example.com/team', values: ['a', 'b'] },
        { type: 'metadata', name: 'owner', podLabel: 'example.com/owner' },
      ],
    },
  });
  const text = JSON.stringify(processors['transform/pods']);
  const set = (statement: string) => JSON.stringify(statement).slice(1, -1);
  expect(text).toContain(set('set(resource.attributes["region"], "eu")'));
  expect(text).toContain(
    set(
      'set(resource.attributes["team"], resource.attributes["label example.com/team"]) where (resource.attributes["label example.com/team"] == "a" or resource.attributes["label example.com/team"] == "b")',
    ),
  );
  expect(JSON.stringify(processors['transform/labels'])).toContain(set('"node", "region", "team", "pod", "owner"])'));
  expect(processors['k8s_attributes']).toMatchObject({
    extract: {
      labels: expect.arrayContaining([
        { key: 'example.com/team', from: 'pod', tag_name: 'label example.com/team' },
      ]) as unknown,
    },
  });
});

test('pods of excluded namespaces are not read', () => {
  const { receivers } = configOf({ agent: { excludeNamespaces: ['noise', '*-test'] } });
  expect(receivers['file_log/pods']?.['exclude']).toEqual([
    '/var/log/pods/noise_*_*/*/*',
    '/var/log/pods/*-test_*_*/*/*',
  ]);
  expect(everything.receivers['file_log/pods']?.['exclude']).toBeUndefined();
});

test('files of a folder have the labels and the format of the stack file', () => {
  expect(everything.receivers['file_log/statements']).toMatchObject({
    include: ['/logs/statements/*.csv'],
    resource: { job: 'postgres', service: 'postgres', app: 'postgres', format: 'postgres' },
  });
  expect(configOf().service.pipelines['logs/files']).toBeUndefined();
});

test('only the pods of its own node are watched', () => {
  expect(everything.processors['k8s_attributes']?.['filter']).toEqual({ node_from_env_var: 'NODE_NAME' });
});

test('only the log model’s labels are left of a source, and the pod', () => {
  const statements = JSON.stringify(everything.processors['transform/labels']);
  const names = Object.values(LABELS).map((label) => `\\"${label}\\"`);
  expect(statements).toContain(`keep_keys(resource.attributes, [${names.join(', ')}, \\"pod\\"])`);
});

describe('drop rules', () => {
  const conditionsOf = (rule: {
    readonly selector: string;
    readonly patterns?: readonly string[];
    readonly keep?: number;
  }) => {
    const { processors, service } = configOf({ agent: { drop: [{ name: 'own', ...rule }] } });
    expect(service.pipelines['logs/records']?.processors).toContain('filter/own');
    const { log_conditions: all } = processors['filter/own'] as {
      readonly log_conditions: readonly { readonly conditions: readonly string[] }[];
    };
    return all.flatMap(({ conditions }) => conditions);
  };

  test.each([
    ['{level="info"}', '(resource.attributes["level"] != nil and resource.attributes["level"] == "info")'],
    ['{level=""}', '(resource.attributes["level"] == nil or resource.attributes["level"] == "")'],
    ['{level!="info"}', '(resource.attributes["level"] == nil or not (resource.attributes["level"] == "info"))'],
    ['{job=~"a|b"}', '(resource.attributes["job"] != nil and IsMatch(resource.attributes["job"], "^(?:a|b)$$"))'],
    ['{job!~"a|b"}', '(resource.attributes["job"] == nil or not (IsMatch(resource.attributes["job"], "^(?:a|b)$$")))'],
  ])('%s', (selector, condition) => {
    expect(conditionsOf({ selector })).toEqual([condition]);
  });

  test('with patterns, a line has to match one of them as well', () => {
    expect(conditionsOf({ selector: '{job="a"}', patterns: ['x$', 'y'] })).toEqual([
      '((resource.attributes["job"] != nil and resource.attributes["job"] == "a") and (IsMatch(log.body, "x$$") or IsMatch(log.body, "y")))',
    ]);
  });

  test('a fraction is kept by the digits of a hash', () => {
    const [condition = ''] = conditionsOf({ selector: '{job="a"}', keep: 0.1 });
    expect(condition).toContain('/ 10000 * 10000 >= 1000');
    expect(condition).toContain('/ 10000 * 10000 <= -1000');
  });

  test('what the canary says of its own work is known by its stream', () => {
    expect(JSON.stringify(everything.processors['filter/words-of-the-canary'])).toContain(
      JSON.stringify('(log.attributes["stream"] != nil and log.attributes["stream"] == "stderr")').slice(1, -1),
    );
  });

  test('the stack’s own come first', () => {
    expect(
      everything.service.pipelines['logs/records']?.processors.filter((name) => name.startsWith('filter/')),
    ).toEqual([
      'filter/queries-of-loki',
      'filter/erasure-not-allowed',
      'filter/words-of-the-canary',
      'filter/health-checks',
    ]);
  });
});

describe('given a moment to read from', () => {
  const since = '2027-03-01T12:00:00Z';
  const nanoseconds = `${Date.UTC(2027, 2, 1, 12)}000000`;

  test('lines of pods are left out by the time of the runtime, before anything is done with them', () => {
    const { processors, service } = configOf({ agent: { since } });
    expect(service.pipelines['logs/pods']?.processors[0]).toBe('filter/before-since');
    expect(processors['filter/before-since']).toMatchObject({
      log_conditions: [{ context: 'log', conditions: [`log.time_unix_nano < ${nanoseconds}`] }],
    });
    expect(JSON.stringify(service)).not.toContain('before-since-of-files');
  });

  test('records of files are left out by their own time, once it is read', () => {
    const { processors, service } = configOf({ agent: { since, files: [...FILES] } });
    expect(service.pipelines['logs/records']?.processors.slice(0, 2)).toEqual([
      'transform/records',
      'filter/before-since-of-files',
    ]);
    expect(JSON.stringify(processors['filter/before-since-of-files'])).toContain(
      JSON.stringify(`(log.attributes["filename"] != nil and log.time_unix_nano < ${nanoseconds})`).slice(1, -1),
    );
  });
});
