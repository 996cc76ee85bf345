/// <reference lib="dom" />
import { temporaryFolder } from '@soundalike/testing';
import type { Browser, Page } from 'playwright-core';
import { openPage, serveWithKeys, startBrowser, violationsOf } from './page-harness.ts';

let server: Awaited<ReturnType<typeof serveWithKeys>>;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveWithKeys(temporaryFolder('key-gate')), startBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
}, 30_000);

const enter = async (page: Page, key: string) => {
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Enter' }).click();
};

test('a page asks for a key, says when one is wrong, and remembers the right one without keeping it', async () => {
  const { page, complaints } = await openPage(browser, `${server.url}/`);
  await page.getByRole('heading', { name: 'This catalogue asks for a key' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/key.png` });
  await enter(page, 'not a key');
  await page.getByRole('alert').getByText('wrong or revoked').waitFor();
  await enter(page, server.keys.search);
  await page.getByRole('heading', { name: 'Find music by ear' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Find music by ear' }).waitFor();
  const kept = await page.evaluate(() => document.cookie + JSON.stringify(localStorage));
  expect(kept).not.toContain('soundalike_');
  expect((await page.context().cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([
    [true, 'Strict'],
  ]);

  // The dashboard wants more than this key may.
  await page.goto(`${server.url}/ingest/`);
  await page.getByText('You are here as').waitFor();
  await enter(page, server.keys.ingest);
  await page.getByRole('heading', { name: 'This catalogue asks for a key' }).waitFor({ state: 'detached' });
  // Only the browser's own note of the refused key.
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
}, 60_000);
