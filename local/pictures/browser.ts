/** Opens views in a Chromium, waits until Grafana has drawn every panel, and takes their pictures. */
import { type Browser, chromium, type Page, type Request } from 'playwright-core';
import { waitFor } from '../../programs/wait';
import type { Log } from '../shell';
import type { Grafana } from './grafana';
import { missingFrom, type Seen, type View } from './views';

/** Seconds until a view must be drawn. */
export const PATIENCE = 90;
/** Milliseconds for which nothing may be missing: one query's answer may cause another. */
const QUIET_MS = 1_500;

/** Requests whose answers a panel draws. */
const QUERIES = /\/api\/(?:ds\/query|datasources\/(?:proxy|uid|\d+)\b)/;

/** Where Grafana's pages have their marks. Source: @grafana/e2e-selectors, 9.4 and 13. */
const MARKS = {
  title: 'data-testid Panel header ',
  loading: ':is([aria-label="Panel loading bar"], .panel-loading)',
  failed: ':is([data-testid="data-testid Panel status error"], .panel-info-corner--error)',
} as const;

/** The range of time that all pictures show. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/** A picture, and what Grafana says is wrong in it. */
export interface Picture {
  readonly png: Buffer;
  /** Titles of the panels that show an error. */
  readonly failed: readonly string[];
}

export interface PhotographerProps {
  /** The Chromium. */
  readonly program: string;
  readonly grafana: Pick<Grafana, 'url' | 'authorization'>;
  /** Values of the dashboards' variables. @default - each has its first value */
  readonly variables?: Readonly<Record<string, string>>;
  /** Width of the pictures in pixels. */
  readonly width: number;
  /** Seconds until a view must be drawn. */
  readonly patience: number;
  readonly log: Log;
}

export class Photographer {
  private constructor(
    private readonly browser: Browser,
    private readonly props: PhotographerProps,
  ) {}

  static async start(props: PhotographerProps): Promise<Photographer> {
    // Chromium's sandbox does not run as root. This Chromium opens one Grafana only.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: props.program, args: [...args, '--hide-scrollbars'] });
    return new Photographer(browser, props);
  }

  stop(): Promise<void> {
    return this.browser.close();
  }

  /** @throws Error that names what a view still waits for. */
  async picture(view: View, { from, to }: Range): Promise<Picture> {
    const { grafana, variables = {}, width, patience } = this.props;
    const context = await this.browser.newContext({
      viewport: { width, height: view.height },
      extraHTTPHeaders: { authorization: grafana.authorization },
      timezoneId: 'UTC',
      locale: 'en-GB',
    });
    try {
      const page = await context.newPage();
      const unanswered = count(page);
      const query = new URLSearchParams({
        orgId: '1',
        from: String(from.getTime()),
        to: String(to.getTime()),
        timezone: 'utc',
        ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`var-${name}`, value])),
        theme: 'dark',
      });
      await page.goto(`${grafana.url}/d/${view.dashboard.uid}?${query.toString()}&kiosk`, {
        timeout: patience * 1000,
      });
      await this.drawn(page, view, unanswered);
      const failed = await titlesOf(page, MARKS.failed);
      return { png: await page.screenshot({ animations: 'disabled' }), failed };
    } finally {
      await context.close();
    }
  }

  private async drawn(page: Page, view: View, unanswered: () => number): Promise<void> {
    let quietSince: number | undefined;
    await waitFor({
      what: view.file,
      timeout: this.props.patience,
      log: this.props.log,
      missing: async () => {
        const missing = missingFrom(view, await look(page, unanswered()));
        quietSince = missing === undefined ? (quietSince ?? Date.now()) : undefined;
        if (quietSince === undefined) return missing;
        return Date.now() - quietSince < QUIET_MS ? 'a moment without a change' : undefined;
      },
    });
  }
}

/** Counts the questions that a page has asked, less those that are answered. */
function count(page: Page): () => number {
  const open = new Set<Request>();
  page.on('request', (request) => {
    if (QUERIES.test(request.url())) open.add(request);
  });
  const ended = (request: Request): boolean => open.delete(request);
  page.on('requestfinished', ended).on('requestfailed', ended);
  return () => open.size;
}

async function look(page: Page, unanswered: number): Promise<Seen> {
  return { titles: await titlesOf(page), loading: await titlesOf(page, MARKS.loading), unanswered };
}

/**
 * Titles of the panels with the mark in them, or of all panels. The expression is a text, because it runs in the page. The
 * attribute is the section's own since Grafana 10, and in the section before.
 */
function titlesOf(page: Page, mark?: string): Promise<readonly string[]> {
  const isMarked = `(panel.closest('section') ?? panel).querySelector(${JSON.stringify(mark)}) !== null`;
  return page.evaluate(`
    [...document.querySelectorAll('[data-testid^="${MARKS.title}"]:not([data-testid^="${MARKS.title}item "])')]
      .filter((panel) => ${mark === undefined ? 'true' : isMarked})
      .map((panel) => panel.dataset.testid.slice(${MARKS.title.length}))`);
}
