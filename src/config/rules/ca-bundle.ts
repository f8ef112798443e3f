/** Rules on the CAs that programs trust. */
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { authorities } from './authorities';
import { problem, type Rule, when } from './rule';

/** Kubernetes accepts a ConfigMap of 1 MiB. */
const MOST = 900 * 2 ** 10;
const KIB = 2 ** 10;

export const caBundleRules: readonly Rule[] = [
  {
    reads: ['network.caBundle'],
    check: ({ network }) => [
      ...authorities(['network', 'caBundle', 'certificates'], certificatesOf(network.caBundle)),
      ...sizeOf(network),
    ],
  },
];

function certificatesOf(bundle: StackConfig['network']['caBundle']): string {
  return bundle?.type === 'certificates' ? bundle.certificates : '';
}

/** Certificates are one ConfigMap. */
function sizeOf({ caBundle: bundle }: StackConfig['network']): readonly Problem[] {
  const { length } = certificatesOf(bundle);
  return when(length > MOST, () =>
    problem(
      ['network', 'caBundle', 'certificates'],
      `${Math.ceil(length / KIB)} KiB`,
      `at most ${MOST / KIB} KiB of certificates: they are one ConfigMap, and Kubernetes takes 1 MiB`,
      'remove the public ones, which programs trust already',
    ),
  );
}
