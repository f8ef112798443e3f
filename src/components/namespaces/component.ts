import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { ADOPT, PART_OF, STACK } from '../kit/identity';

/** Which Pod Security level a namespace enforces. */
export type PodSecurityLevel = 'restricted' | 'privileged';

/** What a {@link LoggingNamespace} is made from. */
export interface LoggingNamespaceProps {
  /** Name of the namespace. */
  readonly name: string;
  /** Enforced, audited and warned about. */
  readonly podSecurity: PodSecurityLevel;
  /** Whether it may be there already, with what is not the stack's. */
  readonly adopt: boolean;
}

/** A namespace with its Pod Security level in which nothing may talk to anything until a policy says so. */
export class LoggingNamespace extends Construct {
  constructor(scope: Construct, id: string, props: LoggingNamespaceProps) {
    super(scope, id);
    const { name, podSecurity, adopt } = props;
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
    new k8s.KubeNetworkPolicy(this, 'default-deny', {
      metadata: { name: 'default-deny', namespace: name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  }
}

/** The two namespaces of a stack: only the agent's may hold privileged pods. */
export class Namespaces extends Construct {
  constructor(scope: Construct, id: string, props: Pick<StackConfig, 'namespaces'>) {
    super(scope, id);
    const { adopt, ...namespaces } = props.namespaces;
    new LoggingNamespace(this, 'logging', { name: namespaces.logging, podSecurity: 'restricted', adopt });
    new LoggingNamespace(this, 'agents', { name: namespaces.agents, podSecurity: 'privileged', adopt });
  }
}
