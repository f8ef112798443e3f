/**
 * The Collector beside the stack's Promtail. It reads the same lines at the same time, and sends them as a tenant of its own: what
 * happens to the cluster happens to both agents, and each has its own books.
 */
import { objectsBeside, removeOtherAgents } from '../../local/apply-stack';
import { applyObjects, type Target, waitForRollout } from '../../local/kubernetes';
import { secretManifests } from '../../charts/secret-manifests';
import { COLLECTOR } from '../../src/components/kit/identity';
import { parseStackConfig, type StackConfig } from '../../src/config';
import { defaults } from '../../src/config/defaults';
import { log, SECOND_TENANT, secretValues } from './cluster';

/** The same stack with the Collector as its agent. */
export function withCollector(config: StackConfig): StackConfig {
  const { agent } = parseStackConfig('second agent', {
    environment: 'dev',
    agent: { type: 'collector', credential: SECOND_TENANT.write[0] },
    auth: { loki: { tenants: [{ name: 'any', write: [SECOND_TENANT.write[0]], read: [defaults.auth.read] }] } },
  });
  return { ...config, agent };
}

/** Starts the Collector beside the agent of the stack. */
export async function startSecondAgent(target: Target, config: StackConfig): Promise<void> {
  const its = withCollector(config);
  const secrets = secretManifests(its, secretValues()).filter(
    ({ metadata }) => metadata.name === `gateway-credential-${its.agent.credential}`,
  );
  log('starting the Collector beside Promtail');
  await applyObjects(target, [...secrets, ...objectsBeside(config, its)]);
  await waitForRollout(target, config.namespaces.agents, `daemonset/${COLLECTOR.name}`, 180);
}

/** Removes the Collector beside the agent of the stack; what it has sent stays. */
export function removeSecondAgent(target: Target, config: StackConfig): Promise<void> {
  return removeOtherAgents(target, config, log);
}
