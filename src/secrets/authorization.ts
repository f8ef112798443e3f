/**
 * Credentials that an nginx adds to requests: a line of its configuration in a Secret beside the password, so that the
 * credential is in no argument, no environment and no ConfigMap.
 */

/** Key of the Secret, and name of the file that nginx includes. */
export const AUTHORIZATION_FILE = 'authorization.conf';

/** The line. */
export function authorizationLine(user: string, password: string): string {
  return line(Buffer.from(`${user}:${password}`).toString('base64'));
}

/** The line as a template of the External Secrets operator. */
export function authorizationTemplate(user: string): string {
  return line(`{{ printf "${user}:%s" .password | b64enc }}`);
}

/** Letters of base64 end no word of nginx'. */
function line(encoded: string): string {
  return `proxy_set_header Authorization "Basic ${encoded}";\n`;
}
