import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescriptorOutput } from '../../../src/logger/output';

/** An output to a file, and what it reports. */
function outputTo(path: string) {
  const descriptor = openSync(path, 'w');
  const reports: string[] = [];
  const output = new DescriptorOutput({ number: descriptor, waits: true }, 2 ** 20, (problem, error) => {
    reports.push(`${problem}: ${(error as NodeJS.ErrnoException).code ?? ''}`);
  });
  return { output, reports, close: () => closeSync(descriptor) };
}

describe('an output', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'logger-output-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('has written everything when flush() resolves', async () => {
    const path = join(directory, 'out');
    const { output, close } = outputTo(path);
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index} ö`);
    for (const line of lines) output.write(line);
    expect(await output.flush()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(`${lines.join('\n')}\n`);
    close();
  });

  it('has written everything when flushSync() returns', () => {
    const path = join(directory, 'out');
    const { output, close } = outputTo(path);
    output.write('one');
    output.flushSync();
    expect(readFileSync(path, 'utf8')).toBe('one\n');
    close();
  });

  it('with nothing to write has written it', async () => {
    const { output, close } = outputTo(join(directory, 'out'));
    expect(await output.flush()).toBe(true);
    close();
  });
});

describe('an output to a pipe', () => {
  const line = 'x'.repeat(999);
  let close = (): void => undefined;
  afterEach(() => close());

  /** A pipe that says that it is full, and reading what is in it at the moment: how many lines that were. */
  function pipe(maxWaiting: number) {
    const directory = mkdtempSync(join(tmpdir(), 'logger-pipe-'));
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const number = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const output = new DescriptorOutput({ number, waits: false }, maxWaiting, () => undefined);
    const buffer = Buffer.alloc(2 ** 20);
    let bytes = 0;
    close = () => {
      for (const descriptor of [reader, number]) closeSync(descriptor);
      rmSync(directory, { recursive: true });
    };
    return {
      output,
      lines: () => bytes / 1000,
      read: () => {
        try {
          bytes += readSync(reader, buffer);
        } catch (error) {
          expect(error).toMatchObject({ code: 'EAGAIN' });
        }
      },
    };
  }

  it('writes while a burst lasts: a reader that keeps up gets more than may wait, before the event loop turns', () => {
    const { output, read, lines } = pipe(2 ** 20);
    for (let count = 1; count <= 20_000; count += 1) {
      output.write(line);
      if (count % 20 === 0) read();
    }
    output.flushSync();
    read();
    expect([lines(), output.takeLost()]).toEqual([20_000, 0]);
  });

  it('that is full waits for its reader; what does not fit is counted, and told when there is room', async () => {
    const { output, read, lines } = pipe(2 ** 20);
    for (let count = 0; count < 3000; count += 1) output.write(line);
    expect(output.takeLost()).toBe(0);
    const flushed = output.flush();
    while (!(await Promise.race([flushed, sleep(1, false)]))) read();
    read();
    expect(await flushed).toBe(true);
    const lost = output.takeLost();
    expect(lost).toBeGreaterThan(1800);
    expect(lines()).toBe(3000 - lost);
  });

  it('at the end of the process waits a second for its reader, once, and tells each line once', () => {
    const { output } = pipe(2 ** 20);
    for (let count = 0; count < 500; count += 1) output.write(line);
    const left = output.flushSync();
    expect(left).toBeGreaterThan(500 - 66);
    expect(left).toBeLessThan(500);
    const started = performance.now();
    expect(output.flushSync()).toBe(0);
    output.write(line);
    expect(output.flushSync()).toBe(1);
    expect(performance.now() - started).toBeLessThan(900);
  });
});

describe('an output to a disk that is full', () => {
  it('says so, as often as it is asked, and neither throws nor hangs', async () => {
    const { output, reports, close } = outputTo('/dev/full');
    output.write('one');
    expect(await output.flush()).toBe(false);
    expect(await output.flush()).toBe(false);
    output.flushSync();
    expect(reports).toEqual(Array.from({ length: 3 }, () => 'stdout cannot be written: ENOSPC'));
    close();
  });
});
