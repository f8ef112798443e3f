/** Programs that run side by side, and end together with whoever has started them. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../bin/children';
import { eventually } from '../../../programs/wait';

const CHILDREN = JSON.stringify(join(__dirname, '..', '..', '..', 'bin', 'children.js'));

describe('a program that ends by itself', () => {
  test('its output is kept, and its exit code told', async () => {
    const command = ['sh', '-c', 'echo first; echo second >&2; exit 3'];
    expect(await runProgram(command, { isKept: true })).toEqual({ status: 3, output: 'first\nsecond\n' });
  });

  test('its standard output is left out where nobody wants it', async () => {
    const command = ['sh', '-c', 'echo first; echo second >&2'];
    expect(await runProgram(command, { isKept: true, stdout: 'ignore' })).toEqual({ status: 0, output: 'second\n' });
  });

  test('nobody waits for what it has left behind', async () => {
    const began = Date.now();
    const { output } = await runProgram(['sh', '-c', 'sleep 30 & echo $!'], { isKept: true });
    process.kill(Number(output));
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('one that cannot be started is an error', async () => {
    await expect(runProgram(['/no/such/program'], { isKept: true })).rejects.toThrow('ENOENT');
  });
});

describe('when whoever runs two programs gets a signal', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'children-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string): string => join(folder, name);

  /** Runs these shell scripts side by side until a signal comes; returns the exit code and what was printed. */
  async function interrupted(scripts: readonly string[], signals: readonly NodeJS.Signals[]) {
    const program = `
      const { endOnSignals, runProgram } = require(${CHILDREN});
      endOnSignals(console.log);
      for (const script of ${JSON.stringify(scripts)})
        runProgram(['sh', '-c', script], { isKept: true }).then(() => console.log('it went on'));
    `;
    const child = spawn(process.execPath, ['-e', program], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => child.once('close', resolve));
    const begun = (): Promise<boolean> =>
      Promise.resolve(scripts.every((_, index) => existsSync(file(`pid-${index}`))));
    await eventually(begun, (all) => all, 30);
    for (const signal of signals) child.kill(signal);
    return { code: await ended, said };
  }

  const runs = (name: string): boolean => {
    try {
      return process.kill(Number(readFileSync(file(name), 'utf8')), 0);
    } catch {
      return false;
    }
  };

  test('then both end with all that they have started, and nothing goes on', async () => {
    const script = (index: number): string => `sleep 100 & echo $! > grandchild-${index}; echo $$ > pid-${index}; wait`;
    const { code, said } = await interrupted([script(0), script(1)], ['SIGINT']);

    expect(code).toBe(1);
    expect(said).not.toContain('it went on');
    const left = (): Promise<readonly string[]> =>
      Promise.resolve(['pid-0', 'pid-1', 'grandchild-0', 'grandchild-1'].filter(runs));
    // The machine's first process may take a moment to forget them.
    await eventually(left, ({ length }) => length === 0, 10);
  });

  test('then what they have said so far is printed', async () => {
    const script = 'echo half of it; echo $$ > pid-0; sleep 100';
    const { said } = await interrupted([script], ['SIGINT']);

    expect(said).toMatch(/ending all of it.*\n\n── cut off\nhalf of it\n/);
  });

  test('then who cleans up after a program is waited for, and a second signal changes nothing', async () => {
    // Of a group of its own, as a process is that stops a cluster.
    const cleaner = `setsid sh -c 'touch apart; sleep 1; echo done > cleaned'`;
    const cleaning = `${cleaner} & while [ ! -e apart ]; do sleep 0.1; done; exit`;
    const script = `trap "${cleaning}" INT; echo $$ > pid-0; while :; do sleep 0.1; done`;
    const { code } = await interrupted([script], ['SIGTERM', 'SIGINT']);

    expect(code).toBe(1);
    expect(readFileSync(file('cleaned'), 'utf8')).toBe('done\n');
  });
});
