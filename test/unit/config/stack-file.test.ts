import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig, parseStackEntries } from '../../../src/config';
import { AUDIT_RULES, configError, configWith, ENCRYPTED, ENCRYPTED_BY_CLOUD } from '../../support/config';

const entries = (secrets: unknown) =>
  [
    ['spywatcher-logs:environment', 'dev'],
    ['spywatcher-logs:secrets', secrets],
  ] as const;

describe('given a stack file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'stack-file-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const load = (text: string) => {
    writeFileSync(join(directory, 'Pulumi.test.yaml'), text);
    return loadStackConfig(directory, 'test');
  };

  it('reads this project’s keys and leaves those of others alone', () => {
    expect(load('config:\n  aws:region: x\n  kubernetes:context: y\n  spywatcher-logs:environment: dev\n')).toEqual(
      configWith(),
    );
  });

  it('takes no notice of encrypted secrets and of what Pulumi keeps beside the config', () => {
    const text = 'encryptionsalt: v1:x\nconfig:\n  spywatcher-logs:environment: dev\n';
    for (const { secure } of [ENCRYPTED, ENCRYPTED_BY_CLOUD])
      expect(
        load(`${text}  spywatcher-logs:secrets:\n    grafana:\n      adminPassword:\n        secure: ${secure}\n`),
      ).toEqual(configWith());
    expect(load(`${text}  spywatcher-logs:secrets:\n`)).toEqual(configWith());
  });

  test.each(['config:\n', 'config: {}\n', 'config:\n  other:environment: dev\n'])(
    'asks for an environment of the file %j',
    (text) => {
      const error = configError(() => load(text));
      expect(error.source).toBe('Pulumi.test.yaml');
      expect(error.problems.map(({ path }) => path)).toEqual(['environment']);
    },
  );

  test.each([
    ['', '(an empty file)'],
    ['# nothing\n', '(an empty file)'],
    ['encryptionsalt: v1:x\n', '(missing)'],
    ['config: []\n', '(a list)'],
    ['config: text\n', '(a string)'],
    ['text\n', '(a string)'],
    ['- a\n', '(a list)'],
  ])('asks for a config of the file %j, and for nothing else', (text, received) => {
    expect(configError(() => load(text)).problems).toEqual([
      {
        path: 'config',
        received,
        rule: 'a stack file has a mapping config with keys of this project, spywatcher-logs:environment at least',
        remedy: 'write config: and below it, indented, spywatcher-logs:environment: dev, staging or prod',
      },
    ]);
  });

  test.each([
    ['a quote that does not close', 'config:\n  spywatcher-logs:secrets: "hunter2\n', 'line 3, column 1'],
    ['a key that stands there twice', 'config:\n  a: hunter2\n  a: hunter2\n', 'line 3, column 3'],
    ['a tab for indentation', 'config:\n\tpassword: hunter2\n', 'line 2, column 1'],
  ])('says where %s is, and not what', (_, text, path) => {
    const error = configError(() => load(text));
    expect(error.problems).toMatchObject([{ path, received: '(not shown)' }]);
    expect(error.message).not.toContain('hunter2');
  });

  it('reads the rule files that it names, from its own folder', () => {
    mkdirSync(join(directory, 'alerts'), { recursive: true });
    writeFileSync(join(directory, 'alerts', 'team.yaml'), AUDIT_RULES);
    const text = 'config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:alerting:\n    files:\n';
    expect(load(`${text}      - path: alerts/team.yaml\n`).alerting.files).toEqual([
      { path: 'alerts/team.yaml', content: AUDIT_RULES },
    ]);
    expect(configError(() => load(`${text}      - path: alerts/absent.yaml\n`)).problems).toEqual([
      {
        path: 'alerting.files[0].path',
        received: '"alerts/absent.yaml"',
        rule: 'a file that can be read, from the folder of the stack file (missing)',
        remedy: 'check the path, or create the file',
      },
    ]);
  });

  it('reports a rule file that is not there together with all else, and reads the others', () => {
    writeFileSync(join(directory, 'mine.yaml'), 'groups: [{ name: a, rules: [{ alert: A, expr: *.log }] }]\n');
    writeFileSync(join(directory, 'utf16.yaml'), Buffer.from('\ufeffgroups: []\n', 'utf16le'));
    mkdirSync(join(directory, 'folder.yaml'), { recursive: true });
    const files = ['absent', 'mine', 'folder', 'utf16'].map((name) => `{ path: ${name}.yaml }`).join(', ');
    const text = `config:
  spywatcher-logs:environment: production
  spywatcher-logs:alerting: { files: [${files}] }
  spywatcher-logs:gateway: { replicas: 0 }
`;
    const { problems } = configError(() => load(text));
    expect(problems.map(({ path, rule }) => [path, rule])).toEqual([
      ['alerting.files[0].path', 'a file that can be read, from the folder of the stack file (missing)'],
      ['alerting.files[2].path', 'a file that can be read, from the folder of the stack file (a folder, not a file)'],
      ['alerting.files[3].path', 'text in UTF-8; this is UTF-16'],
      ['environment', 'one of dev, staging, prod'],
      ['gateway.replicas', expect.stringContaining('a whole number') as string],
      ['alerting.files[1]', expect.stringContaining('line 1, column 47: an alias (*name)') as string],
    ]);
  });

  it('takes a section in JSON, as Pulumi hands it over, and a text that is none for what it is', () => {
    const text = (json: string) =>
      `config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:retention: '${json}'\n`;
    expect(load(text('{"period": "9d"}')).retention.period).toEqual(
      configWith({ retention: { period: '9d' } }).retention.period,
    );
    expect(configError(() => load(text('{period: 9d}'))).problems).toMatchObject([{ path: 'retention' }]);
  });

  it('reports what programs read differently at its place, once, together with all else', () => {
    const text = `config:
  spywatcher-logs:environment: dev
  spywatcher-logs:limits: { maxTails: 0700, maxStremas: 0x10 }
  spywatcher-logs:storage: { type: filesystem, schema: [{ from: 2024-01-01 }] }
  spywatcher-logs:agent: { files: [{ name: a, job: a, directory: /var/log/a, files: *.log }] }
  spywatcher-logs:persistence: { size: 6 }
  aws:region: 0700
`;
    const { problems } = configError(() => load(text));
    expect(problems.map(({ path, received }) => [path, received])).toEqual([
      ['line 3, column 39: limits.maxTails', '0700'],
      ['line 3, column 57: limits.maxStremas', '(not shown)'],
      ['line 4, column 65: storage.schema[0].from', '2024-01-01'],
      ['line 5, column 85: agent.files[0].files', '*.log'],
      ['limits.maxStremas', '16'],
      ['persistence.size', '6'],
    ]);
  });

  it('refuses merges in what it reads, and leaves those of others alone', () => {
    const merge = (key: string) =>
      `config:\n  spywatcher-logs:environment: dev\n  aws:a: &a { period: 9d }\n  ${key}: { <<: *a }\n`;
    expect(configError(() => load(merge('spywatcher-logs:retention'))).problems).toMatchObject([
      { path: 'line 4, column 32: retention.<<', rule: 'YAML without merges (<<): not every program reads them' },
    ]);
    expect(load(merge('aws:b'))).toEqual(configWith());
    const ofAll = 'config:\n  spywatcher-logs:environment: dev\n  <<: { spywatcher-logs:retention: { period: 9d } }\n';
    expect(configError(() => load(ofAll)).problems.map(({ path }) => path)).toEqual(['line 3, column 3: config.<<']);
  });

  it('shows no value at a place that may hold a secret', () => {
    const text = `config:
  spywatcher-logs:environment: dev
  spywatcher-logs:grafana: { adminPassword: 0123456, other: 0123456 }
  spywatcher-logs:secrets: { s3: { accessKeyId: 0123456 } }
  spywatcher-log:secrets: { s3: 0123456 }
  secrets: 0123456
secrets: 0123456
`;
    expect(configError(() => load(text)).message).not.toMatch(/123456/);
  });
});

describe('given a key that nobody would read', () => {
  const load = (text: string) => {
    const directory = mkdtempSync(join(tmpdir(), 'stack-keys-'));
    try {
      writeFileSync(join(directory, 'Pulumi.test.yaml'), text);
      return loadStackConfig(directory, 'test');
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  test.each([
    ['a letter less', 'spywatcher-log:retention'],
    ['an underscore', 'spywatcher_logs:retention'],
    ['capitals', 'Spywatcher-Logs:retention'],
    ['a letter of another alphabet', 'spywаtcher-logs:retention'],
    ['a blank before it', '" spywatcher-logs:retention"'],
    ['a blank after the prefix', '"spywatcher-logs :retention"'],
    ['half of the name', 'spywatcher:retention'],
    ['an empty prefix', '":retention"'],
    ['a prefix of two words', '"my logs:retention"'],
    ['no prefix, which Pulumi would add', 'retention'],
    ['a part too much, which Pulumi would leave out', 'spywatcher-logs:config:retention'],
  ])('%s: it is refused, with the right key, and its value is not shown', (_, key) => {
    const text = `config:\n  spywatcher-logs:environment: dev\n  ${key}: { period: hunter2 }\n`;
    const { problems } = configError(() => load(text));
    expect(problems).toEqual([
      {
        path: `config.${key.replaceAll('"', '')}`,
        received: '(not shown)',
        rule: expect.stringContaining('a key of this project begins with spywatcher-logs: exactly') as string,
        remedy: 'did you mean spywatcher-logs:retention?',
      },
    ]);
  });

  it('asks for no environment where one is misspelt', () => {
    expect(configError(() => load('config:\n  spywatcher-log:environment: dev\n')).problems).toHaveLength(1);
  });

  test.each(['aws:region', 'pulumi:tags', 'kubernetes:context', 'azure-native:location', 'spyglass:a', 'logs:a'])(
    'leaves %s to whose it is',
    (key) => {
      expect(load(`config:\n  spywatcher-logs:environment: dev\n  ${key}: { a: 0700 }\n`)).toEqual(configWith());
    },
  );

  const OWN_ALONE =
    'beside config there are keys of Pulumi’s own alone: config, secretsprovider, encryptedkey, encryptionsalt, environment';
  test.each([
    ['a section without its prefix', 'retention: { period: 9d }', 'write spywatcher-logs:retention below config'],
    ['a section', 'spywatcher-logs:retention: { period: 9d }', 'write spywatcher-logs:retention below config'],
    ['secrets', 'spywatcher-logs:secrets: hunter2', 'write spywatcher-logs:secrets below config'],
    ['an environment', 'environment: dev', 'write spywatcher-logs:environment below config'],
    ['a misspelt key of Pulumi’s', 'encryptionsallt: v1:x', 'did you mean encryptionsalt?'],
    ['a holder of anchors', 'x-common: &a { b: 1 }', 'remove it; an anchor may stand where it is used first'],
  ])('beside config, %s is refused', (_, line, remedy) => {
    const key = /^[\w:-]+(?=: )/.exec(line)?.[0] ?? '';
    const { problems } = configError(() => load(`${line}\nconfig:\n  spywatcher-logs:canary: 7\n`));
    const missing = key === 'environment' ? [] : ['environment'];
    expect(problems.map(({ path }) => path)).toEqual([key, ...missing, 'canary']);
    expect(problems[0]).toEqual({ path: key, received: '(not shown)', rule: OWN_ALONE, remedy });
  });

  it('beside config, takes what is Pulumi’s own', () => {
    const text = `secretsprovider: awskms://alias/x
encryptedkey: AQICAH
encryptionsalt: v1:x:y
environment: [prod/logs]
config:
  spywatcher-logs:environment: dev
`;
    expect(load(text)).toEqual(configWith());
  });

  it('refuses an encrypted value that is no secret: it would be written into objects in plain text', () => {
    const text = `config:
  spywatcher-logs:environment: dev
  spywatcher-logs:grafana: { url: { secure: "${ENCRYPTED.secure}" } }
  spywatcher-logs:network: { dns: { namespace: { secure: "${ENCRYPTED.secure}" } } }
`;
    const { problems, message } = configError(() => load(text));
    expect(problems.map(({ path, remedy }) => [path, remedy])).toEqual(
      ['grafana.url', 'network.dns.namespace'].map((path) => [
        path,
        `pulumi config set --path 'spywatcher-logs:${path}', without --secret`,
      ]),
    );
    expect(message).not.toContain(ENCRYPTED.secure);
  });

  test.each(['existing', 'externalSecrets'])(
    'refuses secrets beside secretSource %s, which would not be read',
    (type) => {
      const store = type === 'existing' ? '' : ', store: vault';
      const text = (secrets: string) =>
        `config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:secretSource: { type: ${type}${store} }\n  spywatcher-logs:secrets: ${secrets}\n`;
      expect(configError(() => load(text(`{ s3: { secure: "${ENCRYPTED.secure}" } }`))).problems).toEqual([
        {
          path: 'secrets',
          received: '(not shown)',
          rule: `values are read with secretSource.type pulumi alone; here it is ${type}`,
          remedy: "pulumi config rm 'spywatcher-logs:secrets', or set secretSource.type: pulumi",
        },
      ]);
      expect(load(text('{}')).secretSource.type).toBe(type);
    },
  );
});

describe('given a secret in plain text', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['at the top', 'hunter2', ['secrets']],
    ['deep', { grafana: { adminPassword: 'hunter2', secretKey: ENCRYPTED } }, ['secrets.grafana.adminPassword']],
    [
      'beside an encrypted one',
      { gateway: { ...ENCRYPTED, promtail: 'hunter2' } },
      ['secrets.gateway.secure', 'secrets.gateway.promtail'],
    ],
    ['as a number', { s3: { accessKeyId: 12345678 } }, ['secrets.s3.accessKeyId']],
    [
      'in disguise',
      { grafana: { adminPassword: { secure: { really: 'hunter2' } } } },
      ['secrets.grafana.adminPassword.secure.really'],
    ],
  ])('%s, refuses it without showing it and says how to encrypt it', (_, secrets, paths) => {
    const error = configError(() => parseStackEntries('Pulumi.test.yaml', entries(secrets), '.'));
    expect(error.problems).toEqual(
      paths.map((path) => ({
        path,
        received: '(a value in plain text, not shown)',
        rule: 'a secret is encrypted in a stack file',
        remedy: `pulumi config set --secret --path 'spywatcher-logs:${path}', and change the secret: it has been in a file`,
      })),
    );
    expect(error.message).not.toMatch(/hunter2|12345678/);
  });

  test.each([
    'hunter2',
    'v1:hunter2',
    'v1:abcdefg:hijklmnop',
    'v1:bm9uY2Utb2YtMTIh:dG9vIHNob3J0',
    'AAABAG9uZQ==',
    'correct-horse-battery-staple-correct-horse-battery',
    'Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSBjb3JyZWN0IGhvcnNl',
  ])('takes no word of the file that %s is encrypted', (secure) => {
    const error = configError(() => parseStackEntries('x', entries({ grafana: { adminPassword: { secure } } }), '.'));
    expect(error.problems).toMatchObject([
      {
        path: 'secrets.grafana.adminPassword',
        rule: 'a secret is encrypted in a stack file: below secure stands what Pulumi writes, v1:… or AAAB…',
      },
    ]);
    expect(error.message).not.toContain(secure);
  });

  it('reports it together with all else', () => {
    const call = () =>
      parseStackEntries(
        'x',
        [
          ['spywatcher-logs:secrets', 'hunter2'],
          ['spywatcher-logs:limts', {}],
        ],
        '.',
      );
    expect(configError(call).problems.map(({ path }) => path)).toEqual(['secrets', 'environment', 'limts']);
  });
});

test('given encrypted secrets, the config holds nothing of them', () => {
  const secrets = { grafana: { adminPassword: ENCRYPTED } };
  expect(JSON.stringify(parseStackEntries('x', entries(secrets), '.'))).not.toContain(ENCRYPTED.secure);
});
