import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import { ADOPT, PART_OF, STACK } from '../kit/identity';
import { defaultDeny } from '../kit/network';

/** The Pod Security level that a namespace enforces. */
export type PodSecurityLevel = 'restricted' | 'privileged';

/** Props of {@link LoggingNamespace}. */
export interface LoggingNamespaceProps {
  /** Name of the namespace. */
  readonly name: string;
  /** The level that is enforced, audited and warned about. */
  readonly podSecurity: PodSecurityLevel;
  /** Whether the namespace may exist already, with objects of others. */
  readonly adopt: boolean;
  /** The kind of policies that close it. */
  readonly policies: StackConfig['network']['policies'];
}

/** A namespace with its Pod Security level. No pod in it may connect to anything until a policy allows it. */
export class LoggingNamespace extends Construct {
  constructor(scope: Construct, id: string, props: LoggingNamespaceProps) {
    super(scope, id);
    const { name, podSecurity, adopt, policies } = props;
    new k8s.KubeNamespace(this, 'namespace', {
      metadata: {
        name,
        ...(adopt ? { annotations: { [ADOPT]: 'true' } } : {}),
        labels: {
          [PART_OF]: STACK,
          'app.kubernetes.io/managed-by': STACK,
          ...Object.fromEntries(
            ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity]),
          ),
        },
      },
    });
    defaultDeny(this, name, policies);
  }
}

/** The two namespaces of a stack; of agents alone, theirs. Only the agent's allows privileged pods. */
export class Namespaces extends Construct {
  constructor(scope: Construct, id: string, props: Pick<StackConfig, 'namespaces' | 'network' | 'components'>) {
    super(scope, id);
    const { adopt, logging, agents } = props.namespaces;
    const shared = { adopt, policies: props.network.policies };
    if (!hasAgentsAlone(props))
      new LoggingNamespace(this, 'logging', { name: logging, podSecurity: 'restricted', ...shared });
    new LoggingNamespace(this, 'agents', { name: agents, podSecurity: 'privileged', ...shared });
  }
}
