/**
 * docs/getting-started.md, done: its program is installed, run, asked and bundled as it says. And the programs of
 * docs/logger.md compile.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { backendImage } from '../../local/example-backend';
import { FIELDS, POD_LABELS } from '../../src/log-model';
import { freePorts, type RunningProgram, startProgram, until } from '../../programs/program';
import { send } from '../../programs/request';
import { Consumer, pack, ROOT, temporaryFolder } from './consumer';

type LogRecord = Readonly<Record<string, unknown>>;

/** The blocks of code of a language on a page, in their order. */
function blocks(language: string, page = 'getting-started.md'): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
}

/** The command of the page that begins so. */
function command(start: string): readonly string[] {
  const line = blocks('sh')
    .flatMap((block) => block.split('\n'))
    .find((candidate) => candidate.startsWith(start));
  if (line === undefined) throw new Error(`No command of the page begins with ${start}`);
  return line.split(' ');
}

const temporary = temporaryFolder();
const program = blocks('js')[0] ?? '';
let tarball: string;
let service: Consumer;

beforeAll(() => {
  tarball = pack(temporary);
  service = Consumer.installAlone(tarball, ['express', 'esbuild', '@types/express']);
  writeFileSync(join(service.directory, 'server.mjs'), program);
});
afterAll(() => {
  service.remove();
  rmSync(temporary, { recursive: true, force: true });
});

test('the archive that it installs has the name that npm pack gives it', () => {
  const archive = command('npm install express').at(-1) ?? '';
  expect(basename(archive)).toBe(basename(tarball));
});

test('the program has ten lines', () => {
  expect(program.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(12);
});

test('the program’s types are right', () => {
  service.compileWith({ allowJs: true, checkJs: true, noEmit: true }, ['server.mjs']);
});

describe.each(['as it is', 'bundled as the page says'])('the program, %s', (how) => {
  let greeter: RunningProgram;
  let port: number;
  const records = (): readonly LogRecord[] =>
    greeter
      .output()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogRecord);

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    const own = 'server.here.mjs';
    // The port that the page uses may be taken on this machine.
    writeFileSync(join(service.directory, own), program.replace('8080', String(port)));
    let file = own;
    if (how !== 'as it is') {
      const [, , entry = '', ...options] = command('npx esbuild');
      expect(entry).toBe('server.mjs');
      service.node('esbuild', [join('node_modules', 'esbuild', 'bin', 'esbuild'), own, ...options]);
      file = 'server.js';
    }
    greeter = startProgram([process.execPath, join(service.directory, file)], join(service.directory, `${file}.log`), {
      env: { SERVICE_NAME: 'greeter' },
    });
    await until('its first line', () => (records().length > 0 ? undefined : 'nothing'), { program: greeter });
  });
  afterAll(() => greeter.stop());

  test('writes two lines for a request, with one id, which the response has too', async () => {
    const { status, headers } = await send({ port, path: '/hello/ann' });
    expect(status).toBe(200);
    await until('its lines', () => (records().length >= 3 ? undefined : `${records().length} lines`));
    const requestId = headers['x-request-id'];
    const common = { [FIELDS.requestId]: requestId, [FIELDS.userId]: 'ann', [FIELDS.service]: 'greeter' };
    expect(records()).toMatchObject([
      { message: 'Greeter listens' },
      { ...common, message: 'Somebody says hello' },
      { ...common, status: 200 },
    ]);
  });

  test('ends by itself on SIGTERM', async () => {
    expect(await greeter.stop()).toBe(0);
  });
});

test('the bundled program fits into a ConfigMap', () => {
  expect(statSync(join(service.directory, 'server.js')).size).toBeLessThan(2 ** 20);
});

test('the manifest has the pod label, the image of the local cluster, and the ConfigMap that the commands make', () => {
  const manifest = blocks('yaml')[0] ?? '';
  expect(parse(manifest)).toMatchObject({
    kind: 'Deployment',
    metadata: { namespace: command('kubectl create namespace')[3] },
    spec: {
      template: {
        metadata: { labels: { [POD_LABELS.job]: 'greeter', [POD_LABELS.app]: 'greeter' } },
        spec: {
          containers: [{ image: backendImage(ROOT) }],
          volumes: [{ configMap: { name: command('kubectl create configmap')[3] } }],
        },
      },
    },
  });
});

/** What the pieces of docs/logger.md are pieces of. */
const AROUND = `
declare const app: import('express').Express;
declare const request: import('express').Request;
declare const server: import('node:http').Server;
declare const user: { readonly id: string };
declare const error: unknown;
declare const express: typeof import('express');
`;
const NAMES = 'browserLogs, createLogger, flush, logSecurityEvent, requestLogger, SecurityActions';

test('the programs of docs/logger.md compile', () => {
  const pieces = blocks('ts', 'logger.md');
  expect(pieces.length).toBeGreaterThan(6);
  const files = pieces.map((piece, index) => {
    const file = `piece-${index}.mts`;
    const imports = piece.includes("from 'spywatcher-logs/logger'")
      ? ''
      : `import { ${NAMES} } from 'spywatcher-logs/logger';`;
    writeFileSync(join(service.directory, file), `${imports}\n${AROUND}\n${piece}\nexport {};\n`);
    return file;
  });
  service.compileWith({ noEmit: true }, files);
});
