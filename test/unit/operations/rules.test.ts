/** `npm run rules` with a program that stands in for kubectl. With a real API server: test/binaries/rules-command.test.ts. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig } from '../../../src/config';
import command from '../../../src/operations/rules/command';
import { GUILD_RULES } from '../../support/config';

const USER_RULES = GUILD_RULES.replace('GuildErrors', 'UserErrors');

let project: string;
let said: { out: string; err: string };
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'rules-'));
  writeFileSync(
    join(project, 'kubectl'),
    // Its arguments: -n <namespace> get configmaps -l <label> …
    `#!/bin/sh\nprintf '%s\\n' "$*" >> '${project}/calls'\ncat '${project}/'"$2".json\n`,
  );
  chmodSync(join(project, 'kubectl'), 0o755);
  stackFile('{ folder: rules/prod, namespaces: [{ name: guilds }, { name: users }] }');
  cluster('guilds', { 'guild-rules': { data: { 'guilds.yaml': GUILD_RULES } } });
  cluster('users');
  said = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(project, { recursive: true });
});

function stackFile(configMaps: string, more = ''): void {
  writeFileSync(
    join(project, 'Pulumi.prod.yaml'),
    `config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:alerting: { configMaps: ${configMaps} }\n${more}`,
  );
}

/** What a namespace of the cluster has. */
function cluster(namespace: string, configMaps: Readonly<Record<string, object>> = {}): void {
  const items = Object.entries(configMaps).map(([name, content]) => ({ metadata: { name, namespace }, ...content }));
  writeFileSync(join(project, `${namespace}.json`), JSON.stringify({ kind: 'List', items }));
}

const rules = (check = false) =>
  command.run(
    { stack: 'prod', project, check, kubectl: join(project, 'kubectl'), context: undefined, kubeconfig: undefined },
    [],
  );
const COPY = 'guilds_guild-rules_guilds.yaml';
const folder = (): string => join(project, 'rules/prod');
const written = (): readonly string[] => (existsSync(folder()) ? readdirSync(folder()).sort() : []);

describe('given ConfigMaps with good rules', () => {
  test('then they are copied as they are, and the stack has them', () => {
    expect(rules()).toBe(0);
    expect(written()).toEqual(['README.md', COPY]);
    expect(readFileSync(join(folder(), COPY), 'utf8')).toBe(GUILD_RULES);
    expect(said.out).toBe(`added   rules/prod/README.md\nadded   rules/prod/${COPY}\n`);
    expect(loadStackConfig(project, 'prod').alerting.configMaps?.files).toEqual([
      { namespace: 'guilds', configMap: 'guild-rules', key: 'guilds.yaml', content: GUILD_RULES },
    ]);
  });

  test('then kubectl is asked for the label, in each namespace by itself', () => {
    void rules();
    expect(readFileSync(join(project, 'calls'), 'utf8').trim().split('\n')).toEqual(
      ['guilds', 'users'].map(
        (namespace) => `-n ${namespace} get configmaps -l loki_rule -o json --request-timeout=20s`,
      ),
    );
  });

  test('then a namespace without any is named', () => {
    void rules();
    expect(said.err).toBe('users: no ConfigMap with the label loki_rule has rules.\n');
  });

  test('when it is run again, then nothing changes', () => {
    void rules();
    said = { out: '', err: '' };
    expect(rules()).toBe(0);
    expect(said.out).toBe('');
    expect(said.err).toContain('prod: rules/prod is what the cluster has; rule files: 1.');
  });

  test('when one changes and one goes, then so do their copies, and files of others stay', () => {
    cluster('users', { 'user-rules': { data: { 'users.yaml': USER_RULES } } });
    void rules();
    writeFileSync(join(folder(), 'notes.txt'), '');
    cluster('users');
    cluster('guilds', { 'guild-rules': { data: { 'guilds.yaml': GUILD_RULES.replace('> 1', '> 2') } } });
    said = { out: '', err: '' };
    expect(rules()).toBe(0);
    expect(said.out).toBe(`changed rules/prod/${COPY}\nremoved rules/prod/users_user-rules_users.yaml\n`);
    expect(written()).toEqual(['README.md', COPY, 'notes.txt']);
  });

  test('when an alert route names one of them, then it is known', () => {
    const routes = 'routes: [{ alerts: [GuildErrors], receiver: none }]';
    stackFile(
      '{ folder: rules/prod, namespaces: [{ name: guilds }] }',
      `  spywatcher-logs:alertmanager: { type: embedded, fallback: none, ${routes} }\n`,
    );
    expect(rules()).toBe(0);
    expect(() => loadStackConfig(project, 'prod')).not.toThrow();
  });
});

describe('given --check', () => {
  test('when the folder is not what the cluster has, then nothing is written, and the exit code is 1', () => {
    expect(rules(true)).toBe(1);
    expect(written()).toEqual([]);
    expect(said.out).toContain(`added   rules/prod/${COPY}\n`);
    expect(said.err).toContain('prod: rules/prod is not what the cluster has. Run npm run rules.');
  });

  test('when it is, then the exit code is 0', () => {
    void rules();
    expect(rules(true)).toBe(0);
  });
});

describe('given ConfigMaps with wrong rules', () => {
  test('then every problem is named with its ConfigMap, and nothing is written or removed', () => {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'guilds_gone_a.yaml'), GUILD_RULES);
    cluster('guilds', {
      'guild-rules': {
        data: { 'guilds.yaml': GUILD_RULES.replace('severity: info', 'severity: page'), guilds: GUILD_RULES },
      },
      binary: { binaryData: { 'a.yaml': '/w==' } },
    });
    cluster('users', { 'user-rules': { data: { 'users.yaml': USER_RULES.replace('[5m]', '[5m') } } });
    expect(rules()).toBe(1);
    const { err } = said;
    expect(err).toContain('Pulumi.prod.yaml: 4 problems, nothing was written or applied.');
    expect(err).toContain(
      '  alerting.configMaps.guilds/guild-rules/guilds\n    received: "guilds"\n    rule:     a key that ends in .yaml or .yml, and begins with a letter or digit\n    remedy:   write for example guilds.yaml',
    );
    expect(err).toContain(
      '  alerting.configMaps.guilds/binary/a.yaml\n    received: "a.yaml"\n    rule:     a text in UTF-8, in data of the ConfigMap; it is in binaryData\n    remedy:   write it into data',
    );
    expect(err).toContain('  alerting.configMaps.guilds/guild-rules/guilds.yaml.groups[0].rules[0].severity\n');
    expect(err).toContain('  alerting.configMaps.users/user-rules/users.yaml.groups[0].rules[0].expr\n');
    expect([said.out, written()]).toEqual(['', ['guilds_gone_a.yaml']]);
  });

  test('when the stack file is wrong as well, then that is in the same report', () => {
    cluster('guilds', { a: { data: { 'a.yaml': 'groups: none' } } });
    stackFile('{ folder: rules, namespaces: [{ name: guilds }] }', '  spywatcher-logs:gateway: { replicas: 0 }\n');
    expect(rules()).toBe(1);
    expect(said.err).toContain('  gateway.replicas\n');
    expect(said.err).toContain('  alerting.configMaps.guilds/a/a.yaml\n');
  });
});

describe('given what cannot be read', () => {
  test('then every such namespace is named, and nothing is written', () => {
    rmSync(join(project, 'guilds.json'));
    rmSync(join(project, 'users.json'));
    expect(() => rules()).toThrow(
      /^ConfigMaps could not be listed, nothing was written:\n {2}guilds: .*No such file.*\n {2}users: .*No such file.*\nThe right that is wanted: docs\/alerting\.md#rules-of-other-namespaces$/,
    );
    expect(written()).toEqual([]);
  });

  test('a section that is wrong is reported before the cluster is asked', () => {
    stackFile('{ folder: rules, namespaces: [] }');
    expect(() => rules()).toThrow('alerting.configMaps.namespaces');
    expect(existsSync(join(project, 'calls'))).toBe(false);
  });

  test('a stack without the section is named', () => {
    writeFileSync(join(project, 'Pulumi.prod.yaml'), 'config:\n  spywatcher-logs:environment: dev\n');
    expect(() => rules()).toThrow('Pulumi.prod.yaml has no alerting.configMaps: there are no ConfigMaps to read.');
  });
});
