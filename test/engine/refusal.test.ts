/** Given the real engine and no cluster; what cannot be deployed is refused before anything is registered, and never by a stale program. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantedSecrets } from '../support/secrets';
import { describeWithEngine, engineConfig, ProjectCopy, TestStack } from './engine';

jest.setTimeout(120_000);

describeWithEngine('pulumi up of what cannot be deployed', () => {
  const secrets = plantedSecrets(engineConfig);
  let project: ProjectCopy;
  let stack: TestStack;
  const edit = (file: string, change: (text: string) => string): void => {
    writeFileSync(join(project.folder, file), change(project.read(file)));
  };
  const up = async (): Promise<{ readonly code: number; readonly text: string }> => {
    const { code, stdout, stderr } = await stack.attempt('up', '--yes', '--skip-preview');
    return { code, text: stdout + stderr };
  };

  beforeAll(async () => {
    project = new ProjectCopy();
    stack = new TestStack({ project: project.folder, secrets });
    await stack.prepare();
  });
  afterAll(() => {
    stack.remove();
    project.remove();
  });
  // The engine itself registers the stack before it runs the program.
  afterEach(async () => expect((await stack.resources()).map(({ type }) => type)).toEqual(['pulumi:pulumi:Stack']));

  test('all problems of a stack config are in one report, without a stack trace', async () => {
    await stack.set('limits.ingestionBurst', '1MB');
    await stack.set('retention.perid', '9d');

    const { code, text } = await up();

    expect(code).not.toBe(0);
    expect(text).toContain('Pulumi.dev.yaml: 2 problems, nothing was written or applied.');
    expect(text).toMatch(/limits\.ingestionBurst\s+received: "?1MB"?\s+rule: +at least ingestionRate/);
    expect(text).toMatch(/retention\.perid\s.*\s+rule: .*\s+remedy: +did you mean retention\.period\?/);
    expect(text).not.toMatch(/^\s+at .*\.js:\d+/m);
    await stack.unset('limits');
    await stack.unset('retention.perid');
  });

  test('a missing secret and a refused one print the commands that set them, and no value', async () => {
    await stack.unset('secrets.grafana.secretKey');
    await stack.setSecret('gateway.promtail', 'too-short-a-secret');

    const { code, text } = await up();

    expect(code).not.toBe(0);
    expect(text).toContain('Pulumi.dev.yaml: 2 problems, nothing was written or applied.');
    for (const path of ['grafana.secretKey', 'gateway.promtail'])
      expect(text).toContain(`pulumi config set --secret --path 'spywatcher-logs:secrets.${path}' --stack dev`);
    expect(text).not.toContain('too-short-a-secret');
    for (const value of Object.values(secrets)) expect(text).not.toContain(value);
  });

  test('right after an edit the edited program runs, also if the file has kept its size', async () => {
    await stack.set('limits.ingestionBurst', '1MB');
    const rules = 'src/config/rules/limits.ts';

    edit(rules, (text) => text.replaceAll('at least ${rateName}', 'AT LEAST ${rateName}'));
    const first = await up();
    edit(rules, (text) => text.replaceAll('AT LEAST ${rateName}', 'At Least ${rateName}'));
    const second = await up();

    expect(first.text).toContain('AT LEAST ingestionRate');
    expect(second.text).toContain('At Least ingestionRate');
  });

  test('a program that does not compile is not replaced by the last one that did', async () => {
    edit('src/config/rules/limits.ts', (text) => `${text}\nconst broken: number = 'text';\n`);

    const { code, text } = await up();

    expect(code).not.toBe(0);
    expect(text).toContain('src/config/rules/limits.ts');
    expect(text).toContain('The sources do not compile (above); nothing was rendered or applied.');
    expect(text).not.toContain('At Least ingestionRate');
  });
});
