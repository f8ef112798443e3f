/** Where the Collector sends records: the exporter to Loki, and those to the further destinations of the stack file. */
import { ALSO_SECRET, alsoKeys, credentialSecretName, type FurtherDestination, type StackConfig } from '../../config';
import { agentGatewayCa } from '../../config/derived/agent-gateway';
import { type ByteSize, formatDuration } from '../../config/units';
import { LOKI_EXPORTER, tenantExporter } from '../../log-model/agent-metrics';
import type { TenantExporter } from '../../pipelines/collector';
import type { AgentSecret } from '../agent';
import { agentGatewayUrl } from '../gateway';

type Section = Readonly<Record<string, unknown>>;

/** Extension that keeps queues and offsets. */
export const STORAGE = 'file_storage';

/** A part of the config file: exporters, and extensions with their credentials. */
export interface Destinations {
  readonly exporters: Readonly<Record<string, Section>>;
  readonly extensions: Readonly<Record<string, Section>>;
}

/** Folders of its container with secrets. */
export interface SecretFolders {
  readonly credential: string;
  readonly gatewayCa: string;
  /** With a folder for each further tenant's credential. */
  readonly tenants: string;
  /** With what further destinations ask for. */
  readonly also: string;
}

/** The gateway in front of Loki: with the agent's credential, and with that of each tenant of some namespaces. */
export function lokiDestinations(config: StackConfig, folders: Omit<SecretFolders, 'also'>): Destinations {
  const { agent, auth } = config;
  const toLoki = (exporter: string, queueSize: ByteSize, login: NonNullable<Destination['login']>): Destinations =>
    destination(config, {
      exporter,
      endpoint: `${agentGatewayUrl(config)}/otlp`,
      ...(auth.loki.enabled ? { login } : {}),
      ...(agentGatewayCa(config) === undefined ? {} : { caFile: `${folders.gatewayCa}/ca.crt` }),
      queueSize,
      // By default, what does not fit is dropped. So reading waits instead.
      waits: true,
    });
  return together([
    toLoki(LOKI_EXPORTER, agent.queueSize, {
      extension: 'basicauth',
      username: agent.credential,
      password_file: `${folders.credential}/password`,
    }),
    ...agent.tenants.map(({ credential, queueSize }) =>
      toLoki(tenantExporter(credential), queueSize, {
        extension: `basicauth/tenant/${credential}`,
        username: credential,
        password_file: `${folders.tenants}/${credential}/password`,
      }),
    ),
  ]);
}

/** The tenants of some namespaces, and what sends their lines. */
export const tenantExporters = ({ agent }: Pick<StackConfig, 'agent'>): readonly TenantExporter[] =>
  agent.tenants.map(({ namespaces, credential }) => ({
    name: credential,
    namespaces,
    exporter: tenantExporter(credential),
  }));

/** Their passwords, as files of the pod. A volume's name is too short for a credential's. */
export const tenantSecrets = ({ agent }: Pick<StackConfig, 'agent'>, folder: string): readonly AgentSecret[] =>
  agent.tenants.map(({ credential }, index) => ({
    name: `tenant-${index}`,
    secret: credentialSecretName(credential),
    keys: ['password'],
    folder: `${folder}/${credential}`,
  }));

/** The exporters to further destinations, in the order of the stack file. */
export const furtherExporters = ({ agent }: Pick<StackConfig, 'agent'>): readonly string[] =>
  agent.also.map(exporterOf);

const exporterOf = ({ name }: Pick<FurtherDestination, 'name'>): string => `otlp_http/${name}`;

/** The further destinations. A full queue of theirs must not keep lines from Loki, so what does not fit is dropped. */
export function furtherDestinations(config: StackConfig, { also }: Pick<SecretFolders, 'also'>): Destinations {
  const all = config.agent.also.map((one) => {
    const { password, ca } = alsoKeys(one);
    return destination(config, {
      exporter: exporterOf(one),
      endpoint: one.url,
      ...(one.user === undefined || password === undefined
        ? {}
        : {
            login: {
              extension: `basicauth/${one.name}`,
              username: one.user,
              password_file: `${also}/${password}`,
            },
          }),
      ...(ca === undefined ? {} : { caFile: `${also}/${ca}` }),
      queueSize: one.queueSize,
      waits: false,
    });
  });
  return together(all);
}

/** What further destinations ask for, as files of the pod. */
export function furtherSecrets({ agent }: Pick<StackConfig, 'agent'>, folder: string): readonly AgentSecret[] {
  const keys = agent.also.flatMap((one) => Object.values(alsoKeys(one)));
  return keys.length === 0 ? [] : [{ name: 'also', secret: ALSO_SECRET, keys, folder }];
}

function together(all: readonly Destinations[]): Destinations {
  return {
    exporters: Object.fromEntries(all.flatMap(({ exporters }) => Object.entries(exporters))),
    extensions: Object.fromEntries(all.flatMap(({ extensions }) => Object.entries(extensions))),
  };
}

interface Destination {
  readonly exporter: string;
  /** URL, to which `/v1/logs` is appended. */
  readonly endpoint: string;
  readonly login?: { readonly extension: string; readonly username: string; readonly password_file: string };
  /** Certificate of a CA that is not public. */
  readonly caFile?: string;
  readonly queueSize: ByteSize;
  /** Whether reading waits while the queue is full. Otherwise, what does not fit is dropped. */
  readonly waits: boolean;
}

function destination({ agent }: Pick<StackConfig, 'agent'>, props: Destination): Destinations {
  const { exporter, endpoint, login, caFile, queueSize, waits } = props;
  return {
    extensions:
      login === undefined
        ? {}
        : { [login.extension]: { client_auth: { username: login.username, password_file: login.password_file } } },
    exporters: {
      [exporter]: {
        endpoint,
        ...(login === undefined ? {} : { auth: { authenticator: login.extension } }),
        ...(caFile === undefined ? {} : { tls: { ca_file: caFile } }),
        // Without end: what waits is on disk. By default, a batch is dropped after five minutes.
        retry_on_failure: { initial_interval: '500ms', max_interval: '30s', max_elapsed_time: 0 },
        sending_queue: {
          storage: STORAGE,
          sizer: 'bytes',
          queue_size: queueSize.bytes,
          block_on_overflow: waits,
          num_consumers: 2,
          batch: {
            flush_timeout: formatDuration(agent.batchWait),
            min_size: agent.batchSize.bytes,
            max_size: agent.batchSize.bytes,
          },
        },
      },
    },
  };
}
