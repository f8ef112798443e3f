/** The gateway's certificate as objects of cert-manager. */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { agentOf, GATEWAY, GATEWAY_OUTSIDE, objectLabels } from '../kit/identity';
import type { LoadBalanced } from './outside';

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
    const { clusterIssuer: issuer } = tls;
    const namesIn = (host: string, namespace: string) => [
      `${host}.${namespace}.svc`,
      `${host}.${namespace}.svc.cluster.local`,
    ];
    certificate(this, 'gateway', {
      namespace: logging,
      secretName: tls.secretName,
      issuer,
      dnsNames: namesIn(GATEWAY.name, logging),
      usage: 'server auth',
    });
    certificate(this, 'gateway-ca', {
      namespace: agents,
      secretName: tls.caSecretName,
      issuer,
      dnsNames: namesIn(agentOf({ agent }).name, agents),
      usage: 'client auth',
    });
  }
}

/** The certificate of the host that a load balancer's clients call, where cert-manager makes it. */
export function outsideCertificate(
  owner: Construct,
  namespace: string,
  { host, tls }: Pick<LoadBalanced, 'host' | 'tls'>,
): void {
  if (tls?.clusterIssuer === undefined) return;
  const { secretName, clusterIssuer: issuer } = tls;
  certificate(owner, GATEWAY_OUTSIDE.name, { namespace, secretName, issuer, dnsNames: [host], usage: 'server auth' });
}

interface Wanted {
  readonly namespace: string;
  readonly secretName: string;
  readonly issuer: string;
  readonly dnsNames: readonly string[];
  readonly usage: string;
}

function certificate(owner: Construct, name: string, { namespace, secretName, issuer, dnsNames, usage }: Wanted): void {
  new ApiObject(owner, name, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace, labels: { ...objectLabels(GATEWAY) } },
    spec: {
      secretName,
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuer },
      dnsNames,
      usages: ['digital signature', usage],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    },
  });
}
