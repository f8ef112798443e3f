/** Does what `npm run erase` does: erases one person's lines. */
import { readFileSync } from 'node:fs';
import { gatewayHost } from '../../components/gateway';
import { ConfigError, type StackConfig } from '../../config';
import { longestKept } from '../../config/derived/retention';
import { EVERY_STREAM, FIELDS } from '../../log-model';
import { type Answer, HttpClient } from '../http';

/** What is to be erased, and who asks for it. */
export interface Erasure {
  /** A tenant that has an `erase` credential. @default - the only one that has */
  readonly tenant?: string;
  /** The person's id as it stands in log lines. */
  readonly userId: string;
  /** From when on. @default - as long ago as anything is kept */
  readonly start?: Date;
  /** Until when. @default - now */
  readonly end?: Date;
}

/** How the gateway is reached. */
export interface GatewayAccess {
  /** `https://localhost:3100`, as `kubectl port-forward` opens it. */
  readonly url: string;
  /** Password of the tenant's erase credential. */
  readonly password: string;
  /** File with the certificate of the CA that made the gateway's. @default - the CAs that Node.js knows */
  readonly caFile?: string;
}

/** One request for deletion, as Loki tells of it. */
export interface ErasureStatus {
  readonly id: string;
  readonly status: string;
  readonly created: Date;
}

const DELETE_PATH = '/loki/api/v1/delete';
/** The shortest id. Shorter ones are part of too many lines. */
const USER_ID = /^[A-Za-z0-9_-]{6,64}$/;
const DAY = 86_400_000;

/** A person's id beside the line: as the agent writes it, and as Loki writes OTLP's attributes `user.id` and `enduser.id`. */
const METADATA = [FIELDS.userId, 'user_id', 'enduser_id'];
/** What ends in letters or digits and yet ends a word: escapes of JSON, nginx and shells, colours, URL encoding once or more. */
const ESCAPES = [
  String.raw`\\[bfnrtv]`,
  String.raw`\\u[0-9A-Fa-f]{4}`,
  String.raw`\\x[0-9A-Fa-f]{2}`,
  String.raw`\[[0-9;]+m`,
  // Colours off, in its short form. The escape character before it may itself be escaped.
  String.raw`(\x1b|1[bB]|033)\[m`,
  String.raw`%(25)*[0-9A-Fa-f]{2}`,
];

/**
 * LogQL that finds a person's lines, in all streams of a tenant that have a label `job` or `service_name`. Of each, once by
 * the line, in which the id stands by itself, as a field of a record and in a text alike; and once by the metadata. A delete
 * request is one filter after another, so that what is either way needs two.
 *
 * Never with a selector that would match streams without any label, for example `{job=~".*"}`: Loki takes such a delete
 * request, and then refuses every query of the tenant.
 *
 * @throws Error for an id that is too short, or of other characters than letters, digits, `_` and `-`.
 */
export function erasureQueries(userId: string): readonly string[] {
  if (!USER_ID.test(userId))
    throw new Error(
      `An id of 6 to 64 letters, digits, _ and - is needed; "${userId}" would erase other lines as well.`,
    );
  // An id with letters may be the beginning of another one, `ada` of `ada-2`; of digits alone no id goes on so.
  const boundary = /^[0-9]+$/.test(userId) ? '[^0-9A-Za-z]' : '[^0-9A-Za-z_-]';
  const expression = `(^|${boundary}|${ESCAPES.join('|')})${userId}($|${boundary})`;
  // Until the lines are off the disk, every query of the tenant looks at every line so: most are done with at the first filter.
  const inLine = `|= \`${userId}\` |~ \`${expression}\``;
  const inMetadata = `| ${METADATA.map((name) => `${name}=\`${userId}\``).join(' or ')}`;
  return EVERY_STREAM.flatMap((selector) => [`${selector} ${inLine}`, `${selector} ${inMetadata}`]);
}

/**
 * Asks Loki to delete.
 *
 * @returns the ids of Loki's delete requests, which the gateway's log has as well.
 * @throws Error where there is no erase credential, the id is no id, or the gateway refuses; it says what was taken before.
 */
export async function erase(config: StackConfig, erasure: Erasure, access: GatewayAccess): Promise<readonly string[]> {
  const { start = keptSince(config), end = new Date() } = erasure;
  const queries = erasureQueries(erasure.userId);
  const taken: string[] = [];
  for (const query of queries) {
    const parameters = new URLSearchParams({ query, start: start.toISOString(), end: end.toISOString() });
    try {
      taken.push(await requestDeletion(config, erasure.tenant, access, parameters));
    } catch (error) {
      if (taken.length === 0) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `Loki took ${taken.length} of ${queries.length} delete requests (${taken.join(', ')}), and not the next: ${reason}\nNot all lines will be erased. Run the command again; to ask twice does no harm.`,
        { cause: error },
      );
    }
  }
  return taken;
}

async function requestDeletion(
  config: StackConfig,
  tenant: string | undefined,
  access: GatewayAccess,
  parameters: URLSearchParams,
): Promise<string> {
  const { headers } = await ask(config, tenant, access, 'POST', `${DELETE_PATH}?${parameters.toString()}`);
  const id = headers['x-delete-request-id'];
  if (typeof id !== 'string') throw new Error('Loki accepted the deletion and did not say its id.');
  return id;
}

/** What has become of earlier requests of a tenant. Without their queries: those name the persons. */
export async function erasures(
  config: StackConfig,
  tenant: string | undefined,
  access: GatewayAccess,
): Promise<readonly ErasureStatus[]> {
  const { text } = await ask(config, tenant, access, 'GET', DELETE_PATH);
  // The shape is Loki's, fixed by its API version.
  const found = JSON.parse(text) as readonly { request_id: string; status: string; created_at: number }[];
  return found.map(({ request_id: id, status, created_at: seconds }) => ({
    id,
    status,
    created: new Date(seconds * 1000),
  }));
}

function keptSince({ retention }: StackConfig): Date {
  return new Date(Date.now() - longestKept(retention).milliseconds - DAY);
}

/** The tenant's first erase credential. */
function eraserOf({ auth }: StackConfig, tenant: string | undefined): string {
  const able = auth.loki.tenants.filter(({ erase: names }) => names.length > 0);
  const names = able.map(({ name }) => name).join(', ');
  const path = 'auth.loki.tenants[].erase';
  if (able.length === 0)
    throw new ConfigError('erase', [
      { path, received: '[]', rule: 'an erase credential of the tenant', remedy: `name one in ${path}, and apply` },
    ]);
  const found = tenant === undefined && able.length === 1 ? able : able.filter(({ name }) => name === tenant);
  const [credential] = found[0]?.erase ?? [];
  if (credential === undefined) throw new Error(`--tenant must be one of those with an erase credential: ${names}`);
  return credential;
}

async function ask(
  config: StackConfig,
  tenant: string | undefined,
  { url, password, caFile }: GatewayAccess,
  method: string,
  path: string,
): Promise<Answer> {
  const client = new HttpClient({
    timeout: 30,
    tls: {
      // Its certificate is for this name, through whatever port it is reached.
      servername: gatewayHost(config),
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    },
  });
  try {
    const { origin, pathname, search } = new URL(path, url);
    const credential = `${eraserOf(config, tenant)}:${password}`;
    const answer = await client.send(origin, `${pathname}${search}`, { method, credential });
    if (answer.status < 300) return answer;
    throw new Error(`The gateway answered ${answer.status}: ${answer.text.trim().slice(0, 300)}`);
  } finally {
    await client.close();
  }
}
