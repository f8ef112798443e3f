/** Names of settings that hold a secret: of a datasource, and of Grafana. */

/** Without underscores. Names of files, of URLs and of hints are none. */
const SECRET = /password(?!hint)|passwd|secret|token(?!ur[il])|privatekey(?!path)|apikey|accesskey/i;

/** Whether a setting of that name holds a secret. */
export function namesSecret(name: string): boolean {
  return SECRET.test(name.replaceAll('_', ''));
}
