/** Go compiles a library once for all programs that use it at one version, and with the same versions of what it uses itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
/** Most of what `make up` compiles. */
const PROGRAMS = ['kubernetes', 'containerd', 'loki', 'promtail'];
/** Not shared: each program is of its own release, and containerd asks for newer clients of Kubernetes, of which it uses little. */
const OWN = ['github.com/grafana/loki/v3', 'k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/client-go'];

/** Required modules, without those that `replace` names again. */
function required(program: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(ROOT, 'tools', program, 'go.mod'), 'utf8');
  return new Map(
    Array.from(
      text.matchAll(/^(?:require)?\s+(\S+\.\S+) (v\S+)(?: \/\/ indirect)?$/gm),
      ([, name = '', version = '']) => [name, version],
    ),
  );
}

test('the programs of the local cluster have one version of each library', () => {
  const all = PROGRAMS.map((program) => [program, required(program)] as const);
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

test.each(['loki', 'promtail'])('%s uses the clients of Kubernetes that this Kubernetes has', (program) => {
  const replaced = /k8s\.io\/client-go => k8s\.io\/client-go (v\S+)/.exec(
    readFileSync(join(ROOT, 'tools', 'kubernetes', 'go.mod'), 'utf8'),
  )?.[1];
  expect(required(program).get('k8s.io/client-go')).toBe(replaced);
});
