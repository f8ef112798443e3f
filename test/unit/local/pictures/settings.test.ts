import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromiumProgram, grafanaSource } from '../../../../local/pictures/settings';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pictures-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(path: string, mode = 0o644): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, '');
  chmodSync(whole, mode);
  return whole;
}

describe('given no Grafana', () => {
  it('says how to name one', () => {
    expect(() => grafanaSource(undefined, {})).toThrow(/^no Grafana: give --grafana a folder .* or the URL/);
  });

  it('takes the environment’s empty variable for none', () => {
    expect(() => grafanaSource(undefined, { GRAFANA: '' })).toThrow('no Grafana: give');
  });

  it('refuses a folder without its program', () => {
    expect(() => grafanaSource(folder, {})).toThrow(`no Grafana in ${folder}: give --grafana`);
  });

  it('refuses a folder whose pages are not built', () => {
    file('bin/grafana', 0o755);
    expect(() => grafanaSource(folder, {})).toThrow('has no public/views/index.html: its pages are not built');
  });

  it('refuses a URL without a password', () => {
    expect(() => grafanaSource('http://localhost:3000', {})).toThrow(
      'http://localhost:3000 needs a password: set GRAFANA_PASSWORD',
    );
  });
});

describe('given a Grafana', () => {
  it('starts the one program of newer versions', () => {
    file('public/views/index.html');
    file('bin/grafana-server', 0o755);
    const program = file('bin/grafana', 0o755);
    expect(grafanaSource(undefined, { GRAFANA: folder })).toEqual({
      type: 'installed',
      home: folder,
      command: [program, 'server'],
    });
  });

  it('starts grafana-server of older ones', () => {
    file('public/views/index.html');
    const program = file('bin/grafana-server', 0o755);
    expect(grafanaSource(folder, {})).toEqual({ type: 'installed', home: folder, command: [program] });
  });

  it('uses one that runs, with the credentials of the environment', () => {
    const environment = { GRAFANA: 'elsewhere', GRAFANA_USER: 'ann', GRAFANA_PASSWORD: 'pass' };
    expect(grafanaSource('https://logs.example.com/grafana/', environment)).toEqual({
      type: 'running',
      url: 'https://logs.example.com/grafana',
      user: 'ann',
      password: 'pass',
    });
  });
});

describe('given a Chromium', () => {
  it('finds the first one on the PATH that can be run', () => {
    file('a/chromium');
    const program = file('b/google-chrome', 0o755);
    expect(chromiumProgram(undefined, { PATH: `${join(folder, 'a')}:${join(folder, 'b')}` })).toBe(program);
  });

  it('prefers the one that is named', () => {
    file('a/chromium', 0o755);
    const own = file('own', 0o755);
    expect(chromiumProgram(own, { PATH: join(folder, 'a') })).toBe(own);
  });

  it('refuses a named one that cannot be run', () => {
    const own = file('own');
    expect(() => chromiumProgram(own, {})).toThrow(`no Chromium: ${own} cannot be run`);
  });

  it('says what it looked for where there is none', () => {
    expect(() => chromiumProgram(undefined, { PATH: folder })).toThrow(
      'no Chromium on the PATH (chromium, chromium-browser',
    );
  });
});
