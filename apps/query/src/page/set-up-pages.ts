import type { Browser, Page } from 'playwright-core';
import {
  openPage,
  type PageServer,
  startBrowser,
  startPageServer,
  type WatchedPage,
} from './page-harness.ts';

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const DARK = { colorScheme: 'dark' as const };

/**
 * A server and a browser for the tests of a file. After each test the browser must have had nothing to complain about: no error, no request
 * to another origin.
 */
export const setUpPages = () => {
  let server: PageServer;
  let browser: Browser;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startPageServer(), startBrowser()]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, 30_000);
  beforeEach(() => {
    watched = undefined;
  });
  afterEach(async () => {
    expect(watched?.complaints ?? []).toEqual([]);
    await watched?.page.context().close();
  });

  return {
    open: async (path: string, options = {}, own?: Browser): Promise<Page> => {
      watched = await openPage(own ?? browser, server.url + path, options);
      return watched.page;
    },
    row: (index: number) => {
      const found = server.rows[index];
      if (!found) throw new Error(`no row ${index}`);
      return found;
    },
    count: () => server.rows.length,
    /** Takes note of complaints that the test itself caused: all of them must be of that kind. */
    expectComplaints: (kind: RegExp) => {
      const complaints = watched?.complaints.splice(0) ?? [];
      expect(complaints).not.toEqual([]);
      expect(complaints.filter((one) => !kind.test(one))).toEqual([]);
    },
  };
};

export const firstTitle = (page: Page) => page.locator('.results .row .what strong').first().textContent();

export const positionOf = (page: Page, side: 'a' | 'b') =>
  page.locator(`#side-${side}`).evaluate((element) => (element as HTMLAudioElement).currentTime);

export const isHeard = (page: Page, side: 'a' | 'b') =>
  page.waitForFunction((id) => !(document.getElementById(id) as HTMLAudioElement).paused, `side-${side}`);

export const results = (page: Page) => page.locator('.results .row').first().waitFor({ timeout: 30_000 });

/** The nearest tracks, asked for where nothing is close. */
export const nearest = async (page: Page) => {
  const anyway = page.getByRole('button', { name: 'Show the nearest anyway' });
  await page.locator('.results .row').first().or(anyway).waitFor({ timeout: 30_000 });
  if (await anyway.isVisible()) await anyway.click();
  await results(page);
};

/** Whether nothing runs off the side. */
export const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
