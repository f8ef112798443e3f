/** The real Alertmanager on the loopback address, with the config, templates, secrets and arguments of a stack's pod. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_NAMES } from '../src/config';
import type { SecretValues } from '../src/secrets/row';
import {
  freePorts,
  give,
  programs,
  removeFolder,
  run,
  type RunningProgram,
  startProgram,
  temporaryFolder,
  until,
} from './program';
import { configFiles, containerOf, type RenderedStack, secretFiles } from './rendered-stack';

/** Folders that stand for the pod's mounts. */
export interface AlertmanagerFiles {
  readonly folder: string;
  /** `alertmanager.yml`, with the places of the templates and secrets here. */
  readonly configFile: string;
  /** A text of the pod, with these folders in it. */
  readonly local: (text: string) => string;
}

/**
 * Writes the pod's files.
 *
 * @param change - of the config file, for addresses that are elsewhere. @default - none
 */
export function writeAlertmanagerFiles(
  rendered: RenderedStack,
  values: SecretValues,
  change: (text: string) => string = (text) => text,
): AlertmanagerFiles {
  const folder = temporaryFolder('alertmanager');
  const places: Readonly<Record<string, string>> = {
    '/etc/alertmanager/config': join(folder, 'config'),
    '/etc/alertmanager/receivers': join(folder, 'receivers'),
    '/alertmanager': join(folder, 'data'),
  };
  const local = (text: string): string =>
    text.replaceAll(
      /\/etc\/alertmanager\/(?:config|receivers)|(?<==)\/alertmanager$/g,
      (place) => places[place] ?? place,
    );
  for (const place of Object.values(places)) {
    mkdirSync(place);
    give(place);
  }
  for (const [name, text] of Object.entries(configFiles(rendered, 'alertmanager-config')))
    writeFileSync(join(folder, 'config', name), change(local(text)));
  if (SECRET_NAMES.receivers.nameIn(rendered.config) !== undefined)
    for (const [name, text] of Object.entries(secretFiles(rendered, values, 'alertmanager-receivers')))
      writeFileSync(join(folder, 'receivers', name), text);
  return { folder, configFile: join(folder, 'config', 'alertmanager.yml'), local };
}

export interface RunningAlertmanager {
  readonly port: number;
  readonly url: string;
  readonly files: AlertmanagerFiles;
  readonly program: RunningProgram;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  readonly get: (path: string) => Promise<unknown>;
  /** Ends it, as a pod that restarts: its folder stays. */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where each pod of a pair listens. */
export interface ClusterPorts {
  /** Of its own. */
  readonly own: number;
  /** Of all, in order. */
  readonly all: readonly number[];
}

/**
 * Starts it on files that {@link writeAlertmanagerFiles} has written.
 *
 * @param env - variables besides its own, for instance where the machine's CAs are.
 */
export async function startAlertmanager(
  rendered: RenderedStack,
  files: AlertmanagerFiles,
  cluster?: ClusterPorts,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningAlertmanager> {
  const { alertmanager } = await programs('alertmanager');
  const [port = 0] = await freePorts(1);
  const args = (containerOf(rendered, 'alertmanager').args ?? []).map((arg) =>
    files
      .local(arg)
      .replace(/^(--cluster\.listen-address=)0\.0\.0\.0:9094$/, `$1127.0.0.1:${cluster?.own ?? 0}`)
      .replace(/\$\(POD_IP\)(\]?):9094/, (_, bracket: string) => `127.0.0.1${bracket}:${cluster?.own ?? 0}`)
      .replace(
        /alertmanager-(\d+)\.alertmanager-pods\.[\w-]+\.svc:9094$/,
        (_, index: string) => `127.0.0.1:${cluster?.all[Number(index)] ?? 0}`,
      ),
  );
  const program = startProgram(
    [alertmanager, ...args, `--web.listen-address=127.0.0.1:${port}`, '--cluster.settle-timeout=2s'],
    join(files.folder, 'alertmanager.log'),
    { env },
  );
  const url = `http://127.0.0.1:${port}`;
  await until(
    'Alertmanager',
    async () => {
      const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
      return answer?.ok === true ? undefined : '/-/ready does not answer 200';
    },
    { program },
  );
  const answerOf = async (path: string, options: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, options);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const end = async (signal?: NodeJS.Signals): Promise<void> => {
    await program.stop(signal);
  };
  return {
    port,
    url,
    files,
    program,
    get: (path) => answerOf(path, {}),
    post: (path, body) =>
      answerOf(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    end,
    stop: async () => {
      await end();
      removeFolder(files.folder);
    },
  };
}

/** Runs amtool to its end. */
export async function amtool(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { amtool: program } = await programs('amtool');
  const { code, stdout, stderr } = await run([program, ...args]);
  return { code, output: `${stdout}${stderr}` };
}

/** Gives a receiver another secret, as the kubelet does when the Secret has changed. */
export function replaceSecret({ folder }: AlertmanagerFiles, key: string, value: string): void {
  const file = join(folder, 'receivers', key);
  rmSync(file);
  writeFileSync(file, value);
}
