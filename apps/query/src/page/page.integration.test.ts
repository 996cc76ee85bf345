/// <reference lib="dom" />
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import {
  cut,
  openPage,
  type PageServer,
  startBrowser,
  startPageServer,
  violationsOf,
  type WatchedPage,
} from './page-harness.ts';

const OFFSET = 7;

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

const open = async (path: string, options = {}): Promise<Page> => {
  watched = await openPage(browser, server.url + path, options);
  return watched.page;
};
const row = (index: number) => {
  const found = server.rows[index];
  if (!found) throw new Error(`no row ${index}`);
  return found;
};
const firstTitle = (page: Page) => page.locator('.results .row .what strong').first().textContent();
const positionOf = (page: Page, side: 'a' | 'b') =>
  page.locator(`#side-${side}`).evaluate((element) => (element as HTMLAudioElement).currentTime);
/** The nearest tracks, asked for where nothing is close. */
const nearest = async (page: Page) => {
  const anyway = page.getByRole('button', { name: 'Show the nearest anyway' });
  await page.locator('.results .row').first().or(anyway).waitFor({ timeout: 30_000 });
  if (await anyway.isVisible()) await anyway.click();
  await results(page);
};
const results = (page: Page) => page.locator('.results .row').first().waitFor({ timeout: 30_000 });

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DARK = { colorScheme: 'dark' as const };

test('the start page offers tracks; typing finds one; its link brings everything back', async () => {
  const page = await open('/');
  await page.locator('.offer button').first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press('/');
  await page.keyboard.type(row(3).title.toLowerCase());
  await page.locator('.suggestions [role=option] strong').first().waitFor();
  await page.keyboard.press('Enter');
  await nearest(page);
  expect(await page.locator('.side-head.a strong').textContent()).toBe(row(3).title);
  expect(await violationsOf(page)).toEqual([]);
  const title = await firstTitle(page);
  const address = new URL(page.url());
  await page.context().close();

  const again = await open(address.pathname + address.search);
  await results(again);
  expect(await again.locator('.side-head.a strong').textContent()).toBe(row(3).title);
  expect(await firstTitle(again)).toBe(title);
}, 60_000);

test('a dropped file finds its track; a passage plays from the matched offset on both sides', async () => {
  const excerpt = await readFile(await cut(row(1).path, OFFSET, 10, 'excerpt.mp3'));
  const page = await open('/');
  const transfer = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    data.items.add(new File([content], 'excerpt.mp3', { type: 'audio/mpeg' }));
    return data;
  }, excerpt.toString('base64'));
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await results(page);
  expect(await firstTitle(page)).toBe(row(1).title);
  await page.locator('.marks.b button').first().click();
  await page.waitForFunction(() => !(document.getElementById('side-b') as HTMLAudioElement).paused);
  const [a, b] = [await positionOf(page, 'a'), await positionOf(page, 'b')];
  expect(Math.abs(b - a - OFFSET)).toBeLessThan(2.5);
  await page.keyboard.press('x');
  await page.waitForFunction(() => !(document.getElementById('side-a') as HTMLAudioElement).paused);
  expect(Math.abs((await positionOf(page, 'b')) - (await positionOf(page, 'a')) - OFFSET)).toBeLessThan(2.5);
}, 60_000);

test('a pasted link is fetched by the server and searched with', async () => {
  const file = await readFile(await cut(row(2).path, 3, 10, 'linked.mp3'));
  const source = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(file),
  );
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
  try {
    const page = await open('/');
    await page.fill('#omnibox', `http://127.0.0.1:${(source.address() as AddressInfo).port}/linked.mp3`);
    await page.keyboard.press('Enter');
    await results(page);
    expect(await firstTitle(page)).toBe(row(2).title);
    expect(await page.locator('.side-head.a strong').textContent()).toBe('linked.mp3');
  } finally {
    source.closeAllConnections();
    source.close();
  }
}, 60_000);

test('the microphone is heard', async () => {
  const heard = await cut(row(4).path, 2, 12, 'heard.wav');
  const listening = await startBrowser([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${heard}`,
  ]);
  try {
    watched = await openPage(listening, server.url, { permissions: ['microphone'] });
    const { page } = watched;
    await page.getByRole('button', { name: 'Record from the microphone' }).click();
    const stop = page.getByRole('button', { name: 'Stop and search' });
    await stop.waitFor();
    await page.waitForTimeout(4_000);
    await stop.click();
    await results(page);
    expect(await firstTitle(page)).toBe(row(4).title);
    expect(watched.complaints).toEqual([]);
  } finally {
    watched = undefined;
    await listening.close();
  }
}, 90_000);

test('a passage of the sample is searched alone, and filters narrow what is found', async () => {
  const page = await open(`/?track=${row(0).id}`);
  await results(page);
  await page.getByRole('button', { name: 'Select a passage' }).click();
  await page.locator('.selection-bar input').first().waitFor();
  await page.locator('.selection-bar button[type=submit]').click();
  await page.waitForFunction(() => location.search.includes('part=') || location.search.includes('track='));
  await results(page);

  const chip = page.locator('.filters fieldset').nth(1).locator('.chip').first();
  const genre = (await chip.evaluate((element) => element.firstChild?.textContent)) ?? '';
  await chip.click();
  await page.waitForFunction((name) => {
    const rows = [...document.querySelectorAll('.results .row .what span')];
    const isStale = document.querySelector('.results')?.getAttribute('aria-busy') === 'true';
    return !isStale && rows.every((element) => element.textContent?.includes(name));
  }, genre);
  expect(new URL(page.url()).searchParams.get('genre')).toBe(genre);
}, 60_000);

test('keys: help, results, play, and off again', async () => {
  const page = await open(`/?track=${row(0).id}`);
  await results(page);
  await page.locator('h2').first().click();
  await page.keyboard.press('?');
  await page.locator('dialog.help').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('dialog.help').waitFor({ state: 'hidden' });
  await page.keyboard.press('ArrowDown');
  await page.locator('.row').nth(1).and(page.locator('.open')).waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press(' ');
  await page.waitForFunction(() => !(document.getElementById('side-b') as HTMLAudioElement).paused);
  await page.keyboard.press(' ');
  await page.waitForFunction(() => (document.getElementById('side-b') as HTMLAudioElement).paused);
}, 60_000);

test('the map is drawn, plays a track, and the lasso lists what it surrounds', async () => {
  const page = await open('/?view=map', DARK);
  const canvas = page.locator('.map-canvas');
  await canvas.waitFor({ timeout: 30_000 });
  expect(await violationsOf(page)).toEqual([]);
  await page.locator('.map-keys').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !(document.getElementById('side-b') as HTMLAudioElement).paused);
  const box = await canvas.boundingBox();
  if (!box) throw new Error('no map');
  await page.getByRole('button', { name: 'Lasso' }).click();
  const corner = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
  await page.mouse.move(...corner(0.01, 0.1));
  await page.mouse.down();
  for (const [x, y] of [
    [0.99, 0.1],
    [0.99, 0.99],
    [0.01, 0.99],
  ] as const)
    await page.mouse.move(...corner(x, y), { steps: 4 });
  await page.mouse.up();
  await page.locator('.map-side li').first().waitFor();
  expect(await page.locator('.map-side li').count()).toBeGreaterThan(server.rows.length / 2);
}, 60_000);

test('on a phone nothing runs off the side, in the dark as well', async () => {
  const page = await open(`/?track=${row(0).id}`, { ...PHONE, ...DARK });
  await results(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);
