/**
 * Writes docs/reference/ from the sources: the JSON schema of stack files, the references of the
 * config and of the secrets, the API reference.
 * With --check it writes nothing and fails if one of them is not what the sources say.
 */
'use strict';
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const root = join(__dirname, '..');
const committed = join(root, 'docs', 'reference');

/** File name → contents, for every file of docs/reference. */
async function reference() {
  require('./ensure-built').ensureBuilt();
  const { stackFileSchema } = require('../lib/src/docs/stack-file-schema');
  const { configReference } = require('../lib/src/docs/config-reference');
  const { secretsReference } = require('../lib/src/docs/secrets-reference');
  return {
    'config.md': configReference(),
    'secrets.md': secretsReference(),
    'stack-file.schema.json': `${JSON.stringify(stackFileSchema(), null, 2)}\n`,
    ...(await apiReference()),
  };
}

/** TypeDoc's Markdown of both entry points. A warning (something without TSDoc, a broken link) is an error. */
async function apiReference() {
  const { Application, Converter, ReflectionKind } = await import('typedoc');
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: ['src/index.ts', 'src/pulumi.ts'].map((file) => join(root, file)),
    basePath: root,
    tsconfig: join(root, 'tsconfig.build.json'),
    logLevel: 'Warn',
    readme: 'none',
    // Nothing in it may depend on the machine, the day or the commit.
    disableSources: true,
    disableGit: true,
    hideGenerator: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    validation: { notDocumented: true, notExported: true, invalidLink: true },
    treatWarningsAsErrors: true,
    treatValidationWarningsAsErrors: true,
    router: 'module',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
  });
  // The fields of a stack config are config.md's subject; here they would be a hundred nameless types.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const type of project.getReflectionsByKind(ReflectionKind.Interface)) {
      if (type.name !== 'StackConfig' && type.name !== 'StackConfigInput') continue;
      for (const field of [...(type.children ?? [])]) project.removeReflection(field);
      delete type.extendedTypes;
    }
  });
  const project = await app.convert();
  if (project !== undefined) app.validate(project);
  if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error('The API reference was not written: every warning above is an error.');
  }
  const temporary = mkdtempSync(join(tmpdir(), 'spywatcher-logs-reference-'));
  try {
    await app.outputs.writeOutput({ name: 'markdown', path: temporary }, project);
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('The API reference was not written.');
    return filesBelow(temporary, 'api');
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function filesBelow(directory, prefix = '') {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [join(prefix, path.slice(directory.length + 1)), readFileSync(path, 'utf8')]),
  );
}

function existing() {
  mkdirSync(committed, { recursive: true });
  return filesBelow(committed);
}

function write(files) {
  for (const stale of Object.keys(existing()).filter((name) => !(name in files))) rmSync(join(committed, stale));
  for (const [name, contents] of Object.entries(files)) {
    const path = join(committed, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, contents);
    renameSync(`${path}.new`, path);
  }
}

/** The exit code. */
function check(files) {
  const found = existing();
  const names = [...new Set([...Object.keys(files), ...Object.keys(found)])].sort();
  const stale = names.filter((name) => !isDeepStrictEqual(files[name], found[name]));
  if (stale.length === 0) return 0;
  const list = stale.map((name) => `  docs/reference/${name}\n`).join('');
  process.stderr.write(`Not what the sources say any more:\n${list}Run: npm run docs\n`);
  return 1;
}

module.exports = {
  options: { check: { type: 'boolean', description: 'instead: says what of it is not what the sources say' } },
  run: async (values) => {
    const files = await reference();
    if (values.check) return check(files);
    write(files);
    return 0;
  },
};
