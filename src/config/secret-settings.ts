/** Names of settings that hold a secret, and texts that are one: of a datasource, of Grafana, and of an environment. */
import { FORMS } from '../log-model/redaction/forms';
import { isSecretField } from '../log-model/redaction/names';
import { redactor } from '../log-model/redaction/pattern';

/** Without underscores. Names of files, of URLs and of hints are none. */
const SECRET = /password(?!hint)|passwd|secret|token(?!ur[il])|privatekey(?!path)|apikey|accesskey/i;

/** Whether a setting of that name holds a secret. */
export function namesSecret(name: string): boolean {
  return SECRET.test(name.replaceAll('_', ''));
}

/** A user and a password before the host of a URL, or the password of a connection string. */
const SECRET_TEXT = /:\/\/[^/@\s]*:[^/@\s]+@|password\s*=/i;

/** Whether a text has a password in it. */
export function holdsPassword(text: string): boolean {
  return SECRET_TEXT.test(text);
}

/** Secrets that a log line is redacted for by their form. An address of mail is none here. */
const FORMS_OF_SECRETS = FORMS.filter(({ kind, places }) => kind !== 'e-mail address' && places.includes('text')).map(
  redactor,
);
/** Values of names that sound like a secret's: the path of its file, a switch, a number. */
const NO_SECRET = /^(?:\/[\w./-]*|true|false|\d*)$/;

/** Whether a variable of that name and value is a secret. */
export function isSecretVariable(name: string, value: string): boolean {
  const isNamedSo = (namesSecret(name) || isSecretField(name)) && !NO_SECRET.test(value);
  return isNamedSo || holdsPassword(value) || FORMS_OF_SECRETS.some(({ redact }) => redact(value) !== value);
}
