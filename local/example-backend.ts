import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { parseAllDocuments } from 'yaml';
import { applyObjects, kubectl, type Target, waitForRollout } from './kubernetes';

/** Namespace of the example backend. */
export const BACKEND_NAMESPACE = 'spywatcher';

/** The image that the example's manifest names. */
export function backendImage(project: string): string {
  const image = /image: (\S+)/.exec(fs.readFileSync(manifestPath(project), 'utf8'))?.[1];
  if (image === undefined) throw new Error(`${manifestPath(project)} names no image`);
  return image;
}

/** Puts the example backend on the cluster and waits until it is ready. */
export async function startBackend(target: Target, project: string): Promise<void> {
  const objects = parseAllDocuments(fs.readFileSync(manifestPath(project), 'utf8')).map(
    (document) => document.toJS() as unknown,
  );
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const [namespace, ...rest] = objects.filter(isObject);
  if (namespace !== undefined) await applyObjects(target, [namespace]);
  await applyObjects(target, [await programConfigMap(project), ...rest]);
  await waitForRollout(target, BACKEND_NAMESPACE, 'deployment/backend', 180);
}

/** Removes it, with its namespace. */
export async function removeBackend(target: Target): Promise<void> {
  await kubectl(target, ['delete', 'namespace', BACKEND_NAMESPACE, '--ignore-not-found', '--timeout=120s'], {
    timeout: 130,
  });
}

async function programConfigMap(project: string): Promise<object> {
  const source = path.join(project, 'examples', 'backend');
  const result = await build({
    entryPoints: [path.join(source, 'server.ts')],
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
    legalComments: 'none',
    write: false,
  });
  const program = result.outputFiles[0];
  if (program === undefined) throw new Error('the example backend was not bundled');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'example-backend', namespace: BACKEND_NAMESPACE },
    data: { 'start.js': fs.readFileSync(path.join(source, 'start.js'), 'utf8') },
    binaryData: { 'server.js.gz': gzipSync(program.contents, { level: 9 }).toString('base64') },
  };
}

function manifestPath(project: string): string {
  return path.join(project, 'examples', 'backend', 'kubernetes.yaml');
}
