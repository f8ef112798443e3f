/** What the embedded cluster runs of a stack, by the images that its node has. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnableConfig } from '../../../local/runnable';
import { configWith } from '../../support/config';

const config = configWith({ images: { registry: 'registry.example.com' } });
const folder = mkdtempSync(join(tmpdir(), 'runnable-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A kubectl of a node with these images. */
function nodeWith(...images: readonly string[]) {
  const kubectl = join(folder, 'kubectl');
  writeFileSync(kubectl, `#!/bin/sh\nprintf %s "${images.join(' ')}"\n`);
  chmodSync(kubectl, 0o755);
  return { kubectl, select: [] };
}

test('given a node with Grafana’s image, all of the stack', async () => {
  const image = config.images.grafana.replace('docker.io', 'registry.example.com');
  expect(await runnableConfig(nodeWith('registry.example.com/grafana/loki:3.7.8', image), config)).toBe(config);
});

test('given a node without it, the stack without Grafana', async () => {
  const seen = await runnableConfig(nodeWith('docker.io/grafana/grafana:1.0.0'), config);
  expect(seen).toEqual({ ...config, grafana: { ...config.grafana, replicas: 0 } });
});
