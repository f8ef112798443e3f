/** Go compiles a library once for all programs that use it at one version, and with the same versions of what it uses itself. */
import { join } from 'node:path';
import { type GoMod, goMod } from '../../../programs/releases/pins';

const ROOT = join(__dirname, '..', '..', '..');
/** Most of what `make up` compiles. */
const PROGRAMS = ['kubernetes', 'containerd', 'loki', 'promtail'];
/** Not shared: each program is of its own release, and containerd asks for newer clients of Kubernetes, of which it uses little. */
const OWN = ['github.com/grafana/loki/v3', 'k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/client-go'];

const parsed = (program: string): Promise<GoMod> => goMod(join(ROOT, 'tools', program, 'go.mod'));

async function required(program: string): Promise<ReadonlyMap<string, string>> {
  const { Require: modules } = await parsed(program);
  return new Map((modules ?? []).map(({ Path, Version }) => [Path, Version]));
}

test('the programs of the local cluster have one version of each library', async () => {
  const all = await Promise.all(PROGRAMS.map(async (program) => [program, await required(program)] as const));
  const names = new Set(all.flatMap(([, modules]) => [...modules.keys()]));
  const different = [...names]
    .filter((name) => !OWN.includes(name))
    .map((name) => ({
      name,
      // Raise the lower ones: cd tools/<program>, go mod edit -require=<name>@<version>, go mod tidy.
      versions: all.flatMap(([program, modules]) => {
        const version = modules.get(name);
        return version === undefined ? [] : [`${program} ${version}`];
      }),
    }))
    .filter(({ versions }) => new Set(versions.map((each) => each.split(' ')[1])).size > 1);
  expect(names.size).toBeGreaterThan(300);
  expect(different).toEqual([]);
});

test.each(['loki', 'promtail'])('%s uses the clients of Kubernetes that this Kubernetes has', async (program) => {
  const { Replace: replaced } = await parsed('kubernetes');
  const clients = replaced?.find(({ Old }) => Old.Path === 'k8s.io/client-go');
  expect(clients?.New.Version).toMatch(/^v/);
  expect((await required(program)).get('k8s.io/client-go')).toBe(clients?.New.Version);
});
