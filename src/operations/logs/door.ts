/** The gateway as `npm run logs` reaches it: at a URL, or through a port that kubectl forwards. */
import { readFileSync } from 'node:fs';
import { gatewayHost } from '../../components/gateway';
import { GATEWAY } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import { HttpClient } from '../http';
import type { Cluster } from '../kubectl';
import { gatewayEndpoint } from '../observe/gateway';
import { Look } from '../observe/look';
import { known, whyUnknown } from '../observe/observed';
import type { Ask } from './reader';

/** The gateway, or Loki behind it, said no. */
export class Refusal extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    text: string,
  ) {
    super(`the gateway answered ${status}: ${text.replace(/\s+/g, ' ').trim().slice(0, 400)}`);
  }
}

export interface Door {
  readonly ask: Ask;
  readonly close: () => Promise<void>;
}

interface Address {
  readonly origin: string;
  readonly credential?: string;
  readonly tls?: { readonly servername: string; readonly ca?: string };
}

function doorAt({ origin, credential, tls }: Address, closeMore = (): void => undefined): Door {
  const client = new HttpClient({ connections: 1, timeout: 90, ...(tls === undefined ? {} : { tls }) });
  return {
    ask: async (path, signal) => {
      const { status, text } = await client.send(origin, path, {
        signal,
        ...(tls === undefined ? {} : { headers: { host: tls.servername } }),
        ...(credential === undefined ? {} : { credential }),
      });
      if (status === 200) return text;
      throw new Refusal(status, text);
    },
    close: async () => {
      await client.close();
      closeMore();
    },
  };
}

/** At a URL. @param password - of the credential that Grafana reads with; none without auth */
export function doorAtUrl(config: StackConfig, url: string, password: string | undefined, caFile?: string): Door {
  const { origin, protocol } = new URL(url);
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  return doorAt({
    origin,
    ...(password === undefined ? {} : { credential: `${config.grafana.credential}:${password}` }),
    ...(protocol === 'https:' ? { tls: { servername: gatewayHost(config), ...(ca === undefined ? {} : { ca }) } } : {}),
  });
}

/** Through one of the gateway's pods. @param password - @default that of the cluster's Secret */
export async function doorInCluster(config: StackConfig, cluster: Cluster, password?: string): Promise<Door> {
  const look = new Look(cluster);
  try {
    const pods = await look.pods([config.namespaces.logging]);
    const running = known(pods)?.filter(({ component, phase }) => component === GATEWAY.name && phase === 'Running');
    const pod = running?.find(({ ready }) => ready) ?? running?.[0];
    const why = whyUnknown(pods);
    if (why !== undefined) throw new Error(why);
    const endpoint = await gatewayEndpoint(look, config, pod, password);
    if ('unknown' in endpoint) throw new Error(endpoint.unknown);
    const { port, credential, tls } = endpoint.value;
    return doorAt(
      {
        origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
        ...(credential === undefined ? {} : { credential }),
        ...(tls === undefined ? {} : { tls }),
      },
      () => look.close(),
    );
  } catch (error) {
    look.close();
    throw error;
  }
}
