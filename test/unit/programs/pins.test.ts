/** What the project pins, and that pins of one program agree. */
import { join } from 'node:path';
import { type Pin, pins } from '../../../programs/releases/pins';

const ROOT = join(__dirname, '..', '..', '..');
const all = pins(ROOT);

/** The version of one pin, without a leading `v`. */
async function version(file: string, name: string): Promise<string> {
  const found = (await all).filter((pin) => pin.file === file && pin.name === name);
  expect(found).toHaveLength(1);
  return found[0]?.version.replace(/^v/, '') ?? '';
}

const inImages = (name: string): Promise<string> => version('src/config/defaults.ts', `docker.io/${name}`);

test('every program of tools/ is a pin, and nothing that it only needs', async () => {
  const modules = (await all).filter(({ kind }) => kind === 'module').map(({ file, name }) => `${file} ${name}`);
  expect(modules).toEqual([
    'tools/alertmanager/go.mod github.com/prometheus/alertmanager',
    'tools/cilium/go.mod github.com/cilium/cilium',
    'tools/collector/go.mod go.opentelemetry.io/collector/otelcol',
    'tools/containerd/go.mod github.com/containerd/containerd/v2',
    'tools/crds/go.mod github.com/cert-manager/cert-manager',
    'tools/crds/go.mod github.com/cilium/cilium',
    'tools/crds/go.mod github.com/external-secrets/external-secrets',
    'tools/crds/go.mod github.com/prometheus-operator/prometheus-operator',
    'tools/crds/go.mod sigs.k8s.io/gateway-api',
    'tools/cyclonus/go.mod github.com/mattfenwick/cyclonus',
    'tools/fake-gcs-server/go.mod github.com/fsouza/fake-gcs-server',
    'tools/kube-score/go.mod github.com/zegl/kube-score',
    'tools/kubernetes/go.mod github.com/coredns/coredns',
    'tools/kubernetes/go.mod go.etcd.io/etcd/server/v3',
    'tools/kubernetes/go.mod k8s.io/kubernetes',
    'tools/loki/go.mod github.com/grafana/loki/v3',
    'tools/loki-previous/go.mod github.com/grafana/loki/v3',
    'tools/prometheus/go.mod github.com/prometheus/prometheus',
    'tools/promtail/go.mod github.com/grafana/loki/v3',
    'tools/versitygw/go.mod github.com/versity/versitygw',
  ]);
});

test('every image of a stack is a pin', async () => {
  const images = (await all).filter(({ kind }) => kind === 'image').map(({ name }) => name);
  expect(images).toContain('docker.io/grafana/grafana');
  expect(images).toHaveLength(8);
});

test('the npm packages that follow a program are pins, with the version that package.json has', async () => {
  const packages = (await all).filter(({ kind }) => kind === 'package');
  expect(packages.map(({ name }) => name)).toContain('@grafana/data');
  for (const pin of packages) expect(pin.version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('Loki and its canary are tested in the version of their images', async () => {
  const loki = await version('tools/loki/go.mod', 'github.com/grafana/loki/v3');
  expect(await inImages('grafana/loki')).toBe(loki);
  expect(await inImages('grafana/loki-canary')).toBe(loki);
});

test('Promtail is tested in the minor version of its image, whose last patches have no image', async () => {
  const minor = (text: string): string => text.split('.').slice(0, 2).join('.');
  const promtail = await version('tools/promtail/go.mod', 'github.com/grafana/loki/v3');
  expect(minor(await inImages('grafana/promtail'))).toBe(minor(promtail));
});

test('Alertmanager and Prometheus are tested in the version of their images', async () => {
  const alertmanager = await version('tools/alertmanager/go.mod', 'github.com/prometheus/alertmanager');
  expect(await inImages('prom/alertmanager')).toBe(alertmanager);
  // Its module is v0.<major><two digits of minor>.<patch>.
  const [, number = '', patch = ''] = (
    await version('tools/prometheus/go.mod', 'github.com/prometheus/prometheus')
  ).split('.');
  expect(await inImages('prom/prometheus')).toBe(`${number.slice(0, -2)}.${Number(number.slice(-2))}.${patch}`);
});

test('everything that stays behind tells why', async () => {
  const held = (await all).filter((pin): pin is Pin & Required<Pick<Pin, 'held'>> => pin.held !== undefined);
  expect(held).toHaveLength(9);
  for (const { held: hold } of held) expect(hold.why).not.toBe('');
});
