/** The real cyclonus: what a list of NetworkPolicies says about traffic. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, run, temporaryFolder } from '../../programs/program';
import type { End, Traffic, Verdict } from './traffic';

const peer = ({ ip, pod }: End) => ({
  IP: ip,
  ...(pod === undefined
    ? {}
    : { Internal: { PodLabels: pod.labels, NamespaceLabels: pod.namespaceLabels, Namespace: pod.namespace } }),
});

/** Evaluates all of it in one run, in order. */
export async function evaluate(
  cyclonus: string,
  policies: readonly object[],
  traffic: readonly Traffic[],
): Promise<readonly Verdict[]> {
  const folder = temporaryFolder('cyclonus');
  try {
    const files = { policies: join(folder, 'policies.yaml'), traffic: join(folder, 'traffic.json') };
    const list = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items: policies };
    writeFileSync(files.policies, JSON.stringify(list));
    writeFileSync(
      files.traffic,
      JSON.stringify(
        traffic.map(({ from, to, port, protocol }) => ({
          Source: peer(from),
          Destination: peer(to),
          ResolvedPort: port,
          Protocol: protocol,
        })),
      ),
    );
    const { code, stdout, stderr } = await run(
      [
        cyclonus,
        'analyze',
        '--mode=query-traffic',
        '--simplify-policies=false',
        `--policy-path=${files.policies}`,
        `--traffic-path=${files.traffic}`,
      ],
      // A fifth of its time would go to collecting garbage.
      { env: { GOGC: 'off', GOMEMLIMIT: '512MiB' } },
    );
    if (code !== 0) throw new Error(`cyclonus failed (${String(code)}): ${stderr}`);
    const verdicts = stdout.split('Is traffic allowed?').slice(1).map(readVerdict);
    if (verdicts.length !== traffic.length)
      throw new Error(`cyclonus answered ${verdicts.length} of ${traffic.length} questions: ${stderr}`);
    return verdicts;
  } finally {
    removeFolder(folder);
  }
}

/** A line of the answer's table, and of the lines of one policy the first; the others continue it. */
const TABLE_LINE = /^\| (Ingress|Egress|IS ALLOWED\?|) *\| +(Allow|Deny|TRUE|FALSE)\b/gm;

/** A table of the policies that match each end and what they say: one that allows is enough, and so is none at all. */
function readVerdict(answer: string): Verdict {
  const found = { Ingress: new Set<string>(), Egress: new Set<string>() };
  let section: keyof typeof found | undefined;
  let allowed: boolean | undefined;
  for (const [, type, action = ''] of answer.matchAll(TABLE_LINE)) {
    if (type === 'IS ALLOWED?') allowed = action === 'TRUE';
    else {
      if (type === 'Ingress' || type === 'Egress') section = type;
      if (section !== undefined) found[section].add(action);
    }
  }
  const open = (actions: ReadonlySet<string>): boolean => actions.has('Allow') || actions.size === 0;
  const verdict = { egress: open(found.Egress), ingress: open(found.Ingress) };
  if (allowed !== (verdict.egress && verdict.ingress)) throw new Error(`cannot read cyclonus’ answer:\n${answer}`);
  return verdict;
}
