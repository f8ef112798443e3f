/** The CAs of `network.caBundle`: where programs find them. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Component, StackConfig } from '../../config';
import type { ContainerProps } from './container';

/** Programs that check certificates of servers outside of the stack. All are written in Go. */
const READERS: readonly Component[] = ['loki', 'compactor', 'collector', 'grafana', 'alertmanager', 'prometheus'];

const VOLUME = 'trusted-ca';
const FOLDER = '/etc/trusted-ca';
const FILE = 'ca.crt';
/**
 * Go reads the public CAs from one file of the image, and all files of these folders (crypto/x509, root_unix.go). The variable
 * replaces Go's own list of folders, so it names these as well.
 */
const PUBLIC_CAS = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/** What a program has of the bundle. */
export interface TrustedCas {
  /** Files of a ConfigMap that is the stack's. */
  readonly files: Readonly<Record<string, string>>;
  /** Name of the ConfigMap. */
  readonly configMap: string;
  readonly volume: k8s.Volume;
}

/** The bundle of a program. Undefined where there is none, or the program checks no such certificate. */
export function trustedCas({ network }: StackConfig, component: Component): TrustedCas | undefined {
  const { caBundle } = network;
  if (caBundle === undefined || !READERS.includes(component)) return undefined;
  const [configMap, key, files] =
    caBundle.type === 'certificates'
      ? [`${component}-${VOLUME}`, FILE, { [FILE]: caBundle.certificates }]
      : [caBundle.name, caBundle.key, {}];
  return { files, configMap, volume: { name: VOLUME, configMap: { name: configMap, items: [{ key, path: FILE }] } } };
}

/** The container with the bundle. */
export function withTrustedCas(props: ContainerProps): ContainerProps {
  return {
    ...props,
    env: [...(props.env ?? []), { name: 'SSL_CERT_DIR', value: [...PUBLIC_CAS, FOLDER].join(':') }],
    volumeMounts: [...(props.volumeMounts ?? []), { name: VOLUME, mountPath: FOLDER, readOnly: true }],
  };
}
