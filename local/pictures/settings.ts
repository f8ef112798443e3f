/** What `npm run pictures` is told, and the programs that it finds. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UsageError } from '../../src/operations/command';

/** A Grafana that runs, or one that can be started. */
export type GrafanaSource =
  | { readonly type: 'running'; readonly url: string; readonly user: string; readonly password: string }
  | { readonly type: 'installed'; readonly home: string; readonly command: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const HOW = 'give --grafana a folder with bin/grafana, or the URL of a running Grafana';

/** The Grafana that was named. @throws UsageError where there is none. */
export function grafanaSource(given: string | undefined, environment: Environment): GrafanaSource {
  const named = given ?? environment['GRAFANA'];
  if (named === undefined || named === '') throw new UsageError(`no Grafana: ${HOW}`);
  if (/^https?:\/\//.test(named)) {
    const { GRAFANA_USER: user = 'admin', GRAFANA_PASSWORD: password = '' } = environment;
    if (password === '')
      throw new UsageError(`${named} needs a password: set GRAFANA_PASSWORD, and GRAFANA_USER if it is not admin`);
    return { type: 'running', url: named.replace(/\/+$/, ''), user, password };
  }
  // One program since Grafana 9.4, `grafana-server` before.
  const commands = [[join(named, 'bin', 'grafana'), 'server'], [join(named, 'bin', 'grafana-server')]];
  const command = commands.find(([program = '']) => isProgram(program));
  if (command === undefined) throw new UsageError(`no Grafana in ${named}: ${HOW}`);
  if (!existsSync(join(named, 'public', 'views', 'index.html')))
    throw new UsageError(`the Grafana in ${named} has no public/views/index.html: its pages are not built`);
  return { type: 'installed', home: named, command };
}

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium that was named, or the first one on the PATH. @throws UsageError where there is none. */
export function chromiumProgram(given: string | undefined, environment: Environment): string {
  const named = given ?? environment['CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (!isProgram(named)) throw new UsageError(`no Chromium: ${named} cannot be run`);
    return named;
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.flatMap((folder) => CHROMIUMS.map((name) => join(folder, name))).find(isProgram);
  if (found === undefined)
    throw new UsageError(`no Chromium on the PATH (${CHROMIUMS.join(', ')}): install one, or name it with --chromium`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
