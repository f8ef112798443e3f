/**
 * Docker's log driver `json-file`: of what real programs wrote, each agent makes the same records as of what containerd writes. The
 * files are where Docker has them, and the folder of pods has links to them.
 */
import { appendFileSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sendsNoMore as allSent } from '../../programs/collector';
import { type Entry } from '../../programs/loki';
import { type Container, podLogFile } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { sendsNoMore } from '../../programs/promtail';
import { criLines, dockerLines, fixtures as all, recordsOf, stackForFixtures } from '../support/captured';
import { LogPath } from '../support/log-path';

/** Objects and text, records of several lines, standard error, long lines, and bytes that JSON escapes. */
const SOME: readonly string[] = [
  'backend/backend.log',
  'go/panic.log',
  'java/uncaught.log',
  'nginx/access-json.log',
  'nginx/error.log',
  'php/failures.log',
  'postgres/german.log',
  'redis/redis.log',
  'rust/panic.log',
];
const fixtures = all.filter(({ name }) => SOME.includes(name));

const DOCKER = { containerRuntime: { type: 'docker' } } as const;
const ROTATED: Container = { namespace: 'shop', pod: 'rotated-1', container: 'main' };

/** Docker's file of a container. */
const fileOf = ({ folder }: LogPath, { pod }: Container): string => join(folder, 'containers', pod, `${pod}-json.log`);

function write(path: LogPath, pod: Container, lines: readonly string[]): void {
  appendFileSync(fileOf(path, pod), lines.map((line) => `${line}\n`).join(''));
}

/** A container whose file the folder of pods has a link to. */
function linked(path: LogPath, pod: Container): void {
  const [file, link] = [fileOf(path, pod), podLogFile(path.logs.folder, pod)];
  for (const each of [file, link]) mkdirSync(dirname(each), { recursive: true });
  appendFileSync(file, '');
  symlinkSync(file, link);
}

const said = (log: string): string =>
  JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: new Date().toISOString() });

describe.each(['Promtail', 'Collector'] as const)('%s on nodes with Docker', (name) => {
  const ofCri = new LogPath(stackForFixtures(`docker-${name.toLowerCase()}-cri`), `docker-${name.toLowerCase()}-cri`);
  const docker = new LogPath(stackForFixtures(`docker-${name.toLowerCase()}`, DOCKER), `docker-${name.toLowerCase()}`);
  const records: ReadonlyMap<string, readonly Entry[]>[] = [];

  const pods = [...fixtures.map(({ pod }) => pod), ROTATED];

  beforeAll(async () => {
    for (const each of fixtures) {
      ofCri.logs.append(each.pod, criLines(each));
      linked(docker, each.pod);
      write(docker, each.pod, dockerLines(each));
    }
    linked(docker, ROTATED);
    write(docker, ROTATED, [said('before the rotation')]);
    for (const path of [ofCri, docker]) {
      await path.start();
      const lines = fixtures.reduce(
        (sum, each) => sum + (path === docker ? dockerLines(each) : criLines(each)).length,
        0,
      );
      if (name === 'Promtail') await sendsNoMore(await path.startPromtail(pods), lines);
      else await allSent(await path.startCollector(pods));
    }
    for (const path of [ofCri, docker]) records.push(await recordsOf(path, fixtures));
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    await ofCri.stop();
    await docker.stop();
  });

  const text = ({ time, labels, structuredMetadata, line }: Entry): string => {
    const sorted = [labels, structuredMetadata].map((values) => Object.entries(values).sort());
    return `${time} ${JSON.stringify(sorted)}\n${line}`;
  };

  it('there are all of these fixtures, and lines of several pieces', () => {
    expect(fixtures.map(({ name: fixture }) => fixture)).toEqual(SOME);
    expect(fixtures.filter((each) => dockerLines(each).length > each.lines.length).length).toBeGreaterThan(3);
  });

  it.each(fixtures)('$name becomes the same records', ({ name: fixture }) => {
    const [expected = [], found = []] = records.map((each) => each.get(fixture));
    expect(expected.length).toBeGreaterThan(0);
    expect(found.map(text)).toEqual(expected.map(text));
  });

  it('goes on with the next file when Docker has rotated one', async () => {
    renameSync(fileOf(docker, ROTATED), `${fileOf(docker, ROTATED)}.1`);
    write(docker, ROTATED, [said('after the rotation')]);
    const lines = async (): Promise<readonly string[]> =>
      (await docker.query('{namespace="shop"} | pod="rotated-1"')).map(({ line }) => line);
    await until('the line after the rotation', async () =>
      (await lines()).includes('after the rotation') ? undefined : 'it is not there',
    );
    expect((await lines()).toSorted()).toEqual(['after the rotation', 'before the rotation']);
  });
});
