/// <reference lib="dom" />
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cut, startBrowser, violationsOf } from './page-harness.ts';
import { firstTitle, isHeard, nearest, positionOf, results, setUpPages } from './set-up-pages.ts';

// Each way to search: by name, file, link, microphone and passage; and what is heard then.

const OFFSET = 7;

const { open, row, expectComplaints } = setUpPages();

test('the start page offers tracks; typing finds one; its link brings everything back', async () => {
  const page = await open('/');
  await page.locator('.offer button').first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press('/');
  await page.keyboard.type(row(3).title.toLowerCase());
  await page.locator('.suggestions [role=option] strong').first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
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

test('typing puts tracks first whose title begins so', async () => {
  const page = await open('/');
  const { title } = row(5);
  await page.fill('#omnibox', title.slice(0, 3));
  await page.locator('.suggestions [role=option] strong').first().waitFor();
  const shown = await page.locator('.suggestions [role=option] strong').allTextContents();
  expect(shown[0]?.toLowerCase().startsWith(title.slice(0, 3).toLowerCase())).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  expect(await page.locator('.suggestions').isVisible()).toBe(false);
}, 30_000);

test('a dropped file finds its track; a passage plays from the matched offset on both sides', async () => {
  const excerpt = await readFile(await cut(row(1).path, OFFSET, 10, 'excerpt.mp3'));
  const page = await open('/');
  const transfer = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    data.items.add(new File([content], 'excerpt.mp3', { type: 'audio/mpeg' }));
    return data;
  }, excerpt.toString('base64'));
  await page.locator('#omnibox').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await results(page);
  expect(await firstTitle(page)).toBe(row(1).title);
  expect(await page.locator('.results .row .badge').first().textContent()).toBe('Same recording');
  await page.locator('.marks.b button').first().click();
  await isHeard(page, 'b');
  const [a, b] = [await positionOf(page, 'a'), await positionOf(page, 'b')];
  expect(Math.abs(b - a - OFFSET)).toBeLessThan(2.5);
  await page.keyboard.press('x');
  await isHeard(page, 'a');
  expect(Math.abs((await positionOf(page, 'b')) - (await positionOf(page, 'a')) - OFFSET)).toBeLessThan(2.5);
}, 60_000);

test('a pasted link is fetched by the server, searched with, and heard', async () => {
  const file = await readFile(await cut(row(2).path, 3, 10, 'linked.mp3'));
  const source = createServer((request, response) =>
    request.url === '/linked.mp3'
      ? response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(file)
      : response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>secret</h1>'),
  );
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  try {
    const page = await open('/');
    await page.fill('#omnibox', `${base}/linked.mp3`);
    await page.keyboard.press('Enter');
    await results(page);
    expect(await firstTitle(page)).toBe(row(2).title);
    expect(await page.locator('.side-head.a strong').textContent()).toBe('linked.mp3');

    await page.waitForFunction(() =>
      (document.getElementById('side-a') as HTMLAudioElement).src.startsWith('blob:'),
    );
    await page.getByRole('button', { name: 'Hear A, the sample' }).click();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await isHeard(page, 'a');
    const before = await positionOf(page, 'a');
    await page.waitForFunction(
      (at) => (document.getElementById('side-a') as HTMLAudioElement).currentTime > at + 0.3,
      before,
    );

    // The way to the audio is no way to anything else.
    const answer = await page.evaluate(async (url) => {
      const response = await fetch('/v1/link-audio', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url }),
      });
      return { status: response.status, text: await response.text() };
    }, `${base}/page.html`);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('AUDIO_UNDECODABLE');
    expect(answer.text).not.toContain('secret');
    expectComplaints(/422/);
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
    const page = await open('/', { permissions: ['microphone'] }, listening);
    await page.getByRole('button', { name: 'Record from the microphone' }).click();
    const stop = page.getByRole('button', { name: 'Stop and search' });
    await stop.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.waitForTimeout(4_000);
    await stop.click();
    await results(page);
    expect(await firstTitle(page)).toBe(row(4).title);
  } finally {
    await listening.close();
  }
}, 90_000);

test('a passage drawn on the waveform is searched alone', async () => {
  const page = await open('/');
  await page.setInputFiles('#file-picker', await cut(row(1).path, OFFSET, 12, 'whole.mp3'));
  await results(page);
  const wave = page.locator('.side-wave.a .wave');
  const box = await wave.boundingBox();
  if (!box) throw new Error('no waveform');
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 8 });
  await page.mouse.up();
  await page.locator('.selection-bar input').first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.locator('.selection-bar button[type=submit]').click();
  await page.waitForFunction(() => location.search.includes('part='));
  await page.waitForFunction(() => document.querySelector('.results')?.getAttribute('aria-busy') === 'false');
  const [from = 0, to = 0] = (new URL(page.url()).searchParams.get('part') ?? '').split('-').map(Number);
  expect(from).toBeCloseTo(3, 0);
  expect(to).toBeCloseTo(9, 0);
  expect(await firstTitle(page)).toBe(row(1).title);
  await page.locator('.marks.b button').first().click();
  await isHeard(page, 'b');
  expect(Math.abs((await positionOf(page, 'b')) - (OFFSET + from))).toBeLessThan(2.5);
}, 60_000);
