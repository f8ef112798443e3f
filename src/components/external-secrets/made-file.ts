/** Files of Secrets that are made of values: a store has the values alone, and the External Secrets operator a template. */
import type { StackConfig } from '../../config';
import { AUTHORIZATION_FILE, authorizationTemplate, authorizationUsers } from '../kit/authorization';
import { bucketCredentials, CREDENTIALS_FILE } from '../loki/bucket-credentials';
import { LDAP_FILE, ldapConfigTemplate } from '../grafana/ldap';

/** One such file. */
export interface MadeFile {
  /** Key of the Secret. */
  readonly key: string;
  /** What the store's entry has in its place: property → path of the secret value. */
  readonly properties: Readonly<Record<string, string>>;
  /** The file, in the operator's template language. */
  readonly template: string;
}

/** Name of a Secret → the file in it that is made of values. */
export function madeFiles(config: Pick<StackConfig, 'grafana' | 'storage' | 'canary'>): ReadonlyMap<string, MadeFile> {
  const { grafana, storage } = config;
  const { ldap } = grafana.login;
  return new Map<string, MadeFile>([
    ...[...authorizationUsers(config)].map(
      ([name, user]) =>
        [name, { key: AUTHORIZATION_FILE, properties: {}, template: authorizationTemplate(user) }] as const,
    ),
    ...(ldap === undefined
      ? []
      : [
          [
            ldap.bindSecret,
            {
              key: LDAP_FILE,
              properties: { bindPassword: 'grafana.ldapBindPassword' },
              template: ldapConfigTemplate(ldap, 'bindPassword'),
            },
          ] as const,
        ]),
    ...(storage.type === 's3' && storage.access.type === 'secret'
      ? [
          [
            storage.access.secret,
            {
              key: CREDENTIALS_FILE,
              properties: { accessKeyId: 's3.accessKeyId', secretAccessKey: 's3.secretAccessKey' },
              template: bucketCredentials('{{ .accessKeyId }}', '{{ .secretAccessKey }}'),
            },
          ] as const,
        ]
      : []),
  ]);
}
