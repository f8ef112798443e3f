/** Which files of a folder are stack files, which look like it, and what keeps one from being read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderProblems, loadStackConfig, stackNames } from '../../../src/config';
import { configError } from '../../support/config';

const STACK = 'config:\n  spywatcher-logs:environment: dev\n';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stack-folder-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (file: string, text = STACK) => writeFileSync(join(directory, file), text);
const problemsOf = (stack: string) => configError(() => loadStackConfig(directory, stack)).problems;

test('every name that Pulumi takes is a stack’s, and what is Pulumi’s own, a copy of an editor or another program’s is none', () => {
  const others = ['Pulumi.prod.deploy.yaml', 'Pulumi.dev.yaml.orig', 'Pulumi.dev.yaml~', 'kustomization.yaml'];
  for (const file of ['Pulumi.dev.yaml', 'Pulumi.eu-1.yaml', 'Pulumi.eu.prod.yaml', 'Pulumi.a_b.yaml', ...others])
    write(file);
  expect(stackNames(directory)).toEqual(['a_b', 'dev', 'eu-1', 'eu.prod']);
  expect(folderProblems(directory)).toEqual([]);
  expect(loadStackConfig(directory, 'eu.prod').environment).toBe('dev');
});

test.each([
  ['Pulumi.prod.yml', 'Pulumi.prod.yaml'],
  ['Pulumi.prod.json', 'Pulumi.prod.yaml'],
  ['Pulumi.prod.YAML', 'Pulumi.prod.yaml'],
  ['pulumi.prod.yaml', 'Pulumi.prod.yaml'],
  ['Pulumi.my prod.yaml', 'Pulumi.my-prod.yaml'],
  ['Pulumi..prod.yaml', 'Pulumi.prod.yaml'],
  ['Pulumi.yml', 'Pulumi.yaml'],
])('%s is refused beside stacks that are right: nobody would read it', (file, meant) => {
  write('Pulumi.dev.yaml');
  write(file);
  expect(folderProblems(directory)).toEqual([
    {
      path: file,
      received: '(a file that nobody reads)',
      rule: 'a stack file is named Pulumi.<stack>.yaml: letters, digits, hyphens, underscores and dots',
      remedy: `rename it to ${meant}, or remove it`,
    },
  ]);
});

test('a folder without a stack file is a mistake', () => {
  write('Pulumi.yaml', 'name: spywatcher-logs\n');
  expect(folderProblems(directory)).toMatchObject([{ path: 'Pulumi.<stack>.yaml', received: '(missing)' }]);
});

describe('given no file that can be read in the place of a stack’s, the report says why, and what to do', () => {
  test.each([
    [
      'a stack that is not there',
      'qa',
      '(missing)',
      'check the name of the stack (dev, staging), or create Pulumi.qa.yaml',
    ],
    ['a misspelt stack', 'stagging', '(missing)', 'did you mean staging?'],
    ['another ending', 'prod', '(missing)', 'rename Pulumi.prod.yml to Pulumi.prod.yaml'],
  ])('%s', (_, stack, received, remedy) => {
    for (const file of ['Pulumi.dev.yaml', 'Pulumi.staging.yaml', 'Pulumi.prod.yml']) write(file);
    expect(problemsOf(stack)).toMatchObject([{ path: `Pulumi.${stack}.yaml`, received, remedy }]);
  });

  test('no folder at all', () => {
    rmSync(directory, { recursive: true });
    expect(problemsOf('dev')).toMatchObject([
      { received: '(missing)', remedy: `there is no folder ${directory}: check its name` },
    ]);
    mkdirSync(directory);
  });

  test('a folder', () => {
    mkdirSync(join(directory, 'Pulumi.dev.yaml'));
    expect(problemsOf('dev')).toMatchObject([{ path: 'Pulumi.dev.yaml', received: '(a folder, not a file)' }]);
  });

  test('a link to itself, or to nothing', () => {
    symlinkSync('Pulumi.dev.yaml', join(directory, 'Pulumi.dev.yaml'));
    symlinkSync('nothing', join(directory, 'Pulumi.qa.yaml'));
    expect(problemsOf('dev')).toMatchObject([{ path: 'Pulumi.dev.yaml', received: '(a link that leads to itself)' }]);
    expect(problemsOf('qa')).toMatchObject([{ path: 'Pulumi.qa.yaml', received: '(missing)' }]);
  });
});

describe('given a Pulumi.yaml that would change a stack for Pulumi alone, the stack is refused', () => {
  test.each([
    [
      'a value for every stack',
      'config:\n  spywatcher-logs:retention: { value: { period: 9d } }\n',
      'config.spywatcher-logs:retention',
    ],
    ['one without a prefix', 'config:\n  retention: { value: { period: 9d } }\n', 'config.retention'],
    ['another folder for stack files', 'stackConfigDir: stacks\n', 'stackConfigDir'],
    ['another folder, in the short form', 'config: stacks\n', 'config'],
  ])('%s', (_, text, path) => {
    write('Pulumi.yaml', `name: spywatcher-logs\n${text}`);
    write('Pulumi.dev.yaml');
    expect(problemsOf('dev').map((problem) => problem.path)).toEqual([`Pulumi.yaml: ${path}`]);
  });

  it('but not for what is of the project of a program of one’s own, also without a prefix', () => {
    write('Pulumi.yaml', 'name: spywatcher\nconfig:\n  size: { value: 1 }\n');
    write('Pulumi.dev.yaml', `${STACK}  size: 1\n  spywatcher:size: 1\n`);
    expect(loadStackConfig(directory, 'dev').environment).toBe('dev');
    write('Pulumi.dev.yaml', `${STACK}  spywatcher-log:size: 1\n`);
    expect(problemsOf('dev').map(({ path }) => path)).toEqual(['config.spywatcher-log:size']);
  });

  it('but not for what is other programs’', () => {
    write('Pulumi.yaml', 'name: spywatcher-logs\nconfig:\n  kubernetes:context: { value: kind }\n');
    write('Pulumi.dev.yaml');
    expect(loadStackConfig(directory, 'dev').environment).toBe('dev');
  });
});
