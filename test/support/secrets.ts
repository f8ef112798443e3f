/** Secret values that a test can find again wherever they turn up. */
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
      const value = `planted-${path}-0123456789abcdef`;
      return [
        path,
        path === 'grafana.ldapCa' ? `-----BEGIN CERTIFICATE-----\n${value}\n-----END CERTIFICATE-----\n` : value,
      ];
    }),
  );
}
