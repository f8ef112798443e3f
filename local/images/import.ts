/** Brings images into the cluster's container runtime. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CONTAINERD_SOCKET, inState } from '../layout';
import { runInside } from '../namespace';

/** Imports a docker-archive into the cluster's containerd, unless it has been before. */
export async function importImage(ctr: string, tarPath: string): Promise<void> {
  // The archive's name contains a hash of its content.
  const marker = inState('imported', path.basename(tarPath));
  if (fs.existsSync(marker)) return;
  const client = [ctr, '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io'];
  await runInside([...client, 'images', 'import', path.resolve(tarPath)], 300);
  fs.mkdirSync(path.dirname(marker), { recursive: true });
  fs.writeFileSync(marker, '');
}
