/** The Pulumi program: the selected stack's config → one {@link LoggingStack}. */
import * as pulumi from '@pulumi/pulumi';
import { ConfigError, parseStackEntries, PROJECT, SECRETS_KEY, type StackConfig } from '../config';
import { refuseWhatCannotBeApplied } from './compare-at-preview';
import { LoggingStack } from './logging-stack';
import { checkSecretValues, flattenSecrets } from './secret-values';

const stack = deploy();

export const gatewayUrl = stack.gatewayUrl;
export const grafanaUrl = stack.grafanaUrl;
export const namespaces = stack.namespaces;
export const portForward = stack.portForward;

function deploy(): LoggingStack {
  try {
    const source = `Pulumi.${pulumi.getStack()}.yaml`;
    const config = readConfig(source);
    const secrets = flattenSecrets(new pulumi.Config(PROJECT).getObject(SECRETS_KEY));
    checkSecretValues(source, config, secrets, [], pulumi.getStack());
    const kubernetes = new pulumi.Config('kubernetes');
    // A kubeconfig may be its contents, keys included: in the state it is encrypted.
    const kubeconfig = kubernetes.getSecret('kubeconfig');
    const context = kubernetes.get('context');
    // What is secret of it goes no further than to kubectl.
    const plain = pulumi.runtime.allConfig()['kubernetes:kubeconfig'];
    refuseWhatCannotBeApplied(source, config, {
      ...(plain === undefined ? {} : { kubeconfig: plain }),
      ...(context === undefined ? {} : { context }),
    });
    return new LoggingStack(PROJECT, {
      config,
      secrets,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
  } catch (error) {
    // A config error is a report for its reader; a stack trace would bury it.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** Pulumi hands over structured values as JSON. Secrets are decrypted there and must not meet the config's error reports. */
function readConfig(source: string): StackConfig {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key !== `${PROJECT}:${SECRETS_KEY}`);
  return parseStackEntries(
    source,
    entries.map(([key, value]) => [key, key.startsWith(`${PROJECT}:`) ? parseStructured(value) : value] as const),
    pulumi.runtime.getRootDirectory(),
  );
}

function parseStructured(value: string): unknown {
  return /^\s*[[{]/.test(value) ? JSON.parse(value) : value;
}
