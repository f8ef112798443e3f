/** Given the running stack; what is said of it as a whole. */
import { applyObjects, kubectl, type Target } from '../../local/kubernetes';
import { eventually } from '../../programs/wait';
import { e2eConfig, restoreStack } from './cluster';
import { fastObjects } from './fast-alerts';

const config = e2eConfig();
let target: Target;

beforeAll(async () => {
  // Another file may have left Loki with another config.
  target = await restoreStack(config);
});

/** Name → resourceVersion of everything that the stack is made of, without what its controllers write. */
async function versions(): Promise<Record<string, string>> {
  const kinds =
    'serviceaccounts,configmaps,services,networkpolicies,persistentvolumeclaims,poddisruptionbudgets,ingresses,secrets';
  const list = await kubectl(target, [
    'get',
    kinds,
    '-A',
    '-l',
    'app.kubernetes.io/part-of=spywatcher-logs',
    '-o',
    `jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}`,
  ]);
  const workloads = await kubectl(target, [
    'get',
    'statefulsets,deployments,daemonsets',
    '-A',
    '-l',
    'app.kubernetes.io/part-of=spywatcher-logs',
    '-o',
    `jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.generation}{"\\n"}{end}`,
  ]);
  return Object.fromEntries(
    `${list}${workloads}`
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', version = ''] = line.split(' ');
        return [name, version] as const;
      })
      // What another test's stack has left is still on its way out.
      .filter(([name]) => [config.namespaces.logging, config.namespaces.agents].includes(name.split('/')[1] ?? '')),
  );
}

test('when the same stack is applied again, then nothing changes', async () => {
  const before = await versions();
  expect(Object.keys(before).length).toBeGreaterThan(20);
  await applyObjects(target, fastObjects(config));
  expect(await versions()).toEqual(before);
});

test('then Loki tells its metrics to the gateway’s second port, and nothing else', async () => {
  const { logging } = config.namespaces;
  const ask = (path: string): Promise<string> =>
    kubectl(target, ['get', '--raw', `/api/v1/namespaces/${logging}/services/gateway-metrics:metrics/proxy${path}`]);
  const metrics = await eventually(
    () => ask('/loki-0/metrics'),
    () => true,
    30,
  );
  expect(metrics).toMatch(/^loki_ingester_chunks_created_total/m);
  await expect(ask('/loki/api/v1/labels')).rejects.toThrow('could not find');
});

test('then Promtail tells the mission’s key metrics', async () => {
  const { agents } = config.namespaces;
  const names = ['promtail_sent_entries_total', 'promtail_dropped_entries_total', 'promtail_read_bytes_total'];
  const ask = async (): Promise<string> => {
    const pod = await kubectl(target, ['-n', agents, 'get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}']);
    return kubectl(target, ['get', '--raw', `/api/v1/namespaces/${agents}/pods/${pod.trim()}:9080/proxy/metrics`]);
  };
  // Promtail tells a counter from the first time that it counts: a new one has not read a byte yet.
  await eventually(ask, (metrics) => names.every((name) => metrics.includes(name)), 60);
});
