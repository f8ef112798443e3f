/** What synthesis takes: time and memory. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Log } from '../local/shell';
import { quantile } from './quantile';

const SYNTH_RUNS = 10;

interface Sample {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Renders all stacks some times, by the program and by the CLI; a table. */
export async function synthTable(project: string, log: Log): Promise<string> {
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-synth-'));
  const program = [process.execPath, path.join(project, 'bin', 'run.js'), 'synth', '--output', output];
  const cli = [
    process.execPath,
    path.join(project, 'node_modules', '.bin', 'cdk8s'),
    'synth',
    '--check-upgrade=false',
    '--output',
    output,
  ];
  log(`rendering all stacks ${SYNTH_RUNS} times, by the program and by cdk8s synth`);
  try {
    const rows: string[] = [];
    for (const [name, command] of [
      ['the program: three stacks, validated, rendered', program],
      ['`cdk8s synth` around it', cli],
    ] as const) {
      const samples: Sample[] = [];
      for (let index = 0; index < SYNTH_RUNS + 1; index += 1) samples.push(await measure(command, project));
      const warm = samples.slice(1); // the first fills the file cache and Node's compile cache
      rows.push(
        `| ${name} | ${quantile(
          warm.map(({ seconds }) => seconds),
          0.5,
        ).toFixed(
          2,
        )} s | ${Math.max(...warm.map(({ seconds }) => seconds)).toFixed(2)} s | ${Math.max(...warm.map(({ megabytes }) => megabytes)).toFixed(0)} MB |`,
      );
    }
    return ['', '| synthesis | median | slowest | peak memory |', '|---|---|---|---|', ...rows, ''].join('\n');
  } finally {
    fs.rmSync(output, { recursive: true, force: true });
  }
}

/** Wall time and peak resident memory of a command, which it reports itself as it ends. */
async function measure(command: readonly string[], cwd: string): Promise<Sample> {
  const [program = '', ...args] = command;
  const report = path.join(os.tmpdir(), `bench-rss-${process.pid}`);
  const preload = `${report}.cjs`;
  fs.writeFileSync(
    preload,
    `process.on('exit', () => require('fs').appendFileSync(${JSON.stringify(report)}, process.resourceUsage().maxRSS + '\\n'));`,
  );
  const started = performance.now();
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, NODE_OPTIONS: `--require=${preload}` },
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  const kilobytes = fs.readFileSync(report, 'utf8').trim().split('\n').map(Number);
  fs.rmSync(report);
  fs.rmSync(preload);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}`);
  return { seconds, megabytes: Math.max(...kilobytes) / 1024 };
}
