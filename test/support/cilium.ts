/** Cilium's own policy engine: what a list of CiliumNetworkPolicies says about traffic. */
import { run } from '../../programs/program';
import type { Traffic, Verdict } from './traffic';

/** Evaluates all of it in one run, in order. */
export async function evaluate(
  program: string,
  policies: readonly object[],
  traffic: readonly Traffic[],
): Promise<readonly Verdict[]> {
  const { code, stdout, stderr } = await run([program], {
    env: { GOGC: 'off', GOMEMLIMIT: '512MiB' },
    input: JSON.stringify({ policies, traffic }),
  });
  if (code !== 0) throw new Error(`cilium-policy failed (${String(code)}): ${stderr}`);
  return JSON.parse(stdout) as readonly Verdict[];
}
