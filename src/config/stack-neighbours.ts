/** Files beside a stack file that it names: rule files and dashboards. Their texts become a part of the config. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigMapKey, configMapOfFile } from '../alerts/rule-files';
import { type Advice, decode } from '../syntax/yaml';
import { mappingOf } from './mapping';
import type { Found, Problem } from './problem';
import { isMissing, whyUnreadable } from './stack-folder';

/** A section with the texts of the files that it names, and what is wrong with these. */
interface WithFiles {
  readonly section: unknown;
  readonly found: readonly Found[];
}

/** Rule files of ConfigMaps, and what is wrong with them before they are read as rules. */
export interface RuleCopies {
  readonly files: readonly (ConfigMapKey & { readonly content: string })[];
  readonly problems: readonly Problem[];
}

/** Finds the rule files of ConfigMaps, by the section `alerting.configMaps` as it is written. */
export type ReadCopies = (configMaps: Readonly<Record<string, unknown>>, directory: string) => RuleCopies;

/**
 * Reads the files that a section names.
 *
 * @param name - name of the section.
 * @param directory - where the stack file is.
 */
export function withNamedFiles(
  name: string,
  section: unknown,
  directory: string,
  readCopies: ReadCopies = copiesInFolder,
): WithFiles {
  if (name === 'alerting') {
    const named = withRuleFiles(section, directory);
    const copied = withCopies(named.section, directory, readCopies);
    return { section: copied.section, found: [...named.found, ...copied.found] };
  }
  return name === 'grafana' ? withDashboards(section, directory) : { section, found: [] };
}

/** `alerting` with the text of each of its files; one that cannot be read is taken for empty, and noted. */
function withRuleFiles(alerting: unknown, directory: string): WithFiles {
  const section = mappingOf(alerting) ?? {};
  const files = section['files'];
  if (!Array.isArray(files)) return { section: alerting, found: [] };
  const unreadable: Problem[] = [];
  const read = files.map((file: unknown, index) => {
    const { path, content } = mappingOf(file) ?? {};
    if (typeof path !== 'string' || content !== undefined) return file;
    const text = textOf(join(directory, path));
    if ('problem' in text)
      unreadable.push({ path: `alerting.files[${index}].path`, received: JSON.stringify(path), ...text.problem });
    return { ...mappingOf(file), content: 'content' in text ? text.content : 'groups: []' };
  });
  return { section: { ...section, files: read }, found: unreadable.map((problem) => ({ problem })) };
}

/** `alerting` with the rule files of ConfigMaps. */
function withCopies(alerting: unknown, directory: string, readCopies: ReadCopies): WithFiles {
  const section = mappingOf(alerting) ?? {};
  const configMaps = mappingOf(section['configMaps']);
  if (configMaps === undefined || configMaps['files'] !== undefined) return { section: alerting, found: [] };
  const { files, problems } = readCopies(configMaps, directory);
  return {
    section: { ...section, configMaps: { ...configMaps, files } },
    // Alerts of a file that could not be read may be named elsewhere. The other files are checked.
    found: problems.map((problem) => ({ problem, doubts: ['alerting', 'configMaps', 'folder'] })),
  };
}

/** The copies that `npm run rules` has written. Files that are no YAML are nobody's. */
function copiesInFolder({ folder }: Readonly<Record<string, unknown>>, directory: string): RuleCopies {
  if (typeof folder !== 'string') return { files: [], problems: [] };
  const wrong = (name: string | undefined, advice: Advice): Problem => ({
    path: `alerting.configMaps.${name === undefined ? 'folder' : `${folder}/${name}`}`,
    received: JSON.stringify(name ?? folder),
    ...advice,
  });
  try {
    const read = readdirSync(join(directory, folder))
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort()
      .map((name) => ({ name, configMap: configMapOfFile(name), text: textOf(join(directory, folder, name)) }));
    return {
      files: read.flatMap(({ configMap, text }) =>
        configMap !== undefined && 'content' in text ? [{ ...configMap, ...text }] : [],
      ),
      problems: read.flatMap(({ name, configMap, text }) => {
        if (configMap === undefined) return [wrong(name, NO_COPY)];
        return 'problem' in text ? [wrong(name, { ...text.problem, remedy: 'run npm run rules' })] : [];
      }),
    };
  } catch (error) {
    const problem = wrong(undefined, {
      rule: `a folder that can be read, from the folder of the stack file (${whyUnreadable(error)})`,
      remedy: isMissing(error) ? 'run npm run rules, which writes it' : 'check the path',
    });
    return { files: [], problems: [problem] };
  }
}

const NO_COPY: Advice = {
  rule: 'a file that npm run rules has written: <namespace>_<ConfigMap>_<key>',
  remedy: 'move it to another folder, and name it in alerting.files',
};

const DASHBOARDS = 'grafana.dashboards';

/** `grafana` with the text of each of its dashboards; one that cannot be read is left out, and noted. */
function withDashboards(grafana: unknown, directory: string): WithFiles {
  const section = mappingOf(grafana) ?? {};
  const dashboards = mappingOf(section['dashboards']) ?? {};
  const { folder, files } = dashboards;
  if (typeof folder !== 'string' || files !== undefined) return { section: grafana, found: [] };
  const { texts, problems } = jsonFiles(directory, folder);
  return {
    section: { ...section, dashboards: { ...dashboards, files: texts } },
    // Where none could be read, that there is none is nobody's fault but theirs.
    found: problems.map((problem) => ({
      problem,
      ...(texts.length === 0 ? { doubts: ['grafana', 'dashboards', 'files'] } : {}),
    })),
  };
}

interface Texts {
  readonly texts: readonly { readonly name: string; readonly content: string }[];
  readonly problems: readonly Problem[];
}

/** Texts of the files `*.json` of a folder, by name. Other files are nobody's; other folders are refused. */
function jsonFiles(directory: string, folder: string): Texts {
  const wrong = (name: string | undefined, advice: Advice): Problem => ({
    path: name === undefined ? `${DASHBOARDS}.folder` : `${DASHBOARDS}.${folder}/${name}`,
    received: JSON.stringify(name ?? folder),
    ...advice,
  });
  try {
    const entries = readdirSync(join(directory, folder), { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const isDashboard = (name: string): boolean => name.toLowerCase().endsWith('.json');
    const read = entries
      .filter(({ name }) => isDashboard(name))
      .map(({ name }) => ({ name, ...textOf(join(directory, folder, name)) }));
    const inner = entries.filter((entry) => entry.isDirectory() && !isDashboard(entry.name));
    return {
      texts: read.flatMap((file) => ('content' in file ? [{ name: file.name, content: file.content }] : [])),
      problems: [
        ...(read.length === 0
          ? [
              wrong(undefined, {
                rule: 'a folder with a dashboard at least: a file whose name ends in .json',
                remedy: 'put one into it, or remove grafana.dashboards',
              }),
            ]
          : []),
        ...read.flatMap((file) => ('problem' in file ? [wrong(file.name, file.problem)] : [])),
        ...inner.map(({ name }) =>
          wrong(name, {
            rule: 'no folder in the folder: its dashboards are in one folder of Grafana',
            remedy: `move its files to ${folder}, and remove it`,
          }),
        ),
      ],
    };
  } catch (error) {
    const problem = wrong(undefined, {
      rule: `a folder that can be read, from the folder of the stack file (${whyUnreadable(error)})`,
      remedy: 'check the path, or create the folder and put a dashboard into it',
    });
    return { texts: [], problems: [problem] };
  }
}

function textOf(file: string): { readonly content: string } | { readonly problem: Advice } {
  try {
    const content = decode(readFileSync(file));
    return typeof content === 'string' ? { content } : { problem: content };
  } catch (error) {
    return {
      problem: {
        rule: `a file that can be read, from the folder of the stack file (${whyUnreadable(error)})`,
        remedy: 'check the path, or create the file',
      },
    };
  }
}
