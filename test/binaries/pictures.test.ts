/** Pictures with a real Chromium, of pages that look to it as Grafana's do. A real Grafana cannot be had from a registry. */
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE, Photographer } from '../../local/pictures/browser';
import { chromiumProgram } from '../../local/pictures/settings';
import type { View } from '../../local/pictures/views';
import { freePorts, say } from '../../programs/program';

function chromium(): string | undefined {
  try {
    return chromiumProgram(undefined, process.env);
  } catch (error) {
    say(`tests skipped: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

const program = chromium() ?? '';
const AUTHORIZATION = 'Basic YW5uOnBhc3M=';
const SLOW_MS = 1_500;

/** Pages as Grafana 13 has them, by what becomes of their panel. */
const PAGES: Readonly<Record<string, string>> = {
  drawn: `
    document.body.innerHTML = '<section data-testid="data-testid Panel header Lines"><div aria-label="Panel loading bar"></div></section>';
    await fetch('/api/ds/query');
    document.body.innerHTML = '<section data-testid="data-testid Panel header Lines" style="background: lime; height: 100vh"></section>';`,
  failed: `
    document.body.innerHTML = '<section data-testid="data-testid Panel header Lines"><button data-testid="data-testid Panel status error"></button></section>';`,
  older: `
    document.body.innerHTML = '<section><h2 data-testid="data-testid Panel header Lines"></h2><i class="panel-info-corner--error"></i></section>';`,
  waiting: `
    document.body.innerHTML = '<section data-testid="data-testid Panel header Lines"><div aria-label="Panel loading bar"></div></section>';`,
  absent: '',
};

(program === '' ? describe.skip : describe)('given a Chromium (skipped where there is none)', () => {
  let server: Server;
  let grafana: { readonly url: string; readonly authorization: string };
  let photographer: Photographer;
  const asked: { readonly url: string; readonly authorization: string | undefined }[] = [];

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://grafana.test');
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
      const page = PAGES[pathname.replace('/d/', '')] ?? '';
      if (pathname.startsWith('/api/')) void sleep(SLOW_MS).then(() => response.end('{}'));
      else response.setHeader('content-type', 'text/html').end(`<body><script type="module">${page}</script>`);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    grafana = { url: `http://127.0.0.1:${port}`, authorization: AUTHORIZATION };
    photographer = await Photographer.start({
      program,
      grafana,
      variables: { requestId: 'a b' },
      width: 320,
      patience: PATIENCE,
      log: say,
    });
  }, 60_000);

  afterAll(async () => {
    await photographer.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  const view = (uid: string): View => ({
    file: `${uid}.png`,
    dashboard: { title: uid, uid, panels: [], templating: { list: [] }, annotations: { list: [] } },
    awaited: ['Lines'],
    height: 200,
  });
  const range = { from: new Date('2027-03-01T11:00:00Z'), to: new Date('2027-03-01T12:00:00Z') };

  it('waits for the answer of a slow query, and takes the picture after it', async () => {
    const started = Date.now();
    const { png, failed } = await photographer.picture(view('drawn'), range);
    expect(Date.now() - started).toBeGreaterThan(SLOW_MS);
    expect(failed).toEqual([]);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    // Width and height, from the picture's header.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([320, 200]);
  }, 120_000);

  it('opens the dashboard logged in, without menus, over the range, with its variables', () => {
    const opened = asked.find(({ url }) => url.startsWith('/d/drawn'));
    expect(opened).toEqual({
      url: '/d/drawn?orgId=1&from=1803898800000&to=1803902400000&timezone=utc&var-requestId=a+b&theme=dark&kiosk',
      authorization: AUTHORIZATION,
    });
  });

  it.each(['failed', 'older'])(
    'names a panel with an error, as pages "%s" show it',
    async (page) => {
      expect((await photographer.picture(view(page), range)).failed).toEqual(['Lines']);
    },
    120_000,
  );

  it.each([
    ['waiting', 'waiting.png: not ready after 3 s: still loading: Lines'],
    ['absent', 'absent.png: not ready after 3 s: not there: Lines'],
  ])(
    'takes no picture of a page "%s" that is never drawn',
    async (page, problem) => {
      const impatient = await Photographer.start({ program, grafana, width: 320, patience: 3, log: say });
      try {
        await expect(impatient.picture(view(page), range)).rejects.toThrow(problem);
      } finally {
        await impatient.stop();
      }
    },
    120_000,
  );
});
