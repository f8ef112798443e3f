/** Deploys a stack by server-side apply, where Pulumi does not. */
import type { StackConfig } from '../src/config';
import { nameOf } from '../src/operations/kubectl';
import { agentOf, AGENTS } from '../src/components/kit/identity';
import { secretTable } from '../src/secrets/spec';
import { type KubernetesObject, stackObjects } from '../charts/objects';
import { secretManifests } from '../charts/secret-manifests';
import type { SecretValues } from '../src/secrets/row';
import { checkSecretValues, generateSecretValues } from '../src/secrets/values';
import { applyObjects, exists, kubectl, type Target } from './kubernetes';
import type { Log } from './shell';

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

/** Removes what the stack with another agent has and this one has not. Pulumi and GitOps tools do so by themselves. */
export async function removeOtherAgents(target: Target, config: StackConfig, log: Log): Promise<void> {
  for (const { name: type } of Object.values(AGENTS).filter((agent) => agent !== agentOf(config))) {
    if (!(await exists(target, 'daemonset', config.namespaces.agents, type))) continue;
    log(`removing ${type}`);
    const items = objectsBeside(config, { ...config, agent: { ...config.agent, type } });
    await kubectl(target, ['delete', '--ignore-not-found', '--timeout=360s', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
      timeout: 400,
    });
  }
}

/** The objects of another stack that this one does not have. */
export function objectsBeside(config: StackConfig, other: StackConfig): readonly KubernetesObject[] {
  const own = new Set(stackObjects(config).map(nameOf));
  return stackObjects(other).filter((object) => !own.has(nameOf(object)));
}

async function anySecretMissing(target: Target, config: StackConfig): Promise<boolean> {
  for (const { name, namespace } of secretTable(config))
    if (!(await exists(target, 'secret', namespace, name))) return true;
  return false;
}
