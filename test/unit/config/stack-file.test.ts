import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig, parseStackEntries } from '../../../src/config';
import { AUDIT_RULES, configError, configWith } from '../../support/config';

const ENCRYPTED = { secure: 'v1:abcdefg:hijklmnop' };
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
    expect(
      load(`${text}  spywatcher-logs:secrets:\n    grafana:\n      adminPassword:\n        secure: v1:x:y\n`),
    ).toEqual(configWith());
    expect(load(`${text}  spywatcher-logs:secrets:\n`)).toEqual(configWith());
  });

  test.each(['', '# nothing\n', 'config:\n', 'config: []\n', 'text\n', 'config:\n  other:environment: dev\n'])(
    'asks for an environment of the file %j',
    (text) => {
      const error = configError(() => load(text));
      expect(error.source).toBe('Pulumi.test.yaml');
      expect(error.problems.map(({ path }) => path)).toEqual(['environment']);
    },
  );

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
        rule: 'a file that can be read, from the folder of the stack file (ENOENT)',
        remedy: 'check the path, or create the file',
      },
    ]);
  });

  it('says which file is missing', () => {
    expect(() => loadStackConfig(directory, 'absent')).toThrow(/Pulumi\.absent\.yaml/);
  });
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

  it('says nothing else until that is mended', () => {
    const call = () =>
      parseStackEntries(
        'x',
        [
          ['spywatcher-logs:secrets', 'hunter2'],
          ['spywatcher-logs:limts', {}],
        ],
        '.',
      );
    expect(configError(call).problems.map(({ path }) => path)).toEqual(['secrets']);
  });
});

test('given encrypted secrets, the config holds nothing of them', () => {
  const secrets = { grafana: { adminPassword: ENCRYPTED } };
  expect(JSON.stringify(parseStackEntries('x', entries(secrets), '.'))).not.toContain(ENCRYPTED.secure);
});
