/** The real nginx that stands beside another program in a pod, with the config and the credential that the pod would get. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { give, type RunningProgram, removeFolder, startProgram, temporaryFolder, until } from '../../programs/program';
import { configFile, podTemplates, type RenderedStack } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

export interface ProxyOptions {
  readonly workload: string;
  readonly configMap: string;
  /** Contents of the Secret with its credential. @default - it has none */
  readonly secret?: Readonly<Record<string, string>>;
  /** What stands in the config → what it is here: addresses and ports. */
  readonly places: Readonly<Record<string, string>>;
  /** The CA of the gateway. @default - plain HTTP */
  readonly ca?: string;
  /** Where it shows metrics. */
  readonly metricsPort: number;
}

export interface RunningProxy {
  readonly program: RunningProgram;
  /** Puts another Secret where it is mounted, as the kubelet does when it has changed. */
  readonly replaceSecret: (secret: Readonly<Record<string, string>>) => void;
  readonly stop: () => Promise<void>;
}

/** Starts it: only addresses, ports and folders of the config are changed. */
export async function startProxy(rendered: RenderedStack, options: ProxyOptions): Promise<RunningProxy> {
  const { workload, configMap, secret = {}, places, ca, metricsPort } = options;
  const folder = temporaryFolder('proxy');
  // Before the others, whose folders are below it.
  const folders: Readonly<Record<string, string>> = {
    '/tmp/': `${join(folder, 'tmp')}/`,
    '/etc/nginx/proxy': folder,
    '/etc/nginx/authorization': join(folder, 'authorization'),
    '/etc/nginx/gateway-ca': join(folder, 'gateway-ca'),
  };
  const local = (text: string, replaced: Readonly<Record<string, string>>): string =>
    Object.entries(replaced).reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  for (const name of ['tmp', 'authorization', 'gateway-ca']) {
    mkdirSync(join(folder, name));
    give(join(folder, name));
  }
  // The places first: a folder's name may hold the digits of a port.
  writeFileSync(
    join(folder, 'nginx.conf'),
    local(local(configFile(rendered, configMap, 'nginx.conf'), places), folders),
  );
  const mount = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'authorization', name), text);
  };
  mount(secret);
  if (ca !== undefined) writeFileSync(join(folder, 'gateway-ca', 'ca.crt'), ca);
  const containers = podTemplates(rendered).find(({ name }) => name === workload)?.spec.containers ?? [];
  const command = containers.find(({ name }) => name === 'proxy')?.command ?? [];
  const program = startProgram(
    command.map((text) => local(text, folders)),
    join(folder, 'nginx.log'),
    { unprivileged: true },
  );
  await until(
    'the proxy',
    async () => {
      try {
        return (await send({ port: metricsPort, path: '/' })).status === 404 ? undefined : 'it does not answer';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    { program },
  );
  return {
    program,
    replaceSecret: mount,
    stop: async () => {
      await program.stop();
      removeFolder(folder);
    },
  };
}
