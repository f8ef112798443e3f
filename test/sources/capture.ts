/** Captures test/fixtures from the real programs. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeFolder, temporaryFolder } from '../../programs/program';
import {
  captureBackend,
  captureContainerd,
  captureCoredns,
  captureEtcd,
  captureJava,
  captureNode,
  capturePromtail,
  capturePython,
  captureScheduler,
} from './applications';
import type { Capture, Fixture } from './fixture';
import { LOGGER_CAPTURES } from './loggers';
import { captureNginx } from './nginx';
import { capturePgbouncer } from './pgbouncer';
import { capturePostgres } from './postgres';
import { captureRedis, captureValkey } from './redis';

const CAPTURES: Readonly<Record<string, Capture>> = {
  postgres: capturePostgres,
  redis: captureRedis,
  valkey: captureValkey,
  pgbouncer: capturePgbouncer,
  nginx: captureNginx,
  backend: captureBackend,
  node: captureNode,
  python: capturePython,
  java: captureJava,
  ...LOGGER_CAPTURES,
  etcd: captureEtcd,
  containerd: captureContainerd,
  promtail: capturePromtail,
  coredns: captureCoredns,
  'kube-scheduler': captureScheduler,
};

const README = `# Fixtures

What real programs wrote, byte for byte; the secrets in it are made up. Two kinds are not captured by the script:

- Files below \`documented\` are written by hand after the format that the program documents. No such program has run.
- The five of Valkey are from Valkey, built from its source, unstable of October 2024, which says that it is version
  255.255.255. They cannot be captured again by the script, which takes a \`valkey-server\` that is installed, if there is one.

To capture the rest again, all of it or only from some programs:

    npm run capture-fixtures
    npm run capture-fixtures -- postgres nginx

They run as an unprivileged user, in a temporary folder, on the loopback address; their settings and what they are made to do
is in test/sources.

| file | program | holds |
|---|---|---|
`;

/**
 * Captures the fixtures of some programs.
 *
 * @param names - which ones; none: all.
 * @throws Error if a name is unknown or a program does not do what it should.
 */
export async function captureFixtures(
  project: string,
  names: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const unknown = names.filter((name) => !(name in CAPTURES));
  if (unknown.length > 0)
    throw new Error(
      `no fixtures are captured from ${unknown.join(', ')}; there are ${Object.keys(CAPTURES).join(', ')}`,
    );
  const fixtures: Fixture[] = [];
  for (const [name, capture] of Object.entries(CAPTURES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const folder = temporaryFolder(name);
    try {
      fixtures.push(...(await capture(folder)));
      log(`captured ${name}`);
    } finally {
      removeFolder(folder);
    }
  }
  const target = join(project, 'test', 'fixtures');
  for (const { file, content } of fixtures) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    writeFileSync(join(target, file), content);
    chmodSync(join(target, file), 0o644);
  }
  writeReadme(join(target, 'README.md'), fixtures);
}

/** One row for each file; rows of files that were not captured this time stay. */
function writeReadme(file: string, fixtures: readonly Fixture[]): void {
  const old = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => /^\| \S+\.log \|/.test(line))
    : [];
  const rows = new Map(old.map((line) => [line.split(' ')[1] ?? '', line]));
  for (const { file: name, program, holds } of fixtures) rows.set(name, `| ${name} | ${program} | ${holds} |`);
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => `${line}\n`);
  writeFileSync(file, README + sorted.join(''));
}
