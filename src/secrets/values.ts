/** Secret values: which a stack needs, whether they are right, and fresh ones. Pure, and without Pulumi. */
import { randomBytes } from 'node:crypto';
import {
  ConfigError,
  type Credential,
  credentials,
  credentialSecretName,
  type Problem,
  PROJECT,
  SECRETS_KEY,
  type StackConfig,
} from '../config';
import { agentCredentials } from '../config/derived/agent-tenant';
import { heartbeatSources } from '../config/derived/heartbeat';
import { closest } from '../config/suggest';
import type { SecretValue, SecretValues } from './row';
import { PREVIOUS } from './keys';
import { HEARTBEAT, secretRows } from './table';

/** Every secret that a stack's owner has to provide or may provide, by path. */
export function requiredSecrets(config: StackConfig): readonly SecretValue[] {
  const all = secretRows(config).flatMap(({ keys }) => keys.flatMap(({ values }) => values));
  return [...new Map(all.map((value) => [value.path, value])).values()];
}

/**
 * Checks values, where they are known.
 *
 * @param stillUnknown - paths whose values come later (outputs of other resources).
 * @param stack - the stack whose config they are; the command names it, because another one may be selected.
 * @throws ConfigError with every missing, refused or unknown one and the command that mends it; never with a value.
 */
export function checkSecretValues(
  source: string,
  config: StackConfig,
  values: SecretValues,
  stillUnknown: readonly string[] = [],
  stack?: string,
): void {
  const option = stack === undefined ? '' : ` --stack ${stack}`;
  const command = (verb: string, path: string): string =>
    `pulumi config ${verb} --path '${PROJECT}:${SECRETS_KEY}.${path}'${option}`;
  const { type } = config.secretSource;
  // What is not used is not taken: somebody believes that it counts.
  const known = type === 'pulumi' ? requiredSecrets(config) : [];
  const problems = known.flatMap(({ path, rule, accepts, required = true }): readonly Problem[] => {
    const value = values[path];
    if (stillUnknown.includes(path) || (value === undefined && !required)) return [];
    if (value !== undefined && accepts(value, config.environment)) return [];
    return [
      {
        path: `${SECRETS_KEY}.${path}`,
        received: value === undefined ? '(missing)' : '(a refused value, not shown)',
        rule,
        remedy: command('set --secret', path),
      },
    ];
  });
  const paths = known.map(({ path }) => path);
  const unknown = [...Object.keys(values), ...stillUnknown]
    .filter((path) => !paths.includes(path))
    .map((path): Problem => {
      const similar = closest(path, paths);
      return {
        path: `${SECRETS_KEY}.${path}`,
        received: '(not shown)',
        rule: type === 'pulumi' ? 'the name of a secret that this stack has' : `none, with secretSource.type: ${type}`,
        remedy: `${similar === undefined ? '' : `did you mean ${similar}? `}${command('rm', path)}`,
      };
    });
  const ofCredentials = ['gateway', PREVIOUS].flatMap((kind) =>
    credentials(config).map(({ name }) => `${kind}.${name}`),
  );
  const ofHeartbeats = heartbeatSources(config).map((source) => `${HEARTBEAT}.${source}`);
  const again = [ofCredentials, ofHeartbeats]
    .flatMap((some) => repeated(some, values))
    .map(({ path, first }): Problem => ({
      path: `${SECRETS_KEY}.${path}`,
      received: '(not shown)',
      rule: `another value than ${first}`,
      remedy: command(path.startsWith(PREVIOUS) ? 'rm' : 'set --secret', path),
    }));
  const late = isRotatingAgent(config, values) && config.deploy.skipAwait.includes('gateway') ? [UNAWAITED] : [];
  const all = [...problems, ...unknown, ...again, ...late];
  if (all.length > 0) throw new ConfigError(source, all);
}

/** The agent would get its new password before the gateway knows it. */
const UNAWAITED: Problem = {
  path: 'deploy.skipAwait',
  received: '"gateway"',
  rule: 'not the gateway, while the agent’s password is rotated: it learns the new one first',
  remedy: 'remove gateway from deploy.skipAwait for this pulumi up',
};

/** Values that another path before has: a credential that leaks would open the other, and one heartbeat hide that another is not alive. */
function repeated(
  paths: readonly string[],
  values: SecretValues,
): readonly { readonly path: string; readonly first: string }[] {
  return paths.flatMap((path, index) => {
    const first = paths.slice(0, index).find((other) => values[other] !== undefined && values[other] === values[path]);
    return first === undefined ? [] : [{ path, first }];
  });
}

/** Whether a password of the agent is being rotated: the one before still counts. */
export function isRotatingAgent(config: StackConfig, values: Readonly<Record<string, unknown>>): boolean {
  return agentCredentials(config).some((credential) => values[`${PREVIOUS}.${credential}`] !== undefined);
}

/**
 * Fresh random values for everything that can be generated. To be called once and kept: a program that called it in every
 * run would change every password in every run.
 */
export function generateSecretValues(config: StackConfig): SecretValues {
  return Object.fromEntries(
    requiredSecrets(config).flatMap(({ path, generated }) =>
      generated ? [[path, randomBytes(24).toString('base64url')]] : [],
    ),
  );
}

/** Values for `npm run secrets`: fresh ones, and those that somebody hands out, from variables of the environment. */
export function freshValues(
  config: StackConfig,
  environment: Readonly<Record<string, string | undefined>>,
): {
  readonly values: SecretValues;
  /** Variables that are not set, of values that nobody can make up. */
  readonly missing: readonly string[];
} {
  const handedOut = requiredSecrets(config).flatMap(({ path, variable }) =>
    variable === undefined ? [] : [{ path, variable, value: environment[variable] }],
  );
  const given = handedOut.flatMap(({ path, value }) => (value === undefined ? [] : [[path, value] as const]));
  return {
    values: { ...generateSecretValues(config), ...Object.fromEntries(given) },
    missing: handedOut.flatMap(({ variable, value }) => (value === undefined ? [variable] : [])),
  };
}

/** Credentials that no pod of the stack uses: the Secrets hold hashes of their passwords and nothing else does. */
export function credentialsOfOthers(config: StackConfig): readonly Credential[] {
  const names = secretRows(config).map(({ name }) => name);
  return config.auth.loki.enabled
    ? credentials(config).filter(({ name }) => !names.includes(credentialSecretName(name)))
    : [];
}

/** `{ gateway: { promtail: 'x' } }` → `{ 'gateway.promtail': 'x' }`. Leaves that are no strings are left out. */
export function flattenSecrets(tree: unknown, prefix = ''): SecretValues {
  if (typeof tree !== 'object' || tree === null) return {};
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]): [string, string][] =>
      typeof value === 'string'
        ? [[`${prefix}${key}`, value]]
        : Object.entries(flattenSecrets(value, `${prefix}${key}.`)),
    ),
  );
}
