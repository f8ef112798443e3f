/** The Pulumi program: the selected stack's config → one {@link LoggingStack}. */
import * as pulumi from '@pulumi/pulumi';
import {
  ConfigError,
  parseStackEntries,
  PROJECT,
  SECRETS_KEY,
  type StackConfig,
  stackFileName,
  stackFileProblems,
} from '../config';
import { refuseWhatCannotBeApplied } from './compare-at-preview';
import { LoggingStack } from './logging-stack';
import { checkSecretValues, flattenSecrets } from '../secrets/values';
import type { SecretValues } from '../secrets/row';

const stack = deploy();

export const gatewayUrl = stack.gatewayUrl;
export const grafanaUrl = stack.grafanaUrl;
export const namespaces = stack.namespaces;
export const portForward = stack.portForward;

function deploy(): LoggingStack {
  try {
    const source = stackFileName(pulumi.getStack());
    const config = readConfig(source);
    const secrets = readSecrets(source);
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

/** Secrets are decrypted in what Pulumi hands over, and must not meet the config's error reports. */
function readConfig(source: string): StackConfig {
  const directory = pulumi.runtime.getRootDirectory();
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key !== `${PROJECT}:${SECRETS_KEY}`);
  return parseStackEntries(source, entries, directory, stackFileProblems(directory, pulumi.getStack()));
}

/** Not by `getObject`: its error shows the value. */
function readSecrets(source: string): SecretValues {
  const text = new pulumi.Config(PROJECT).get(SECRETS_KEY) ?? '';
  if (text === '') return {};
  try {
    return flattenSecrets(JSON.parse(text));
  } catch {
    throw new ConfigError(source, [
      {
        path: SECRETS_KEY,
        received: '(a value that is no mapping, not shown)',
        rule: 'each secret has a path of its own',
        remedy: `pulumi config rm '${PROJECT}:${SECRETS_KEY}', then pulumi config set --secret --path '${PROJECT}:${SECRETS_KEY}.<path>'`,
      },
    ]);
  }
}
