/** Are the Secrets there, do they fit together, and are certificates good? */
import { readersOf } from '../../secrets/spec';
import { isOptional } from '../../secrets/keys';
import { secretRows } from '../../secrets/table';
import type { StackConfig } from '../../config';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { CERTIFICATE_DAYS } from '../status/status';
import { broken, type Findings, hint } from './finding';

export function secretFindings(stack: string, config: StackConfig, state: StackState): Findings {
  return [...missing(stack, config, state), ...mismatches(stack, state), ...certificates(state)];
}

function missing(stack: string, config: StackConfig, { secrets }: StackState): Findings {
  const live = known(secrets);
  if (live === undefined) return [];
  return secretRows(config).flatMap((secret): Findings => {
    const { name, namespace, keys, madeBy } = secret;
    const readBy = readersOf(secret);
    const found = live.find((one) => one.name === name && one.namespace === namespace);
    const remedy = {
      secretSource:
        config.secretSource.type === 'externalSecrets'
          ? `kubectl -n ${namespace} describe externalsecret ${name}`
          : `npm run --silent secrets -- --stack ${stack} | kubectl apply --server-side -f -, or pulumi up`,
      'cert-manager': `kubectl -n ${namespace} describe certificate`,
      operator: `kubectl -n ${namespace} create secret …: whoever runs the cluster makes it`,
    }[madeBy];
    if (found === undefined)
      return [
        broken(
          'secrets',
          `There is no Secret ${namespace}/${name}.`,
          `Its readers (${readBy}) cannot start, or cannot log in.`,
          remedy,
        ),
      ];
    const wanted = keys.filter((key) => !isOptional(key)).map(({ key }) => key);
    const without = wanted.filter((key) => !found.keys.includes(key));
    if (without.length === 0) return [];
    return [
      broken(
        'secrets',
        `Secret ${namespace}/${name} has no ${without.join(', ')}.`,
        `Its readers (${readBy}) cannot start, or cannot log in.`,
        remedy,
      ),
    ];
  });
}

function mismatches(stack: string, { passwords }: StackState): Findings {
  return passwords.flatMap(({ credential, namespace, secret, match }): Findings => {
    const is = known(match);
    if (is === 'none')
      return [
        broken(
          'secrets',
          `The password in Secret ${namespace}/${secret} is not that of ${credential} in gateway-users.`,
          'One of the two was changed without the other: the gateway answers 401.',
          `kubectl -n <logging> get secret gateway-users -o json | npm run --silent secrets -- --stack ${stack} --rotate ${credential} --out rotation, or pulumi up`,
        ),
      ];
    if (is === 'previous')
      return [
        hint(
          'secrets',
          `${credential} still uses the password before the present one (Secret ${namespace}/${secret}).`,
          'A rotation is half done.',
          `kubectl apply the second step of the rotation of ${credential} (docs/access.md)`,
        ),
      ];
    return [];
  });
}

function certificates({ certificates: all, at }: StackState): Findings {
  return all.flatMap(({ namespace, secret, notAfter }): Findings => {
    const end = known(notAfter);
    if (end === undefined) return [];
    const days = (Date.parse(end) - Date.parse(at)) / 86_400_000;
    if (days >= CERTIFICATE_DAYS) return [];
    const todo = `kubectl -n ${namespace} describe certificate, or renew Secret ${secret}`;
    if (days >= 0)
      return [
        hint(
          'secrets',
          `The certificate in ${namespace}/${secret} ends in ${Math.floor(days)} days.`,
          'Nobody has renewed it.',
          todo,
        ),
      ];
    return [
      broken(
        'secrets',
        Number.isNaN(days)
          ? `There is no certificate in ${namespace}/${secret}.`
          : `The certificate in ${namespace}/${secret} has expired (${end}).`,
        'Clients refuse to speak to whom it is for.',
        todo,
      ),
    ];
  });
}
