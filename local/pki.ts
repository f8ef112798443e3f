/** The certificates of the cluster, and the kubeconfigs that hold them. */
import * as fs from 'node:fs';
import { API_URL, inState, NAME, NETWORKS, NODE } from './layout';
import { run } from './shell';

/** A file of the cluster's certificate folder. */
export const pkiFile = (name: string): string => inState('pki', name);

interface Certificate {
  readonly subject: string;
  readonly names?: readonly string[];
}

const API_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

/** Every identity in the cluster; the subject is what RBAC sees. */
const CERTIFICATES = {
  apiserver: {
    subject: '/CN=kube-apiserver',
    names: [
      ...[...API_NAMES, 'kubernetes.default.svc.cluster.local'].map((name) => `DNS:${name}`),
      ...[...NETWORKS.flatMap(({ node, apiService }) => [node, apiService]), '127.0.0.1'].map(
        (address) => `IP:${address}`,
      ),
    ],
  },
  admin: { subject: '/O=system:masters/CN=local-admin' },
  'controller-manager': { subject: '/CN=system:kube-controller-manager' },
  scheduler: { subject: '/CN=system:kube-scheduler' },
  proxy: { subject: '/CN=system:kube-proxy' },
  kubelet: {
    subject: `/O=system:nodes/CN=system:node:${NODE}`,
    names: [`DNS:${NODE}`, ...NETWORKS.map(({ node }) => `IP:${node}`)],
  },
} as const satisfies Record<string, Certificate>;

/** Who can be named in a kubeconfig. */
export type Identity = keyof typeof CERTIFICATES;

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const DAYS = ['-days', '3650'];

async function issue(name: string, certificate: Certificate): Promise<void> {
  if (fs.existsSync(pkiFile(`${name}.crt`))) return;
  const extensions = ['extendedKeyUsage=serverAuth,clientAuth'];
  if (certificate.names) extensions.push(`subjectAltName=${certificate.names.join(',')}`);
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, ...DAYS, '-subj', certificate.subject],
    ...['-CA', pkiFile('ca.crt'), '-CAkey', pkiFile('ca.key')],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...extensions.flatMap((extension) => ['-addext', extension]),
    ...['-keyout', pkiFile(`${name}.key`), '-out', pkiFile(`${name}.crt`)],
  ]);
}

/** Creates the certificates and the key of service account tokens that are still missing. */
export async function ensurePki(): Promise<void> {
  fs.mkdirSync(pkiFile(''), { recursive: true, mode: 0o700 });
  if (!fs.existsSync(pkiFile('ca.crt'))) {
    await run('openssl', [
      ...['req', '-x509', ...NEW_KEY, ...DAYS, '-subj', `/CN=${NAME} local cluster`],
      ...['-keyout', pkiFile('ca.key'), '-out', pkiFile('ca.crt')],
    ]);
  }
  if (!fs.existsSync(pkiFile('service-account.key'))) {
    const key = ['genrsa', '-out', pkiFile('service-account.key'), '2048'];
    await run('openssl', key);
  }
  for (const [name, certificate] of Object.entries(CERTIFICATES)) await issue(name, certificate);
}

const base64 = (name: string): string => fs.readFileSync(pkiFile(name)).toString('base64');

/** Writes a kubeconfig for `identity`, with everything in it so that it can be copied. */
export function writeKubeconfig(identity: Identity, file: string): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: NAME,
        cluster: { server: API_URL, 'certificate-authority-data': base64('ca.crt') },
      },
    ],
    users: [
      {
        name: identity,
        user: {
          'client-certificate-data': base64(`${identity}.crt`),
          'client-key-data': base64(`${identity}.key`),
        },
      },
    ],
    contexts: [{ name: NAME, context: { cluster: NAME, user: identity } }],
    'current-context': NAME,
  };
  // JSON is YAML: every Kubernetes client reads it.
  const content = JSON.stringify(config, null, 2);
  // A running program must not find its file empty for a moment.
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === content) return;
  fs.writeFileSync(file, content, { mode: 0o600 });
}
