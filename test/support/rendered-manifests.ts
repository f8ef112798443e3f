/**
 * The manifests of the test stacks: `test/rendered/<stack>/<chart>.k8s.yaml`. Each line of what is rendered stands once: a file of a
 * ConfigMap that a stack in `dist` has as well is told by its differences from that.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import diffSequences from '@jest/diff-sequences';
import { App, Chart, Yaml } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { addStackCharts } from '../../charts/stack';
import type { StackConfig } from '../../src/config';
import type { Manifest } from './manifests';

const ROOT = join(__dirname, '..', '..');

/** The stacks of the repo that their ConfigMaps are compared with, the later ones first. `staging` is of the same environment; `dev` has the other agent. */
const BASES = ['dev', 'staging'];

/** Where they are committed. */
export const RENDERED = join(ROOT, 'test', 'rendered');

/** File name → text, as `npm run synth` would write it, but for what is told by its differences. */
export function renderedFiles(config: StackConfig): Readonly<Record<string, string>> {
  const app = new App();
  addStackCharts(app, config);
  const known = new Map(BASES.flatMap((base) => [...filesOfConfigMaps(base)]));
  return Object.fromEntries(
    app.node.children
      .filter((child) => child instanceof Chart)
      .map((chart): readonly [string, string] => {
        const objects = (chart.toJson() as Manifest[]).map((object) => toldByDifferences(object, known));
        return [`${chart.node.id}.k8s.yaml`, Yaml.stringify(...objects)];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The manifests in a folder: file name → text. */
export function committed(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

function objectsIn(manifest: string): readonly Manifest[] {
  return parseAllDocuments(manifest).map((document) => document.toJS() as Manifest);
}

/** A file of a stack in `dist`. */
interface Known {
  readonly base: string;
  readonly text: string;
}

/** `<ConfigMap>/<file>` → the file in this stack. */
function filesOfConfigMaps(base: string): ReadonlyMap<string, Known> {
  const objects = Object.values(committed(join(ROOT, 'dist', base))).flatMap(objectsIn);
  return new Map(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap(({ metadata, data }) =>
        Object.entries(data).map(([file, text]) => [`${metadata.name}/${file}`, { base, text }]),
      ),
  );
}

function toldByDifferences(object: Manifest, known: ReadonlyMap<string, Known>): Manifest {
  if (object.kind !== 'ConfigMap') return object;
  const data = Object.entries(object.data).map(([file, text]) => {
    const before = known.get(`${object.metadata.name}/${file}`);
    const told = before === undefined ? text : differences(before, text);
    return [file, told.length < text.length ? told : text];
  });
  return { ...object, data: Object.fromEntries(data) as Manifest['data'] };
}

/** Lines that went (`-`) and came (`+`), each run of them behind the line before it, without numbers: those would change often. */
function differences({ base, text }: Known, after: string): string {
  if (text === after) return `(as in dist/${base})\n`;
  const [from, to] = [text.split('\n'), after.split('\n')];
  const told: string[] = [`(as in dist/${base}, but for these lines)`];
  let [nextFrom, nextTo] = [0, 0];
  const tell = (common: number, inFrom: number, inTo: number): void => {
    if (inFrom > nextFrom || inTo > nextTo)
      told.push(
        ...(nextTo === 0 ? [] : [`  ${to[nextTo - 1] ?? ''}`]),
        ...from.slice(nextFrom, inFrom).map((line) => `- ${line}`),
        ...to.slice(nextTo, inTo).map((line) => `+ ${line}`),
      );
    [nextFrom, nextTo] = [inFrom + common, inTo + common];
  };
  diffSequences(from.length, to.length, (a, b) => from[a] === to[b], tell);
  tell(0, from.length, to.length);
  return `${told.join('\n')}\n`;
}
