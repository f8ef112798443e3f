/** `npm run pictures`: pictures of both dashboards, with every row folded out, from a real Grafana on the local stack. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { model, stackModel } from '../../programs/dashboards';
import { stack } from '../../programs/rendered-stack';
import { command, EXIT, type ExitCode, moment, positive, say, UsageError } from '../../src/operations/command';
import { projectRoot } from '../../tools/cache';
import { progress } from '../shell';
import { targetOf } from '../target';
import { PATIENCE, Photographer, type Range } from './browser';
import {
  deleteDashboard,
  type Grafana,
  reachableDatasources,
  runningGrafana,
  saveDashboard,
  serviceAddresses,
  startGrafana,
} from './grafana';
import { chromiumProgram, type GrafanaSource, grafanaSource } from './settings';
import { forVersion, type View, viewsOf } from './views';

const MINUTE = 60_000;

export default command({
  options: {
    stack: { type: 'string', value: '<stack>', default: 'dev', description: 'stack that runs' },
    grafana: {
      type: 'string',
      value: '<folder or URL>',
      description: 'an installed Grafana, or one that runs with the datasources of the stack (default: $GRAFANA)',
    },
    chromium: {
      type: 'string',
      value: '<program>',
      description: 'a Chromium (default: $CHROMIUM, or one on the PATH)',
    },
    to: {
      type: 'string',
      value: '<time>',
      description: 'end of the range of time, as in 2027-03-01T12:00:00Z (default: now)',
    },
    minutes: { type: 'string', value: '<number>', description: 'length of the range (default: 60)' },
    request: {
      type: 'string',
      value: '<id>',
      default: 'abc123',
      description: 'request whose trace is pictured; the example makes one with the default id at its start',
    },
    width: { type: 'string', value: '<pixels>', description: 'width of the pictures (default: 1200)' },
    out: {
      type: 'string',
      value: '<folder>',
      default: 'docs/pictures',
      description: 'where pictures are written; those of the same name are replaced',
    },
  },
  run: async ({ stack: name, grafana: givenGrafana, chromium, to, minutes, request, width, out }) => {
    // Everything that can be missing is looked for before anything starts.
    const source = grafanaSource(givenGrafana, process.env);
    const program = chromiumProgram(chromium, process.env);
    const end = moment('to', to) ?? new Date();
    const range = { from: new Date(end.getTime() - positive('minutes', minutes, 60) * MINUTE), to: end };
    const pixels = positive('width', width, 1200);
    const { config } = stack(name);
    const grafana = await open(source, name);
    try {
      say(`Grafana ${grafana.version} at ${grafana.url}`);
      const models = [model, ...(config.monitoring.type === 'embedded' ? [stackModel(config)] : [])];
      const views = models.flatMap((one) => viewsOf(forVersion(one, grafana.version)));
      const photographer = await Photographer.start({
        program,
        grafana,
        variables: { requestId: request },
        width: pixels,
        patience: PATIENCE,
        log: progress(),
      });
      try {
        return await takeAll(photographer, grafana, views, range, resolve(projectRoot(), out));
      } finally {
        await photographer.stop();
      }
    } finally {
      await grafana.stop();
    }
  },
});

async function open(source: GrafanaSource, name: string): Promise<Grafana> {
  if (source.type === 'running') return runningGrafana(source);
  const rendered = stack(name);
  const { auth, gateway, namespaces } = rendered.config;
  if (auth.loki.enabled || gateway.tls !== undefined)
    throw new UsageError(`stack ${name} asks for a credential or for TLS: give the URL of its own Grafana`);
  const target = await targetOf(undefined);
  return startGrafana(source, reachableDatasources(rendered, await serviceAddresses(target, namespaces.logging)));
}

/** Each view is saved as a dashboard for as long as its picture takes. */
async function takeAll(
  photographer: Photographer,
  grafana: Grafana,
  views: readonly View[],
  range: Range,
  folder: string,
): Promise<ExitCode> {
  mkdirSync(folder, { recursive: true });
  const failures: string[] = [];
  for (const view of views) {
    await saveDashboard(grafana, view.dashboard);
    try {
      const { png, failed } = await photographer.picture(view, range);
      writeFileSync(join(folder, view.file), png);
      say(`${view.file}  ${Math.ceil(png.length / 1024)} KiB`);
      failures.push(...failed.map((title) => `${view.file}: panel "${title}" shows an error`));
    } finally {
      await deleteDashboard(grafana, view.dashboard.uid);
    }
  }
  failures.forEach(say);
  return failures.length === 0 ? EXIT.good : EXIT.bad;
}
