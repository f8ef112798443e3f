/** How each link of the chain is broken and mended on the cluster: `test/support/breaks.ts` says what is expected then. */
import { applyObjects, waitForRollout } from '../../local/kubernetes';
import { runInside } from '../../local/namespace';
import { agentOf } from '../../src/components/kit/identity';
import type { StackConfigInput } from '../../src/config';
import type { Report } from '../../src/operations/doctor/finding';
import type { Asked } from '../../src/operations/doctor/pod';
import { lokiRules } from '../../src/operations/observe/expected';
import { secretManifests } from '../../charts/secret-manifests';
import type { Broken } from '../support/breaks';
import { APPS, credential, e2eConfig, gatewayPort, secretValues, SILENT_JOB, waitForStack } from './cluster';
import type { ExaminedStack } from './examined-stack';
import { fastObjects } from './fast-alerts';
import { pushStatus } from './pusher';

export interface Action {
  /** Whether it is broken when its turn comes. */
  readonly isAlready?: true;
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  /** Of which stack, and which pod, doctor is asked. @default - the stack of all tests */
  readonly ask?: () => Promise<Report>;
}

/** A folder of log files, one of which may not be read. */
const TORN = '/var/log/e2e-doctor';
/** The pod whose lines are missed. */
export const WRITER: Asked = { pod: { namespace: APPS, name: SILENT_JOB } };

export const removeTorn = (): Promise<string> => runInside(['rm', '-rf', TORN]);

/** @param agent - the stack's section of this name. */
export function actionsOn(
  stack: ExaminedStack,
  agent: StackConfigInput['agent'] = {},
): Readonly<Record<Broken, Action>> {
  const { target, config, expected } = stack;
  const { logging, agents } = config.namespaces;
  const daemonSet = `daemonset/${agentOf(config).name}`;
  const [ruleMap = ''] = lokiRules(expected).configMaps;
  /** Leaves the writer's namespace out, and reads a folder with a file that it may not. */
  const excluding = e2eConfig({
    agent: { ...agent, excludeNamespaces: [APPS], files: [{ name: 'torn', job: 'torn', directory: TORN }] },
  });
  /** Fewer streams than there are pods. Nothing of the agent's: one that is rolled now would wait for its last batch to be taken. */
  const tiny = e2eConfig({ agent, limits: { maxStreams: 1 } });
  let pushing: NodeJS.Timeout | undefined;
  const nothing = (): Promise<void> => Promise.resolve();
  const apply = (changed = config): Promise<void> => applyObjects(target, fastObjects(changed));
  const scale = (workload: string, replicas: number): Promise<string> =>
    stack.inNamespace(logging, 'scale', workload, `--replicas=${replicas}`);

  /** Scaled away, and back. */
  const scaledAway = (workload: string): Action => ({
    make: () => scale(workload, 0),
    mend: async () => {
      await scale(workload, 1);
      await waitForRollout(target, logging, workload, 90);
    },
  });

  return {
    // One roll-out of the agent for this break and the next.
    'a pod’s namespace is in `agent.excludeNamespaces`': {
      make: async () => {
        const tearing = `echo line > ${TORN}/app.log && chown 1234 ${TORN}/app.log && chmod 0600 ${TORN}/app.log`;
        await runInside(['mkdir', '-p', TORN]);
        await runInside(['sh', '-c', tearing]);
        await apply(excluding);
        await waitForStack(target, config);
      },
      mend: nothing,
      ask: () => stack.doctor(excluding, WRITER),
    },
    'a log file may not be read': {
      isAlready: true,
      make: nothing,
      // The next break takes the agent away: nobody waits for this one.
      mend: async () => {
        await removeTorn();
        await apply();
      },
      ask: () => stack.doctor(excluding),
    },
    'the agent is kept away from its node': {
      make: () =>
        stack.inNamespace(
          agents,
          'patch',
          daemonSet,
          '-p',
          '{"spec":{"template":{"spec":{"nodeSelector":{"e2e":"nowhere"}}}}}',
        ),
      mend: async () => {
        const remove = '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]';
        await stack.inNamespace(agents, 'patch', daemonSet, '--type=json', '-p', remove);
        await waitForRollout(target, agents, daemonSet, 90);
      },
    },
    'the agent’s password is another one': {
      make: () =>
        stack.inNamespace(
          agents,
          'patch',
          `secret/gateway-credential-${config.agent.credential}`,
          '-p',
          '{"stringData":{"password":"wrong"}}',
        ),
      // The kubelet would take a while to give a running agent its old password back.
      mend: async () => {
        await applyObjects(target, secretManifests(config, secretValues()));
        await stack.inNamespace(agents, 'rollout', 'restart', daemonSet);
        await waitForRollout(target, agents, daemonSet, 90);
      },
    },
    'the gateway is scaled away': scaledAway('deployment/gateway'),
    'a NetworkPolicy is deleted': {
      make: () => stack.inNamespace(logging, 'delete', 'networkpolicy/gateway'),
      mend: () => applyObjects(target, expected),
    },
    'a file of rules is torn': {
      make: () =>
        stack.inNamespace(logging, 'patch', `configmap/${ruleMap}`, '-p', '{"data":{"torn.yaml":"groups: ["}}'),
      mend: () => stack.inNamespace(logging, 'patch', `configmap/${ruleMap}`, '-p', '{"data":{"torn.yaml":null}}'),
    },
    'Loki’s overrides are torn': {
      make: () =>
        stack.inNamespace(
          logging,
          'patch',
          'configmap/loki-config',
          '-p',
          '{"data":{"overrides.yaml":"overrides: ["}}',
        ),
      mend: () => apply(),
    },
    'the canary is scaled away': scaledAway('deployment/canary'),
    'Alertmanager is scaled away': scaledAway('statefulset/alertmanager'),
    'Prometheus is scaled away': scaledAway('statefulset/prometheus'),
    'Loki is scaled away': {
      make: () => scale('statefulset/loki', 0),
      // It comes back with the limits of the break after this one.
      mend: async () => {
        await apply(tiny);
        await waitForStack(target, config);
      },
    },
    'there are more streams than `limits.maxStreams`': {
      isAlready: true,
      // Loki knows streams of before from its log of writes, and takes them: only new ones are too many.
      make: () => {
        let count = 0;
        pushing = setInterval(() => {
          count += 1;
          const one = { port: gatewayPort(), job: `doctor-stream-${count}`, credential: credential('promtail') };
          // Refused, which is what is wanted, or not even answered.
          void pushStatus(one, 'one too many').catch(() => undefined);
        }, 300);
        return Promise.resolve();
      },
      mend: async () => {
        clearInterval(pushing);
        await apply();
        await waitForStack(target, config);
      },
      ask: () => stack.doctor(tiny),
    },
    'Grafana is scaled away': scaledAway('deployment/grafana'),
  };
}
