/**
 * Credentials that an nginx adds to requests: a line of its configuration in a Secret beside the password, so that the
 * credential is in no argument, no environment and no ConfigMap.
 */
import { credentialSecretName, GRAFANA_METRICS_SECRET, type StackConfig } from '../../config';

/** Key of the Secret, and name of the file that nginx includes. */
export const AUTHORIZATION_FILE = 'authorization.conf';

/** Whom Grafana knows its scraper as. */
export const METRICS_USER = 'metrics';

/** Secrets that hold such a line → the user that it names. */
export function authorizationUsers({ canary }: Pick<StackConfig, 'canary'>): ReadonlyMap<string, string> {
  return new Map([
    [GRAFANA_METRICS_SECRET, METRICS_USER],
    ...(canary === undefined ? [] : [[credentialSecretName(canary.credential), canary.credential] as const]),
  ]);
}

/** A Secret's contents: the password, and the line. */
export function authorizationContents(user: string, password: string): Readonly<Record<string, string>> {
  return { password, [AUTHORIZATION_FILE]: line(Buffer.from(`${user}:${password}`).toString('base64')) };
}

/** The line as a template of the External Secrets operator. */
export function authorizationTemplate(user: string): string {
  return line(`{{ printf "${user}:%s" .password | b64enc }}`);
}

/** Letters of base64 end no word of nginx'. */
function line(encoded: string): string {
  return `proxy_set_header Authorization "Basic ${encoded}";\n`;
}
