import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type SecretSpec, secretTable, type StackConfig } from '../config';
import { formatDuration } from '../config/units';
import { AUTHORIZATION_FILE, authorizationTemplates, authorizationUsers } from './authorization';
import { ldapConfigTemplate } from './ldap-config';

/** Property of the store's entry that the LDAP password is kept under: the Secret holds a whole file around it. */
export const BIND_PASSWORD = 'bindPassword';

/** The stack's Secrets as requests to the External Secrets operator; nothing where they come from somewhere else. */
export class ExternalSecrets extends Construct {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    const { secretSource: source } = config;
    if (source.type !== 'externalSecrets') return;
    for (const spec of secretTable(config).filter(({ madeBy }) => madeBy === 'secretSource')) {
      const { name, namespace, keys } = spec;
      const template = fileTemplate(config, spec);
      new ApiObject(this, `${namespace}-${name}`, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: {
          name,
          namespace,
          labels: {
            'app.kubernetes.io/part-of': 'spywatcher-logs',
            'app.kubernetes.io/managed-by': 'spywatcher-logs',
          },
        },
        spec: {
          refreshInterval: formatDuration(source.refreshInterval),
          secretStoreRef: { kind: source.storeKind, name: source.store },
          target: {
            name,
            creationPolicy: 'Owner',
            deletionPolicy: 'Retain',
            ...(template === undefined ? {} : { template: { engineVersion: 'v2', data: template } }),
          },
          data: storeProperties(Object.keys(keys)).map((property) => ({
            // A template names its values in words without dots.
            secretKey: template === undefined ? property : variable(property),
            remoteRef: { key: `${source.prefix}/${name}`, property },
          })),
        },
      });
    }
  }
}

/** What the store's entry of a Secret holds: its keys, but of the LDAP config and of a line of nginx' the password alone. */
function storeProperties(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => key !== AUTHORIZATION_FILE).map((key) => (key === 'ldap.toml' ? BIND_PASSWORD : key));
}

/** Secret key → template, for Secrets that are more than their values. */
function fileTemplate(config: StackConfig, { name, keys }: SecretSpec): Record<string, string> | undefined {
  const user = authorizationUsers(config).get(name);
  if (user !== undefined) return { ...authorizationTemplates(user) };
  const { ldap } = config.grafana.login;
  if (ldap?.bindSecret !== name) return undefined;
  return Object.fromEntries(
    Object.keys(keys).map((key) => [
      key,
      key === 'ldap.toml' ? ldapConfigTemplate(ldap, BIND_PASSWORD) : `{{ .${variable(key)} }}`,
    ]),
  );
}

function variable(property: string): string {
  return property.replaceAll(/\W/g, '_');
}
