/** Deploys a stack by server-side apply, where Pulumi does not. */
import type { StackConfig } from '../src/config';
import { secretTable } from '../src/secrets/spec';
import { stackObjects } from '../charts/objects';
import { secretManifests } from '../charts/secret-manifests';
import type { SecretValues } from '../src/secrets/row';
import { checkSecretValues, generateSecretValues } from '../src/secrets/values';
import { applyObjects, exists, type Target } from './kubernetes';

/**
 * Server-side apply of a stack: the objects that `cdk8s synth` renders, and Secrets with generated values where they are missing.
 *
 * @param secrets - values that are not generated. @default - none
 */
export async function applyStack(target: Target, config: StackConfig, secrets: SecretValues = {}): Promise<void> {
  const objects = stackObjects(config);
  const isNamespace = ({ kind }: { readonly kind: string }): boolean => kind === 'Namespace';
  await applyObjects(target, objects.filter(isNamespace));
  if (await anySecretMissing(target, config)) {
    const values = { ...generateSecretValues(config), ...secrets };
    checkSecretValues('generated secrets', config, values);
    await applyObjects(target, secretManifests(config, values));
  }
  await applyObjects(
    target,
    objects.filter((object) => !isNamespace(object)),
  );
}

async function anySecretMissing(target: Target, config: StackConfig): Promise<boolean> {
  for (const { name, namespace } of secretTable(config))
    if (!(await exists(target, 'secret', namespace, name))) return true;
  return false;
}
