/** Secret values that a test can find again wherever they turn up. */
import type { StackConfig } from '../../src/config';
import { requiredSecrets, type SecretValues } from '../../src/deploy/secret-values';

/** One distinct value for each secret of a stack, each as long and as mixed as a real one. */
export function plantedSecrets(config: StackConfig): SecretValues {
  return Object.fromEntries(requiredSecrets(config).map(({ path }) => [path, `planted-${path}-0123456789abcdef`]));
}
