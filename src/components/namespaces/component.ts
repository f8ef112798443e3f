import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { ADOPT, PART_OF, STACK } from '../kit/identity';

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
}

/** A namespace with its Pod Security level. No pod in it may connect to anything until a policy allows it. */
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

/** The two namespaces of a stack. Only the agent's allows privileged pods. */
export class Namespaces extends Construct {
  constructor(scope: Construct, id: string, props: Pick<StackConfig, 'namespaces'>) {
    super(scope, id);
    const { adopt, ...namespaces } = props.namespaces;
    new LoggingNamespace(this, 'logging', { name: namespaces.logging, podSecurity: 'restricted', adopt });
    new LoggingNamespace(this, 'agents', { name: namespaces.agents, podSecurity: 'privileged', adopt });
  }
}
