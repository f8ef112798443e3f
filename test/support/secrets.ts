/** Secret values that a test can find again wherever they turn up. */
import { createHash } from 'node:crypto';
import type { StackConfig } from '../../src/config';
import { requiredSecrets, type SecretValues } from '../../src/deploy/secret-values';

/** One distinct value for each secret of a stack, each as long and as mixed as a real one. */
export function plantedSecrets(config: StackConfig): SecretValues {
  return planted(requiredSecrets(config).flatMap(({ path, required = true }) => (required ? [path] : [])));
}

/** The same, and one for each password before the present one. */
export function allPlantedSecrets(config: StackConfig): SecretValues {
  return planted(requiredSecrets(config).map(({ path }) => path));
}

function planted(paths: readonly string[]): SecretValues {
  return Object.fromEntries(
    paths.map((path) => {
      // As a generator would have made it, and no other's.
      const value = `planted-${createHash('sha256').update(path).digest('base64url').slice(0, 32)}`;
      return [
        path,
        path === 'grafana.ldapCa' ? `-----BEGIN CERTIFICATE-----\n${value}\n-----END CERTIFICATE-----\n` : value,
      ];
    }),
  );
}
