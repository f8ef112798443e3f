/** Which pods Promtail reads, as what, and the labels that their lines start with. */
import { FORMATS, JOBS, LABELS, POD_LABELS } from '../../../../src/log-model';
import { podRelabelConfigs } from '../../../../src/pipelines/promtail/discovery';

interface RelabelConfig {
  readonly source_labels: readonly string[];
  readonly target_label?: string;
  readonly regex?: string;
  readonly replacement?: string;
  readonly action?: string;
}

const relabelConfigs = JSON.parse(
  JSON.stringify(podRelabelConfigs(['auto', 'redis'], { excludeNamespaces: ['kube-system', 'noise'] })),
) as readonly RelabelConfig[];
const toJob = relabelConfigs.find(({ target_label: label }) => label === LABELS.job);

/** The format of a pod with these two labels: the last step that matches says it. */
function formatOf(format: string, job: string): string | undefined {
  return relabelConfigs
    .filter(({ target_label: label }) => label === 'format')
    .findLast(({ regex }) => new RegExp(`^(?:${regex ?? ''})$`).test(`${format};${job}`))?.replacement;
}

describe('pods', () => {
  it('start with labels of the log model, but for level, which the line has, and node, which the agent has', () => {
    const targets = relabelConfigs
      .flatMap(({ target_label: label }) => label ?? [])
      .filter((label) => label !== '__path__' && label !== 'format');
    const own = Object.values(LABELS).filter((label) => label !== LABELS.level && label !== LABELS.node);
    expect(new Set(targets)).toEqual(new Set(['pod', ...own]));
  });

  it('are left out in excluded namespaces, and in none where none is', () => {
    expect(relabelConfigs[0]).toEqual({
      source_labels: ['__meta_kubernetes_namespace'],
      regex: 'kube-system|noise',
      action: 'drop',
    });
    expect(podRelabelConfigs(FORMATS, { excludeNamespaces: ['kube-*'] })[0]).toMatchObject({ regex: 'kube-.*' });
    expect(
      podRelabelConfigs(FORMATS, { excludeNamespaces: [] }).filter((step) => step['source_labels'] === undefined),
    ).toEqual([]);
  });

  it('have the job of their own word before their app label before their container', () => {
    expect(toJob?.source_labels).toEqual([
      '__meta_kubernetes_pod_label_logs_spywatcher_dev_job',
      '__meta_kubernetes_pod_label_app_kubernetes_io_name',
      '__meta_kubernetes_pod_label_app',
      '__meta_kubernetes_pod_container_name',
    ]);
    expect(POD_LABELS.job).toBe('logs.spywatcher.dev/job');
  });

  it.each([
    ['a;b;c', 'a'],
    [';b;c', 'b'],
    [';;c', 'c'],
    [';;', undefined],
  ])('take of %j the first that is not empty: %s', (joined, first) => {
    expect(new RegExp(`^(?:${toJob?.regex ?? ''})$`).exec(joined)?.[1]).toBe(first);
  });

  it('are read by the files of each container, a static pod’s by the hash of its manifest', () => {
    const paths = relabelConfigs.filter(({ target_label: label }) => label === '__path__');
    expect(paths.map(({ replacement }) => replacement)).toEqual([
      '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
      '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
    ]);
    expect(paths.at(-1)?.source_labels).toContain('__meta_kubernetes_pod_annotation_kubernetes_io_config_hash');
  });

  it.each([
    ['', JOBS.backend, 'auto'],
    ['', JOBS.postgres, 'postgres'],
    ['', 'postgresql', 'postgres'],
    ['', JOBS.redis, 'redis'],
    ['', 'valkey', 'redis'],
    ['', JOBS.pgbouncer, 'pgbouncer'],
    ['', JOBS.nginx, 'nginx'],
    ['', 'nginx-exporter', 'auto'],
    ['', '', 'auto'],
    ['postgres', 'orders-db', 'postgres'],
    ['python', JOBS.backend, 'python'],
    ['auto', JOBS.nginx, 'auto'],
    ['mistyped', 'orders', 'auto'],
    ['mistyped', JOBS.redis, 'auto'],
  ])('with format %j and job %j are read as %s', (format, job, expected) => {
    expect(formatOf(format, job)).toBe(expected);
  });
});
