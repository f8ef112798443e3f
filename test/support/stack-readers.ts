/** The real programs that read what is rendered of a stack, each asked whether it takes it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectorArgs } from '../../src/components/collector/config';
import { PROMETHEUS_CONFIG } from '../../src/components/prometheus/config';
import { NODE_VARIABLE } from '../../src/pipelines/collector/source';
import type { KubernetesObject } from '../../charts/objects';
import { secretManifests } from '../../charts/secret-manifests';
import { type AlertmanagerFiles, amtool, startAlertmanager, writeAlertmanagerFiles } from '../../programs/alertmanager';
import type { ApiServer } from './api-server';
import { testGatewayConfig } from '../../programs/gateway';
import { type LokiConfig, lokiFiles, writeLokiFiles } from '../../programs/loki';
import { programs, removeFolder, run, temporaryFolder } from '../../programs/program';
import { cri, PodLogs } from '../../programs/pod-logs';
import { startPromtail } from '../../programs/promtail';
import { configFile, containerOf, objectOf, type RenderedStack, secretValues } from '../../programs/rendered-stack';

/** One program; what it has seen before, it is not asked again. */
export interface Reader {
  readonly name: string;
  /** What it says against a stack; undefined where it takes everything. */
  readonly refusal: (rendered: RenderedStack) => Promise<string | undefined>;
  /** How much it has been asked. */
  readonly asked: () => number;
}

/** As many programs at once as there are processors, on a machine of CI. */
const MOST_AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** Waits until one of the programs that run has ended. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** Asks once for each text. */
function once<T>(
  name: string,
  partsOf: (rendered: RenderedStack) => readonly (readonly [key: string, part: T])[],
  ask: (part: T, rendered: RenderedStack) => Promise<string | undefined>,
): Reader {
  const answers = new Map<string, Promise<string | undefined>>();
  return {
    name,
    refusal: async (rendered) => {
      const found = await Promise.all(
        partsOf(rendered).map(([key, part]) => {
          const answer = answers.get(key) ?? ask(part, rendered);
          answers.set(key, answer);
          return answer;
        }),
      );
      return found.find((refusal) => refusal !== undefined);
    },
    asked: () => answers.size,
  };
}

/** Every object of a stack, and its Secrets, one by one. */
export function apiServerReader(api: ApiServer): Reader {
  const namespaces = new Map<string, Promise<unknown>>();
  const inItsNamespace = async ({ metadata: { namespace } }: KubernetesObject): Promise<void> => {
    if (namespace === undefined) return;
    // A dry run makes none for the next object.
    const made = namespaces.get(namespace) ?? api.kubectl(['create', 'namespace', namespace]);
    namespaces.set(namespace, made);
    await made;
  };
  return once(
    'the API server',
    (rendered) =>
      [...rendered.objects, ...secretManifests(rendered.config, secretValues(rendered))].map(
        (object) => [JSON.stringify(withoutValues(object)), object] as const,
      ),
    async (object) => {
      await inItsNamespace(object);
      const refusal = await api.refusal(object);
      return refusal === undefined ? undefined : `${object.kind} ${object.metadata.name}: ${refusal}`;
    },
  );
}

/** A Secret's values are made anew for each stack. */
function withoutValues({ stringData, ...rest }: KubernetesObject): unknown {
  return { ...rest, ...(stringData === undefined ? {} : { keys: Object.keys(stringData as object) }) };
}

const has = ({ objects }: RenderedStack, kind: string, name: string): boolean =>
  objects.some((object) => object.kind === kind && object.metadata.name === name);

function inFolder<T>(name: string, use: (folder: string) => Promise<T>): Promise<T> {
  return inTurn(async () => {
    const folder = temporaryFolder(name);
    try {
      return await use(folder);
    } finally {
      removeFolder(folder);
    }
  });
}

/** Its config; and each tenant's overrides as if they were everybody's, for its own check leaves that file out. */
export function lokiReader(): Reader {
  return once(
    'Loki',
    (rendered) => {
      const { config, overrides } = lokiFiles(rendered);
      const tenants = (overrides['overrides'] ?? {}) as LokiConfig;
      return [{}, ...Object.values(tenants)].map((own) => {
        const files = { config: { ...config, limits_config: { ...config['limits_config'], ...own } }, overrides };
        return [JSON.stringify(files.config), files] as const;
      });
    },
    (files, rendered) =>
      inFolder('loki-reader', async (folder) => {
        const { loki } = await programs('loki');
        const args = writeLokiFiles(rendered, folder, files);
        const { code, stderr } = await run([loki, ...args, '-verify-config']);
        return code === 0 ? undefined : lastWords(stderr);
      }),
  );
}

const LINE = cri(1_700_000_000_000_000_000n, 'a line');

/** Started, with a pod to read: a stage or an expression that it refuses ends it. */
export function promtailReader(): Reader {
  return once(
    'Promtail',
    (rendered) =>
      rendered.config.agent.type === 'promtail'
        ? [[configFile(rendered, 'promtail-config', 'config.yaml'), undefined]]
        : [],
    (_, rendered) =>
      inFolder('promtail-reader', async (folder) => {
        const { promtail } = await programs('promtail');
        const target = { namespace: 'test', pod: 'writer', container: 'main' };
        const logs = new PodLogs(join(folder, 'pods'));
        logs.append(target, [LINE]);
        try {
          const running = await startPromtail(promtail, rendered, {
            folder,
            logs,
            targets: [target],
            values: secretValues(rendered),
            gatewayPort: 9,
            dryRun: true,
          });
          await running.stop('SIGKILL');
          return running
            .output()
            .split('\n')
            .find((line) => line.includes('"level":"error"'));
        } catch (error) {
          return String(error);
        }
      }),
  );
}

/** What `validate` refuses: a component, a key, a statement or an expression. */
export function collectorReader(): Reader {
  return once(
    'Collector',
    (rendered) => {
      if (rendered.config.agent.type !== 'collector') return [];
      const file = configFile(rendered, 'collector-config', 'config.yaml');
      return [[file, file] as const];
    },
    (file) =>
      inFolder('collector-reader', async (folder) => {
        const { otelcol } = await programs('otelcol');
        const path = join(folder, 'config.yaml');
        writeFileSync(path, file);
        const { code, stderr } = await run([otelcol, 'validate', ...collectorArgs(path)], {
          env: { [NODE_VARIABLE]: 'node-1' },
        });
        return code === 0 ? undefined : lastWords(stderr);
      }),
  );
}

/** nginx of the gateway. */
export function nginxReader(): Reader {
  return once(
    'nginx',
    (rendered) => [[configFile(rendered, 'gateway-config', 'nginx.conf'), undefined]],
    (_, rendered) =>
      inTurn(async () => {
        const { code, output } = await testGatewayConfig(rendered, secretValues(rendered));
        return code === 0 ? undefined : lastWords(output);
      }),
  );
}

/** Config and rules of the stack's Prometheus, or the rules for an operator's. */
export function prometheusReader(): Reader {
  return once(
    'Prometheus',
    (rendered) => {
      if (has(rendered, 'PrometheusRule', 'spywatcher-logs-stack')) {
        const rules = JSON.stringify(objectOf(rendered, 'PrometheusRule', 'spywatcher-logs-stack')['spec']);
        return [[rules, { rules }] as const];
      }
      if (!has(rendered, 'ConfigMap', 'prometheus-config')) return [];
      const [config, rules] = ['prometheus.yaml', 'stack-rules.yaml'].map((name) =>
        configFile(rendered, 'prometheus-config', name),
      );
      return [[`${config ?? ''}${rules ?? ''}`, { config, rules: rules ?? '' }] as const];
    },
    ({ config, rules }: { readonly config?: string | undefined; readonly rules: string }) =>
      inFolder('prometheus-reader', async (folder) => {
        const { promtool } = await programs('promtool');
        const files = { config: join(folder, 'prometheus.yaml'), rules: join(folder, 'stack-rules.yaml') };
        writeFileSync(files.rules, rules);
        if (config !== undefined) writeFileSync(files.config, config.replaceAll(PROMETHEUS_CONFIG, folder));
        const { code, stdout, stderr } = await run([
          promtool,
          'check',
          ...(config === undefined
            ? ['rules', '--lint=all', '--lint-fatal', files.rules]
            : ['config', '--lint=all', '--lint-fatal', files.config]),
        ]);
        return code === 0 ? undefined : lastWords(`${stdout}${stderr}`);
      }),
  );
}

/** amtool for its config, and Alertmanager itself for its arguments. */
export function alertmanagerReader(): Reader {
  const withFiles = (
    rendered: RenderedStack,
    use: (files: AlertmanagerFiles) => Promise<string | undefined>,
  ): Promise<string | undefined> =>
    inTurn(async () => {
      const files = writeAlertmanagerFiles(rendered, secretValues(rendered));
      try {
        return await use(files);
      } catch (error) {
        return String(error);
      } finally {
        removeFolder(files.folder);
      }
    });
  return once(
    'Alertmanager',
    (rendered) => {
      if (rendered.config.alertmanager.type !== 'embedded') return [];
      return [
        [JSON.stringify(containerOf(rendered, 'alertmanager').args), 'args'],
        [configFile(rendered, 'alertmanager-config', 'alertmanager.yml'), 'config'],
      ] as const;
    },
    (part, rendered) =>
      withFiles(rendered, async (files) => {
        if (part === 'config') {
          const { code, output } = await amtool('check-config', files.configFile);
          return code === 0 ? undefined : lastWords(output);
        }
        const running = await startAlertmanager(rendered, files);
        await running.end('SIGKILL');
        return undefined;
      }),
  );
}

function lastWords(text: string): string {
  return text.trimEnd().split('\n').slice(-8).join('\n').slice(-1_500);
}
