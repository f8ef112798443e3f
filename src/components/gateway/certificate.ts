/** The gateway's certificate as objects of cert-manager. */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { agentOf, GATEWAY, objectLabels } from '../kit/identity';

/** Props of {@link GatewayCertificate}. */
export interface GatewayCertificateProps {
  readonly agent: StackConfig['agent'];
  readonly namespaces: StackConfig['namespaces'];
  readonly tls: NonNullable<StackConfig['gateway']['tls']>;
}

/**
 * The gateway's certificate, made by cert-manager where an issuer is configured. cert-manager puts the CA's certificate
 * into the same Secret. The agent cannot mount a Secret of another namespace, so it gets a certificate of its own, and
 * reads only its `ca.crt`.
 */
export class GatewayCertificate extends Construct {
  constructor(scope: Construct, id: string, { agent, namespaces, tls }: GatewayCertificateProps) {
    super(scope, id);
    if (tls.clusterIssuer === undefined) return;
    const { logging, agents } = namespaces;
    const certificate = (name: string, namespace: string, secretName: string, host: string, usage: string): void => {
      new ApiObject(this, name, {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name, namespace, labels: { ...objectLabels(GATEWAY) } },
        spec: {
          secretName,
          issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: tls.clusterIssuer },
          dnsNames: [`${host}.${namespace}.svc`, `${host}.${namespace}.svc.cluster.local`],
          usages: ['digital signature', usage],
          privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        },
      });
    };
    certificate('gateway', logging, tls.secretName, GATEWAY.name, 'server auth');
    certificate('gateway-ca', agents, tls.caSecretName, agentOf({ agent }).name, 'client auth');
  }
}
