/** Definitions of the custom resources that a stack may have, from the Go modules of the projects that define them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../tools/cache';

/** The files of each module that `tools/crds/go.mod` requires. */
const DEFINITIONS: Readonly<Record<string, readonly string[]>> = {
  'github.com/cert-manager/cert-manager': ['deploy/crds/cert-manager.io_certificates.yaml'],
  'github.com/cilium/cilium': ['pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml'],
  'github.com/external-secrets/external-secrets': ['config/crds/bases/external-secrets.io_externalsecrets.yaml'],
  'github.com/prometheus-operator/prometheus-operator': ['podmonitors', 'prometheusrules', 'servicemonitors'].map(
    (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
  ),
  'sigs.k8s.io/gateway-api': ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
};

/** Paths of the definitions. Go downloads a missing module, keeps it, and checks it against `tools/crds/go.sum`. */
export async function crdFiles(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json'], {
    cwd: join(projectRoot(), 'tools', 'crds'),
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '' },
  });
  // One JSON document after the other; only their braces are not indented.
  return stdout
    .trim()
    .split(/(?<=^\})\n/m)
    .flatMap((text) => {
      const { Path: module, Dir: folder } = JSON.parse(text) as { readonly Path: string; readonly Dir: string };
      const files = DEFINITIONS[module];
      if (files === undefined) throw new Error(`tools/crds requires ${module}, of which no definition is known here`);
      return files.map((file) => join(folder, file));
    });
}
