import { LABELS, LEVEL_ALIASES, LEVELS, POD_LABELS, STRUCTURED_METADATA } from '../../../src/log-model';
import { podRelabelConfigs, podStages } from '../../../src/pipelines/kubernetes-pods';
import { Tree } from '../../support/manifests';

const relabelConfigs = podRelabelConfigs(['kube-system', 'noise']);
const stages = new Tree(podStages());
const inner = new Tree(stages.at('2.match.stages'));

describe('the pods’ streams', () => {
  it('start with labels of the log model, level aside, which comes from the line', () => {
    const targets = relabelConfigs
      .map((step) => step['target_label'])
      .filter((label) => label !== undefined && label !== '__path__');
    expect(new Set(targets)).toEqual(
      new Set(['pod', ...Object.values(LABELS).filter((label) => label !== LABELS.level)]),
    );
  });

  it('leave out the excluded namespaces, and none where none is', () => {
    expect(relabelConfigs[0]).toEqual({
      source_labels: ['__meta_kubernetes_namespace'],
      regex: 'kube-system|noise',
      action: 'drop',
    });
    expect(podRelabelConfigs([]).filter((step) => step['action'] === 'drop')).toEqual([]);
  });

  it('take the job from the pod’s own word before its app labels before the container', () => {
    expect(relabelConfigs.find((step) => step['target_label'] === LABELS.job)?.['source_labels']).toEqual([
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
    const { regex } = relabelConfigs.find((step) => step['target_label'] === LABELS.job) as { regex: string };
    expect(new RegExp(`^(?:${regex})$`).exec(joined)?.[1]).toBe(first);
  });

  it('read the files of each container, a static pod’s by the hash of its manifest', () => {
    const paths = relabelConfigs.filter((step) => step['target_label'] === '__path__');
    expect(paths.map(({ replacement }) => replacement)).toEqual([
      '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
      '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
    ]);
    expect(paths.at(-1)?.['source_labels']).toContain('__meta_kubernetes_pod_annotation_kubernetes_io_config_hash');
  });
});

describe('the pods’ lines', () => {
  it('are put together before they are parsed', () => {
    expect((stages.value as readonly object[]).map((stage) => Object.keys(stage)[0])).toEqual([
      'cri',
      'multiline',
      'match',
      'structured_metadata',
      'labeldrop',
    ]);
  });

  it.each([
    ['{"level":"info"}', true],
    ['ERROR: failed', true],
    ['    at Object.<anonymous>', false],
    ['\tat main', false],
  ])('begin a record: %j, %s', (line, begins) => {
    expect(new RegExp(String(stages.at('1.multiline.firstline'))).test(line)).toBe(begins);
  });

  it('give level as a label and everything with many values as structured metadata', () => {
    expect(inner.at('4.labels')).toEqual({ level: '' });
    expect(Object.keys(inner.at('5.structured_metadata') as object)).toEqual([...STRUCTURED_METADATA]);
    expect(stages.at('3.structured_metadata')).toEqual({ pod: '' });
    for (const field of STRUCTURED_METADATA) expect(Object.values(LABELS)).not.toContain(field);
  });

  it('lose no label of the log model at the end, and every other', () => {
    const dropped = stages.at('4.labeldrop') as readonly string[];
    expect(dropped).toEqual(['filename', 'stream', 'pod']);
    for (const label of Object.values(LABELS)) expect(dropped).not.toContain(label);
  });

  it('keep their own time, or the kubelet’s where they have none', () => {
    expect(inner.at('2.timestamp')).toEqual({ source: 'timestamp', format: 'RFC3339Nano', action_on_failure: 'skip' });
  });

  it('have a level of the log model, however a source spells it', () => {
    const template = String(inner.at('3.template.template'));
    for (const alias of Object.keys(LEVEL_ALIASES)) expect(template).toContain(`(eq $l "${alias}")`);
    for (const level of LEVELS) expect(template).toContain(`}}${level}{{`);
    expect(new Set(Object.values(LEVEL_ALIASES))).toEqual(new Set(LEVELS));
  });
});
