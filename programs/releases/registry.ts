/** Tags of an image, as its registry lists them: https://github.com/opencontainers/distribution-spec, with a token where one is asked for. */
import type { Answer, HttpClient } from '../../src/operations/http';

/** Docker's own registry has another address than name. */
const ADDRESSES: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };
/** A registry that gives ever new pages is not read to the end. */
const MOST_PAGES = 200;

/** Every tag of `docker.io/grafana/loki` and the like. */
export async function imageTags(client: HttpClient, image: string): Promise<readonly string[]> {
  const [host = '', ...names] = image.split('/');
  const registry = origin(ADDRESSES[host] ?? host);
  const tags: string[] = [];
  let authorization: string | undefined;
  let path: string | undefined = `/v2/${names.join('/')}/tags/list?n=1000`;
  for (let page = 0; path !== undefined; page++) {
    if (page === MOST_PAGES) throw new Error(`${registry}: more than ${MOST_PAGES} pages of tags`);
    let answer: Answer = await ask(client, registry, path, authorization);
    if (answer.status === 401 && authorization === undefined) {
      authorization = `Bearer ${await token(client, answer)}`;
      answer = await ask(client, registry, path, authorization);
    }
    if (answer.status !== 200) throw new Error(`${registry}${path}: status ${answer.status}`);
    tags.push(...((JSON.parse(answer.text) as { readonly tags: readonly string[] | null }).tags ?? []));
    path = nextPath(registry, answer);
  }
  return tags;
}

/** As for Docker, a registry on this machine speaks plain HTTP. */
const origin = (address: string): string =>
  `${/^(?:localhost|127\.0\.0\.1)(?::|$)/.test(address) ? 'http' : 'https'}://${address}`;

function ask(client: HttpClient, registry: string, path: string, authorization: string | undefined): Promise<Answer> {
  return client.send(registry, path, { headers: authorization === undefined ? {} : { authorization } });
}

/** The token that whoever reads may have. */
async function token(client: HttpClient, { headers }: Answer): Promise<string> {
  const challenge = String(headers['www-authenticate'] ?? '');
  const parameters = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const realm = parameters.get('realm');
  if (!/^bearer /i.test(challenge) || realm === undefined) throw new Error(`it asks for a login: "${challenge}"`);
  const address = new URL(realm);
  for (const name of ['service', 'scope']) {
    const value = parameters.get(name);
    if (value !== undefined) address.searchParams.set(name, value);
  }
  const answer = await client.send(address.origin, `${address.pathname}${address.search}`);
  if (answer.status !== 200) throw new Error(`${address.origin}: status ${answer.status} for a token`);
  const given = JSON.parse(answer.text) as { readonly token?: string; readonly access_token?: string };
  const value = given.token ?? given.access_token;
  if (value === undefined) throw new Error(`${address.origin} gives no token`);
  return value;
}

function nextPath(registry: string, { headers }: Answer): string | undefined {
  const next = /<([^>]+)>;\s*rel="?next"?/.exec(String(headers['link'] ?? ''))?.[1];
  if (next === undefined) return undefined;
  const { origin: there, pathname, search } = new URL(next, registry);
  // The token is for this registry alone.
  if (there !== new URL(registry).origin) throw new Error(`${registry} continues at ${there}`);
  return `${pathname}${search}`;
}
