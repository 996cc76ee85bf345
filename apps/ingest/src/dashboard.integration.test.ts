/// <reference lib="dom" />
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Scene, startScene } from './dashboard.fixture.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
const WEB = join(__dirname, '../dist-web/index.html');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let scene: Scene;
let browser: Browser;
let page: Page;
let url: string;
const complaints: string[] = [];

beforeAll(async () => {
  if (!CHROMIUM) throw new Error('Chromium is missing. Install it: apt-get install chromium');
  if (!existsSync(WEB))
    execFileSync('npm', ['run', '--silent', 'build:web', '-w', 'apps/ingest'], {
      cwd: join(__dirname, '../../..'),
    });
  scene = await startScene(1_200);
  url = await scene.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await scene?.app.close();
});

const open = async (hash: string) => {
  await page.goto(`${url}/ingest/${hash}`);
  await page.waitForSelector('main h1, main h2');
};

/** Findings of axe-core in one line each. */
const accessibility = async () => {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
  });
};

describe('the dashboard in Chromium', () => {
  test('/ingest leads to the page, under the same policy as every answer', async () => {
    const response = await page.goto(`${url}/ingest`);
    expect(page.url()).toBe(`${url}/ingest/`);
    expect(response?.headers()['content-security-policy']).toContain("script-src 'self'");
  }, 30_000);

  test('the overview tells of the run that goes on, and follows it', async () => {
    await open('#/');
    await page.waitForSelector('.headline h2');
    expect(await page.textContent('.headline h2')).toBe('62 % done');
    expect(await page.textContent('.headline .facts')).toContain('embedding');
    // A drawn chart has inked its canvas.
    const inked = () =>
      page.$eval('.chart canvas', (canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
        return pixels?.some((value) => value > 0) ?? false;
      });
    await page.waitForSelector('.chart canvas');
    expect(await inked()).toBe(true);
    const [queued] = await scene.catalogue.queuedItems({ limit: 1 });
    await scene.catalogue.startItem(queued?.itemId ?? 0, 'test:1');
    await scene.catalogue.failItem({
      itemId: queued?.itemId ?? 0,
      code: 'TIMEOUT',
      message: 'too slow',
      retry: false,
    });
    const failed = await page.textContent('.legend li:has(.failed) strong');
    await page.waitForFunction(
      (before) => document.querySelector('.legend li:has(.failed) strong')?.textContent !== before,
      failed,
    );
  }, 30_000);

  test('the queue is paused and resumed', async () => {
    await page.click('.queue-panel button:has-text("Pause")');
    await page.waitForSelector('.queue-panel .badge:has-text("paused")');
    expect(await page.textContent('.headline h2')).toMatch(/^Paused at/);
    await page.click('.queue-panel button:has-text("Resume")');
    await page.waitForSelector('.queue-panel button:has-text("Pause")');
  }, 30_000);

  test('a code is retried, and its group goes', async () => {
    await open('#/failures');
    await page.waitForSelector('.group:has-text("SOURCE_EMPTY")');
    await page.click('button[aria-label="Retry SOURCE_EMPTY"]');
    await page.waitForSelector('.toast:has-text("queued again")');
    await page.waitForSelector('.group:has-text("SOURCE_EMPTY")', { state: 'detached' });
    const groups = await scene.catalogue.failureGroups();
    expect(groups.map(({ code }) => code)).not.toContain('SOURCE_EMPTY');
  }, 30_000);

  test('items are found by a piece of their path, and one tells its story', async () => {
    await open('#/items');
    await page.fill('input[type=search]', 'Chrome Coast 7');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('q=Chrome'));
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('tbody tr')];
      return rows.length > 0 && rows.every((row) => row.textContent?.includes('Chrome Coast 7'));
    });
    await open('#/items?state=failed&code=AUDIO_UNDECODABLE');
    await page.click('tbody a');
    await page.waitForSelector('.item .error pre');
    expect(await page.textContent('.item .error pre')).toContain('Invalid data found');
  }, 30_000);

  test('workers are shown, also one that is gone', async () => {
    await open('#/workers');
    await page.waitForSelector('.worker');
    expect(await page.textContent('.worker.working')).toContain('tuva:4012');
    expect(await page.textContent('.worker.gone')).toContain('though cuda was asked');
  }, 30_000);

  test.each(['light', 'dark'])(
    'nobody is left out, %s',
    async (theme) => {
      await page.evaluate((name) => localStorage.setItem('soundalike-theme', name), theme);
      for (const hash of ['#/', '#/failures', '#/items', '#/workers']) {
        await page.goto('about:blank');
        await open(hash);
        await page.waitForTimeout(200);
        expect({ hash, findings: await accessibility() }).toEqual({ hash, findings: [] });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect({ hash, overflow: Math.max(overflow, 0) }).toEqual({ hash, overflow: 0 });
      }
    },
    60_000,
  );

  test('it fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const hash of ['#/', '#/failures', '#/items', '#/workers']) {
      await open(hash);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect({ hash, overflow: Math.max(overflow, 0) }).toEqual({ hash, overflow: 0 });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }, 30_000);

  test('the browser had nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });

  // SCREENSHOTS=folder npx jest dashboard --selectProjects integration
  const folder = process.env.SCREENSHOTS;
  if (folder)
    test('screenshots', async () => {
      for (const [name, hash, theme] of [
        ['overview', '#/', 'light'],
        ['overview-dark', '#/', 'dark'],
        ['failures', '#/failures', 'light'],
        ['workers', '#/workers', 'light'],
        ['item', `#/items?state=failed`, 'light'],
      ] as const) {
        await page.evaluate((value) => localStorage.setItem('soundalike-theme', value), theme);
        await page.goto('about:blank');
        await open(hash);
        if (name === 'item') await page.click('tbody a');
        await page.waitForTimeout(700);
        await page.screenshot({ path: join(folder, `dashboard-${name}.png`) });
      }
    }, 60_000);
});
