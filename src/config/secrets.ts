/** The table of secrets: which there are, who reads each, and under which name it is kept. Names only, never values. */
import type { StackConfig } from './schema';

/** One Kubernetes Secret that a stack needs. */
export interface SecretSpec {
  /** Name of the Secret. */
  readonly name: string;
  /** Namespace that it must exist in. */
  readonly namespace: string;
  /** Which pods read it. */
  readonly readBy: string;
  /** Key in the Secret → what it holds. */
  readonly keys: Readonly<Record<string, string>>;
}

/** htpasswd files of the gateway. */
export const GATEWAY_USERS_SECRET = 'gateway-users';

/** Secret with one credential's password, for the pod that uses it. */
export function credentialSecretName(credential: string): string {
  return `gateway-credential-${credential}`;
}

/** Every Secret that must exist before the stack's pods can start, in a stable order. */
export function secretTable(config: StackConfig): readonly SecretSpec[] {
  const { auth, grafana, agent, namespaces, storage } = config;
  const { logging, agents } = namespaces;
  const specs: SecretSpec[] = [
    {
      name: grafana.login.adminSecret,
      namespace: logging,
      readBy: 'grafana',
      keys: {
        password: 'password of the first user',
        secretKey: 'key that Grafana encrypts its own database fields with',
      },
    },
  ];
  if (auth.loki.enabled) {
    specs.push(
      {
        name: GATEWAY_USERS_SECRET,
        namespace: logging,
        readBy: 'gateway',
        keys: { write: 'htpasswd of the write credentials', read: 'htpasswd of the read credentials' },
      },
      {
        name: credentialSecretName(agent.credential),
        namespace: agents,
        readBy: 'promtail',
        keys: { password: `password of write credential ${agent.credential}` },
      },
      {
        name: credentialSecretName(grafana.credential),
        namespace: logging,
        readBy: 'grafana',
        keys: { password: `password of read credential ${grafana.credential}` },
      },
    );
  }
  if (storage.type === 's3') {
    specs.push({
      name: storage.credentialsSecret,
      namespace: logging,
      readBy: 'loki',
      keys: { accessKeyId: 'access key id of the bucket', secretAccessKey: 'secret access key of the bucket' },
    });
  }
  return specs;
}

/** Names of all credentials, write before read, in the order of the config. */
export function credentialNames(config: Pick<StackConfig, 'auth'>): readonly string[] {
  const { tenants } = config.auth.loki;
  return [...tenants.flatMap(({ write }) => write), ...tenants.flatMap(({ read }) => read)];
}
