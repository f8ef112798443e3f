/** The example backend on a cluster: its program, its objects, and who is told of alerts beside it. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import { parseAllDocuments } from 'yaml';
import { ALERT_RECEIVER, receiverObjects } from './alert-receiver';
import { applyObjects, kubectl, type Target, waitForRollout } from './kubernetes';

/** Namespace of the example backend. */
export const BACKEND_NAMESPACE = 'spywatcher';

/** Annotation of its pod: what program it was started with. */
const PROGRAM_HASH = 'spywatcher.dev/program-hash';
const POD_ANNOTATIONS = ['spec', 'template', 'metadata', 'annotations'];

/** The image that the example's manifest names. */
export function backendImage(project: string): string {
  const image = /image: (\S+)/.exec(fs.readFileSync(manifestPath(project), 'utf8'))?.[1];
  if (image === undefined) throw new Error(`${manifestPath(project)} names no image`);
  return image;
}

/** Puts the example backend on the cluster and waits until it is ready. */
export async function startBackend(target: Target, project: string): Promise<void> {
  const files = await backendProgram(project);
  const objects = parseAllDocuments(fs.readFileSync(manifestPath(project), 'utf8')).map((document) => {
    // A program that has changed is started anew.
    if (document.get('kind') === 'Deployment') document.setIn([...POD_ANNOTATIONS, PROGRAM_HASH], hashOf(files));
    return document.toJS() as unknown;
  });
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const [namespace, ...rest] = objects.filter(isObject);
  if (namespace !== undefined) await applyObjects(target, [namespace]);
  await applyObjects(target, [programConfigMap(files), ...rest]);
  await waitForRollout(target, BACKEND_NAMESPACE, 'deployment/backend', 180);
}

/** Puts the receiver of alerts beside it, and waits until it is ready. */
export async function startReceiver(target: Target, project: string): Promise<void> {
  await applyObjects(target, receiverObjects(BACKEND_NAMESPACE, backendImage(project)));
  await waitForRollout(target, BACKEND_NAMESPACE, `deployment/${ALERT_RECEIVER.name}`, 180);
}

/** Removes it, with its namespace. */
export async function removeBackend(target: Target): Promise<void> {
  await kubectl(target, ['delete', 'namespace', BACKEND_NAMESPACE, '--ignore-not-found', '--timeout=120s'], {
    timeout: 130,
  });
}

/** The files of the program, by name. `node start.js` runs it in a folder that holds them. */
export async function backendProgram(project: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const source = path.join(project, 'examples', 'backend');
  const [server, incident, browser] = await Promise.all([
    // `spywatcher-logs/logger` is found by the `paths` of the project's tsconfig.json.
    bundle(path.join(source, 'server.ts'), { platform: 'node', target: 'node22' }),
    bundle(path.join(source, 'incident.ts'), { platform: 'node', target: 'node22' }),
    bundle(path.join(project, 'src', 'logger', 'browser.mts'), {
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
    }),
  ]);
  return new Map([
    ['start.js', fs.readFileSync(path.join(source, 'start.js'))],
    ['server.js.gz', gzipSync(server, { level: 9 })],
    ['incident.js', incident],
    ['browser.mjs', browser],
  ]);
}

async function bundle(entryPoint: string, options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    legalComments: 'none',
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${entryPoint} was not bundled`);
  return file.contents;
}

function hashOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const [name, contents] of files) hash.update(name).update(contents);
  return hash.digest('hex').slice(0, 16);
}

function programConfigMap(files: ReadonlyMap<string, Uint8Array>): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'example-backend', namespace: BACKEND_NAMESPACE },
    binaryData: Object.fromEntries(
      [...files].map(([name, contents]) => [name, Buffer.from(contents).toString('base64')]),
    ),
  };
}

function manifestPath(project: string): string {
  return path.join(project, 'examples', 'backend', 'kubernetes.yaml');
}
