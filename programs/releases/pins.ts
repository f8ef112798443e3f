/** What this project pins to a version: modules of tools/, images of stacks, and npm packages that follow one of both. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaults } from '../../src/config/defaults';
import { run } from './run';

export interface Pin {
  readonly kind: 'module' | 'package' | 'image';
  /** As its registry knows it: `k8s.io/kubernetes`, `@grafana/data`, `docker.io/grafana/loki`. */
  readonly name: string;
  readonly version: string;
  /** Where the version is written. */
  readonly file: string;
  /** Why it stays behind. @default - it does not */
  readonly held?: Hold;
}

export interface Hold {
  /** What does not change: the whole version, or its first two numbers. */
  readonly at: 'version' | 'minor';
  readonly why: string;
}

const PROMTAIL: Hold = { at: 'minor', why: 'the last minor version with Promtail' };
const GRAFANA: Hold = { at: 'minor', why: 'no Grafana 13 has been run with this stack' };
const ALERTMANAGER: Hold = { at: 'version', why: 'the last version whose module holds its pages' };
const COLLECTOR: Hold = { at: 'version', why: 'the newest release whose modules are all served' };
const KUBERNETES: Hold = { at: 'version', why: 'this Kubernetes is released with it' };

/** Pins that stay behind, by file and name. */
const HELD: Readonly<Record<string, Hold>> = {
  'tools/kubernetes/go.mod github.com/coredns/coredns': KUBERNETES,
  'tools/kubernetes/go.mod go.etcd.io/etcd/server/v3': KUBERNETES,
  'tools/loki-previous/go.mod github.com/grafana/loki/v3': {
    at: 'minor',
    why: 'the minor version before that of the stacks',
  },
  'tools/collector/go.mod go.opentelemetry.io/collector/otelcol': COLLECTOR,
  'tools/promtail/go.mod github.com/grafana/loki/v3': PROMTAIL,
  'tools/alertmanager/go.mod github.com/prometheus/alertmanager': ALERTMANAGER,
  'src/config/defaults.ts docker.io/grafana/promtail': PROMTAIL,
  'src/config/defaults.ts docker.io/grafana/grafana': GRAFANA,
  'src/config/defaults.ts docker.io/prom/alertmanager': ALERTMANAGER,
};

/** Folders whose modules are all of one release, and the module that stands for them: the others follow it. */
const ONE_RELEASE: Readonly<Record<string, string>> = {
  'tools/collector/go.mod': 'go.opentelemetry.io/collector/otelcol',
};

/** npm packages whose version is that of a program or an image. */
const FOLLOWERS = [
  '@grafana/data',
  '@grafana/grafana-foundation-sdk',
  '@grafana/lezer-logql',
  '@prometheus-io/lezer-promql',
];

/** Every pin of the project. */
export async function pins(project: string): Promise<readonly Pin[]> {
  // A folder without go.mod is one of npm packages, which their lock file pins.
  const folders = readdirSync(join(project, 'tools'), { withFileTypes: true }).filter(({ name }) =>
    existsSync(join(project, 'tools', name, 'go.mod')),
  );
  const modules = await Promise.all(folders.map(({ name }) => modulePins(project, `tools/${name}`)));
  const all = [...modules.flat(), ...imagePins(), ...packagePins(project)];
  return all.map((pin) => {
    const { [`${pin.file} ${pin.name}`]: held } = HELD;
    return held === undefined ? pin : { ...pin, held };
  });
}

/** `go mod edit -json`. */
export interface GoMod {
  readonly Require?: readonly { readonly Path: string; readonly Version: string; readonly Indirect?: boolean }[] | null;
  readonly Replace?:
    readonly { readonly Old: { readonly Path: string }; readonly New: { readonly Version?: string } }[] | null;
  readonly Tool?: readonly { readonly Path: string }[] | null;
}

/** A go.mod file, as Go reads it. */
export async function goMod(file: string): Promise<GoMod> {
  return JSON.parse(await run('go', ['mod', 'edit', '-json', file])) as GoMod;
}

/** Modules that a folder is there for: those of its tools, and those that it requires itself and does not replace. */
async function modulePins(project: string, folder: string): Promise<readonly Pin[]> {
  const file = `${folder}/go.mod`;
  const parsed = await goMod(join(project, file));
  const replaced = new Set(parsed.Replace?.map(({ Old }) => Old.Path));
  const tools = (parsed.Tool ?? []).map(({ Path }) => Path);
  return (parsed.Require ?? [])
    .filter(
      ({ Path, Indirect = false }) =>
        !replaced.has(Path) &&
        (ONE_RELEASE[file] ?? Path) === Path &&
        (!Indirect || tools.some((tool) => tool === Path || tool.startsWith(`${Path}/`))),
    )
    .map(({ Path, Version }) => ({ kind: 'module', name: Path, version: Version, file }));
}

function imagePins(): readonly Pin[] {
  // One of them says when the others are pulled.
  const images = Object.values(defaults.images).filter((value) => value.includes('/'));
  return images.map((image) => {
    const tag = image.lastIndexOf(':');
    return { kind: 'image', name: image.slice(0, tag), version: image.slice(tag + 1), file: 'src/config/defaults.ts' };
  });
}

function packagePins(project: string): readonly Pin[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as Readonly<
    Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>
  >;
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([name]) => FOLLOWERS.includes(name))
    .map(([name, version]) => ({ kind: 'package', name, version, file: 'package.json' }));
}
