/// <reference lib="dom" />
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import type { Browser } from 'playwright-core';
import { openPage, PROJECT_ROOT, serveSource, startBrowser, violationsOf } from './page-harness.ts';

const ARTIST = join(PROJECT_ROOT, 'samples/catalogue/Núria Àvila');

let server: Awaited<ReturnType<typeof serveSource>>;
let browser: Browser;

beforeAll(async () => {
  const home = temporaryFolder('duplicates');
  const music = join(home, 'music');
  mkdirSync(music);
  const original = join(ARTIST, '03 La sal.opus');
  copyFileSync(original, join(music, 'original.opus'));
  copyFileSync(join(ARTIST, '01 Camí de mar.opus'), join(music, 'other.opus'));
  const ffmpeg = await findFfmpeg();
  const make = (...args: string[]) => execFileSync(ffmpeg, ['-v', 'error', '-i', original, ...args]);
  make('-c', 'copy', '-metadata:s:a', 'title=Salt, retagged', join(music, 'retagged ü.opus'));
  make('-b:a', '96k', join(music, 'transcode.mp3'));
  [server, browser] = await Promise.all([serveSource(music, home), startBrowser()]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
}, 30_000);

test('copies are listed with what says so and where their words differ, and can be heard and searched with', async () => {
  const { page, complaints } = await openPage(browser, `${server.url}/`);
  await page.getByRole('link', { name: 'Duplicates' }).click();
  await page.locator('.duplicate-group').first().waitFor();
  expect(page.url()).toContain('?view=duplicates');
  expect(await page.locator('.duplicate-group').count()).toBe(1);
  expect(await page.locator('.evidence').textContent()).toMatch(
    /2 copies\s*The same audio packets, to the bit/,
  );
  const places = await page.locator('.copy .place').allTextContents();
  expect(places.map((place) => place.replace(/^.*\//, '')).sort()).toEqual([
    'original.opus',
    'retagged ü.opus',
  ]);
  expect(await page.locator('.copy .what strong .differs').allTextContents()).toContain('Salt, retagged');
  expect(await violationsOf(page)).toEqual([]);

  await page.getByRole('button', { name: 'Same recording, coded anew' }).click();
  await page.getByText(/signatures differ in [\d.]+ % of their bits/).waitFor();
  expect((await page.locator('.copy .place').allTextContents()).join()).toContain('transcode.mp3');
  await page
    .getByRole('button', { name: /^Hear / })
    .first()
    .click();
  await page.getByRole('button', { name: /^Pause / }).waitFor();
  await page
    .getByRole('button', { name: /^Search with / })
    .first()
    .click();
  await page.locator('.side-head.a strong').waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
}, 90_000);

test('on a phone and in the dark nothing is cut off; the address opens the view', async () => {
  const { page, complaints } = await openPage(browser, `${server.url}/?view=duplicates`, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    colorScheme: 'dark',
  });
  await page.locator('.duplicate-group').first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await violationsOf(page)).toEqual([]);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, 'phone.png') });
  expect(complaints).toEqual([]);
  await page.context().close();
}, 60_000);
