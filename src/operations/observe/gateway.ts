/** The gateway's door to Loki, opened from here with Grafana's credential. */
import { gatewayHost } from '../../components/gateway';
import { GATEWAY } from '../../components/kit/identity';
import { credentialSecretName, type StackConfig } from '../../config';
import type { Look } from './look';
import { derive, type Observed } from './observed';
import type { Endpoint } from './http';
import type { PodState } from './state';

/** `name:password` of the credential that Grafana reads with; empty without auth. Handle as a secret. */
async function readCredential(
  look: Look,
  { auth, grafana, namespaces }: StackConfig,
  given: string | undefined,
): Promise<Observed<string>> {
  if (!auth.loki.enabled) return { value: '' };
  if (given !== undefined) return { value: `${grafana.credential}:${given}` };
  const password = await look.secretValue(namespaces.logging, credentialSecretName(grafana.credential), 'password');
  return derive(password, (value) => `${grafana.credential}:${value}`);
}

/** The CA of the gateway's certificate; empty without TLS. */
async function authority(look: Look, { gateway, namespaces }: StackConfig): Promise<Observed<string>> {
  if (gateway.tls === undefined) return { value: '' };
  return look.secretValue(namespaces.logging, gateway.tls.secretName, 'ca.crt');
}

/** How Loki is asked through a pod of the gateway. @param password - @default that of the cluster's Secret */
export async function gatewayEndpoint(
  look: Look,
  config: StackConfig,
  pod: PodState | undefined,
  password?: string,
): Promise<Observed<Endpoint>> {
  if (pod === undefined) return { unknown: `no pod of ${GATEWAY.name} runs` };
  const { http } = GATEWAY.ports;
  const [ports, credential, ca] = await Promise.all([
    look.open(pod, [http]),
    readCredential(look, config, password),
    authority(look, config),
  ]);
  if ('unknown' in ports) return ports;
  if ('unknown' in credential) return credential;
  if ('unknown' in ca) return ca;
  return {
    value: {
      port: ports.value.get(http) ?? 0,
      ...(credential.value === '' ? {} : { credential: credential.value }),
      ...(ca.value === '' ? {} : { tls: { servername: gatewayHost(config), ca: ca.value } }),
    },
  };
}
