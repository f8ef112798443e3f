/** What the real agents have in common when they are started: what they are given, their credential, and the wait for them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretValues } from '../src/secrets/row';
import type { Container, PodLogs } from './pod-logs';
import { credentialSecretName, SECRET_NAMES } from '../src/config';
import { type RenderedStack, secretFiles } from './rendered-stack';
import { send } from './request';
import { makeCertificate } from './tls';

export interface AgentOptions {
  /** Below it: what the agent keeps, credential, config and log. Kept from one start to the next, as the node's folders are. */
  readonly folder: string;
  readonly logs: PodLogs;
  readonly targets: readonly Container[];
  readonly values: SecretValues;
  readonly gatewayPort: number;
  /** The one core that it runs on. @default - all */
  readonly core?: string;
}

/** Writes the credential, the CA of a gateway with TLS, and what further destinations ask for, into folders of these names. */
export function writeCredential(rendered: RenderedStack, { folder, values }: AgentOptions): void {
  const { agent, auth, gateway } = rendered.config;
  for (const name of ['credential', 'gateway-ca', 'also']) mkdirSync(join(folder, name), { recursive: true });
  const files = auth.loki.enabled ? secretFiles(rendered, values, credentialSecretName(agent.credential)) : {};
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'credential', name), text);
  for (const { credential } of auth.loki.enabled ? agent.tenants : []) {
    const own = join(folder, 'tenants', credential);
    mkdirSync(own, { recursive: true });
    for (const [name, text] of Object.entries(secretFiles(rendered, values, credentialSecretName(credential))))
      writeFileSync(join(own, name), text);
  }
  const also = SECRET_NAMES.also.nameIn(rendered.config);
  if (also !== undefined)
    for (const [name, text] of Object.entries(secretFiles(rendered, values, also)))
      writeFileSync(join(folder, 'also', name), text);
  const ca = SECRET_NAMES.agentGatewayCa.nameIn(rendered.config);
  if (ca !== undefined)
    for (const [name, text] of Object.entries(secretFiles(rendered, values, ca)))
      writeFileSync(join(folder, 'gateway-ca', name), text);
  // The agent reads the file at its start; the tests' gateway is reached by plain HTTP.
  if (gateway.tls !== undefined)
    writeFileSync(join(folder, 'gateway-ca', 'ca.crt'), makeCertificate('gateway')['ca.crt']);
}

/** The command and the environment of an agent that is bound to a core, or to none. */
export function bound(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  { core }: AgentOptions,
): readonly [command: readonly string[], env: Readonly<Record<string, string>>] {
  return core === undefined ? [command, env] : [['taskset', '-c', core, ...command], { ...env, GOMAXPROCS: '1' }];
}

/** What a path says that does not answer with 200, or why it does not answer at all. */
export async function notReady(port: number, path: string): Promise<string | undefined> {
  try {
    const { status, text } = await send({ port, path });
    return status === 200 ? undefined : text.trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
