import * as fs from 'node:fs';
import * as https from 'node:https';
import { API_URL } from './layout';
import { pkiFile } from './pki';

/** The parts of a Kubernetes object that are used here. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}

/** A request that the API server answered with an error. */
export class ApiError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    message: string,
    /** What the server said. */
    readonly text: string,
  ) {
    super(message);
  }
}

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly type?: string;
}

let agent: https.Agent | undefined;

function adminAgent(): https.Agent {
  agent ??= new https.Agent({
    keepAlive: true,
    ca: fs.readFileSync(pkiFile('ca.crt')),
    cert: fs.readFileSync(pkiFile('admin.crt')),
    key: fs.readFileSync(pkiFile('admin.key')),
  });
  return agent;
}

/** Forgets open connections and certificates, so that the program can end or meet a new cluster. */
export function closeApi(): void {
  agent?.destroy();
  agent = undefined;
}

/** Sends one request to the embedded cluster's API server, as its administrator. */
export function callText(path: string, call: Call = {}): Promise<string> {
  const { method = 'GET', body, type = 'application/json' } = call;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = https.request(
      new URL(path, API_URL),
      {
        method,
        agent: adminAgent(),
        timeout: 10_000,
        headers: payload === undefined ? {} : { 'content-type': type },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status < 300) resolve(text);
          else reject(new ApiError(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`, text));
        });
      },
    );
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
    request.end(payload);
  });
}

/** {@link callText}, with its answer parsed. */
export async function call<T>(path: string, options: Call = {}): Promise<T> {
  return JSON.parse(await callText(path, options)) as T;
}

/** {@link call}, but `undefined` for an object that does not exist. */
export async function find<T>(path: string): Promise<T | undefined> {
  try {
    return await call<T>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Creates or updates the object at `path` (server-side apply). */
export async function apply(path: string, object: KubeObject): Promise<void> {
  await callText(`${path}?fieldManager=local-cluster&force=true`, {
    method: 'PATCH',
    body: object,
    type: 'application/apply-patch+yaml',
  });
}
