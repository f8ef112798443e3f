import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { madeSecrets, storeEntryName, storeSources } from '../../secrets/objects';
import type { SecretKey } from '../../secrets/row';
import { PART_OF, STACK } from '../kit/identity';

/** The stack's Secrets as requests to the External Secrets operator. Without that source of secrets, there are none. */
export class ExternalSecrets extends Construct {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    const { secretSource: source } = config;
    if (source.type !== 'externalSecrets') return;
    for (const { name, namespace, keys } of madeSecrets(config)) {
      const isMade = keys.some(({ made }) => made !== undefined);
      new ApiObject(this, `${namespace}-${name}`, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: {
          name,
          namespace,
          labels: {
            [PART_OF]: STACK,
            'app.kubernetes.io/managed-by': STACK,
          },
        },
        spec: {
          refreshInterval: formatDuration(source.refreshInterval),
          secretStoreRef: { kind: source.storeKind, name: source.store },
          target: {
            name,
            creationPolicy: 'Owner',
            deletionPolicy: 'Retain',
            ...(isMade ? { template: { engineVersion: 'v2', data: templates(keys) } } : {}),
          },
          data: keys.flatMap(storeSources).map(([property]) => ({
            // The names of values in a template must not have dots.
            secretKey: isMade ? variable(property) : property,
            remoteRef: { key: storeEntryName(config, name), property },
          })),
        },
      });
    }
  }
}

/** Key → template, for Secrets that are made from several values. */
function templates(keys: readonly SecretKey[]): Record<string, string> {
  return Object.fromEntries(keys.map(({ key, made }) => [key, made?.template ?? `{{ .${variable(key)} }}`]));
}

function variable(property: string): string {
  return property.replaceAll(/\W/g, '_');
}
