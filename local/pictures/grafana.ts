/** A Grafana for pictures: one that runs already, or one that is started with the datasources of the running stack. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePorts, removeFolder, startProgram, temporaryFolder, until } from '../../programs/program';
import type { Model } from '../../programs/dashboards';
import { basicAuth } from '../../programs/request';
import { configFile, type RenderedStack } from '../../programs/rendered-stack';
import { kubectl, type Target } from '../kubernetes';
import type { GrafanaSource } from './settings';

export interface Grafana {
  readonly url: string;
  /** Value of the header Authorization. */
  readonly authorization: string;
  readonly version: string;
  readonly stop: () => Promise<void>;
}

type Running = Extract<GrafanaSource, { readonly type: 'running' }>;
type Installed = Extract<GrafanaSource, { readonly type: 'installed' }>;

/** A Grafana that runs has the stack's datasources already: `make up CONTEXT=…` starts such a one. */
export async function runningGrafana({ url, user, password }: Running): Promise<Grafana> {
  const authorization = basicAuth(`${user}:${password}`);
  return { url, authorization, version: await versionOf(url), stop: () => Promise.resolve() };
}

/** Starts a Grafana on the loopback address, with a folder and a password of its own. */
export async function startGrafana({ home, command }: Installed, datasources: string): Promise<Grafana> {
  const folder = temporaryFolder('pictures');
  const password = randomBytes(16).toString('hex');
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(join(folder, 'provisioning', 'datasources'), { recursive: true });
  writeFileSync(join(folder, 'provisioning', 'datasources', 'datasources.yaml'), datasources);
  const program = startProgram([...command, '--homepath', home], join(folder, 'grafana.log'), {
    env: {
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(port),
      GF_SECURITY_ADMIN_PASSWORD: password,
      GF_PATHS_DATA: join(folder, 'data'),
      GF_PATHS_LOGS: join(folder, 'logs'),
      GF_PATHS_PLUGINS: join(folder, 'plugins'),
      GF_PATHS_PROVISIONING: join(folder, 'provisioning'),
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_NEWS_NEWS_FEED_ENABLED: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    },
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    removeFolder(folder);
  };
  try {
    // The first start makes the database.
    const missing = (): Promise<string | undefined> => versionOf(url).then(() => undefined, String);
    await until('Grafana', missing, { program, seconds: 180 });
    return { url, authorization: basicAuth(`admin:${password}`), version: await versionOf(url), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function versionOf(url: string): Promise<string> {
  const response = await fetch(`${url}/api/health`);
  // The shape is Grafana's.
  const { version } = (await response.json()) as { readonly version?: string };
  if (version === undefined) throw new Error(`${url}/api/health names no version: is it a Grafana?`);
  return version;
}

/** Keeps a dashboard, or replaces the one with its uid. */
export async function saveDashboard(grafana: Grafana, dashboard: Model): Promise<void> {
  await ask(grafana, 'POST', '/api/dashboards/db', { dashboard: { ...dashboard, id: null }, overwrite: true });
}

export async function deleteDashboard(grafana: Grafana, uid: string): Promise<void> {
  await ask(grafana, 'DELETE', `/api/dashboards/uid/${uid}`);
}

async function ask({ url, authorization }: Grafana, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

interface Datasources {
  readonly datasources: readonly { readonly url: string }[];
}

/**
 * The datasources of the stack, as it provisions them, with addresses that this machine reaches.
 *
 * @param addressOf - the address of a Service of the logging namespace
 */
export function reachableDatasources(rendered: RenderedStack, addressOf: (service: string) => string): string {
  const file = parse(configFile(rendered, 'grafana-provisioning', 'datasources.yaml')) as Datasources;
  return stringify({
    ...file,
    datasources: file.datasources.map((datasource) => {
      const url = new URL(datasource.url);
      const [service = ''] = url.hostname.split('.');
      return { ...datasource, url: datasource.url.replace(url.hostname, addressOf(service)) };
    }),
  });
}

/** Addresses of the Services in the embedded cluster. This machine has a route to them. */
export async function serviceAddresses(target: Target, namespace: string): Promise<(service: string) => string> {
  const lines = await kubectl(target, [
    '-n',
    namespace,
    'get',
    'services',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name} {.spec.clusterIP}{"\\n"}{end}',
  ]);
  const addresses = new Map(lines.split('\n').map((line) => line.split(' ') as [string, string]));
  return (service) => {
    const address = addresses.get(service);
    if (address === undefined) throw new Error(`namespace ${namespace} has no Service ${service}`);
    return address;
  };
}
