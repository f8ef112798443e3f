/** The Secrets as Kubernetes objects. */
import { PART_OF, STACK } from '../src/components/kit/identity';
import type { StackConfig } from '../src/config';
import { type SecretObject, secretObjects } from '../src/secrets/objects';
import type { SecretValues } from '../src/secrets/row';
import type { KubernetesObject } from './objects';

/** The Secrets as objects for `kubectl apply`. */
export function secretManifests(config: StackConfig, values: SecretValues): readonly KubernetesObject[] {
  return secretObjects(config, values).map(secretManifest);
}

/** A Secret as an object for `kubectl apply`. */
export function secretManifest({ name, namespace, stringData }: SecretObject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { [PART_OF]: STACK } },
    stringData,
  };
}
