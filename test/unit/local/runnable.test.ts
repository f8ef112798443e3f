/** What `make up` runs of a stack: by the images that the embedded cluster's node has, and with a receiver of alerts. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnable, tellsExample } from '../../../local/runnable';
import { loadStackConfig } from '../../../src/config';
import { checkSecretValues, generateSecretValues } from '../../../src/secrets/values';
import { ROOT } from '../../support/docs-page';

const folder = mkdtempSync(join(tmpdir(), 'runnable-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A kubectl of a node with these images. */
function nodeWith(...images: readonly string[]) {
  const kubectl = join(folder, 'kubectl');
  writeFileSync(kubectl, `#!/bin/sh\nprintf %s "${images.join(' ')}"\n`);
  chmodSync(kubectl, 0o755);
  return { kubectl, select: [] };
}

const dev = loadStackConfig(ROOT, 'dev');
const onEmbedded = (...images: readonly string[]) => runnable(ROOT, 'dev', nodeWith(...images), true);

test('given a node of the embedded cluster with Grafana’s image, it runs', async () => {
  const { config } = await onEmbedded('docker.io/grafana/loki:3.7.8', dev.images.grafana);
  expect(config.grafana).toEqual(dev.grafana);
});

test('given one without it, no Grafana is expected; the rest of the file is as it was', async () => {
  const { config } = await onEmbedded('docker.io/grafana/grafana:1.0.0');
  expect(config).toEqual({
    ...dev,
    grafana: { ...dev.grafana, replicas: 0 },
    alertmanager: { ...dev.alertmanager, receivers: [expect.objectContaining({ name: 'example' }) as unknown] },
  });
});

test('given another cluster, the images are its own affair', async () => {
  const { config } = await runnable(ROOT, 'dev', nodeWith(), false);
  expect(config.grafana).toEqual(dev.grafana);
});

test('the receiver’s URL is a secret that the stack takes', async () => {
  const what = await onEmbedded();
  expect(tellsExample(what)).toBe(true);
  const values = { ...generateSecretValues(what.config), ...what.secrets };
  expect(() => checkSecretValues('test', what.config, values)).not.toThrow();
  expect(values['alertmanager.example']).toBe('http://alert-receiver.spywatcher.svc:8080/alerts');
});

test('given a stack with receivers of its own, nobody else is told', async () => {
  const what = await runnable(ROOT, 'prod', nodeWith(), false);
  expect(tellsExample(what)).toBe(false);
  expect(what.config).toEqual(loadStackConfig(ROOT, 'prod'));
});

test('given another agent than the file’s, the rest of the file is as it was', async () => {
  const { config } = await runnable(ROOT, 'prod', nodeWith(), false, 'collector');
  const prod = loadStackConfig(ROOT, 'prod');
  expect(config).toEqual({
    ...prod,
    agent: { ...prod.agent, type: 'collector', positionsDirectory: '/var/lib/spywatcher-logs/collector' },
  });
});

test('given a running agent, that one is asked for', async () => {
  const kubectl = join(folder, 'kubectl-of-a-collector');
  writeFileSync(kubectl, '#!/bin/sh\ncase "$*" in *daemonset\\ collector*) echo daemonset.apps/collector ;; esac\n');
  chmodSync(kubectl, 0o755);
  const { config } = await runnable(ROOT, 'prod', { kubectl, select: [] }, false, 'running');
  expect(config.agent.type).toBe('collector');
});
