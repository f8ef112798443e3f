/** Requests to the API server of the embedded cluster, as its administrator. */
import * as fs from 'node:fs';
import { HttpClient } from '../src/operations/http';
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

/** How many requests may run at once. */
const CONNECTIONS = 16;

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly type?: string;
}

let client: HttpClient | undefined;

function adminClient(): HttpClient {
  client ??= new HttpClient({
    connections: CONNECTIONS,
    timeout: 10,
    tls: {
      ca: fs.readFileSync(pkiFile('ca.crt')),
      cert: fs.readFileSync(pkiFile('admin.crt')),
      key: fs.readFileSync(pkiFile('admin.key')),
    },
  });
  return client;
}

/** Forgets open connections and certificates, so that the program can end or meet a new cluster. */
export async function closeApi(): Promise<void> {
  const open = client;
  client = undefined;
  await open?.close();
}

/** Sends one request to the embedded cluster's API server, as its administrator. */
export async function callText(path: string, call: Call = {}): Promise<string> {
  const { method = 'GET', body, type = 'application/json' } = call;
  const { status, text } = await adminClient().send(API_URL, path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
  });
  if (status < 300) return text;
  throw new ApiError(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`, text);
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
