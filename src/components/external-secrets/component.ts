import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { secretTable, type StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { PART_OF, STACK } from '../kit/identity';
import { type MadeFile, madeFiles } from './made-file';

/** The stack's Secrets as requests to the External Secrets operator; nothing where they come from somewhere else. */
export class ExternalSecrets extends Construct {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    const { secretSource: source } = config;
    if (source.type !== 'externalSecrets') return;
    for (const spec of secretTable(config).filter(({ madeBy }) => madeBy === 'secretSource')) {
      const { name, namespace, keys } = spec;
      const made = madeFiles(config).get(name);
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
            ...(made === undefined
              ? {}
              : { template: { engineVersion: 'v2', data: templates(Object.keys(keys), made) } }),
          },
          data: storeProperties(Object.keys(keys), made).map((property) => ({
            // A template names its values in words without dots.
            secretKey: made === undefined ? property : variable(property),
            remoteRef: { key: `${source.prefix}/${name}`, property },
          })),
        },
      });
    }
  }
}

/** What the store's entry of a Secret holds: its keys, and in the place of a file that is made what it is made of. */
function storeProperties(keys: readonly string[], made: MadeFile | undefined): readonly string[] {
  return keys.flatMap((key) => (key === made?.key ? Object.keys(made.properties) : [key]));
}

/** Secret key → template, for Secrets that are more than their values. */
function templates(keys: readonly string[], made: MadeFile): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, key === made.key ? made.template : `{{ .${variable(key)} }}`]));
}

function variable(property: string): string {
  return property.replaceAll(/\W/g, '_');
}
