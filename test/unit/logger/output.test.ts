import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
