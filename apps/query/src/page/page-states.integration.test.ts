/// <reference lib="dom" />
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cut, violationsOf } from './page-harness.ts';
import { DARK, firstTitle, fits, isHeard, nearest, PHONE, results, setUpPages } from './set-up-pages.ts';

// What surrounds a search: filters, weights, keys, the map, waiting and failing.

const { open, row, count, expectComplaints } = setUpPages();

const searched = async (path = '', options = {}) => {
  const page = await open(`/?track=${row(0).id}&below-floor${path}`, options);
  await results(page);
  return page;
};

test('a chip narrows what is found; filters that leave nothing say so', async () => {
  const page = await searched();
  const chip = page.locator('.filters fieldset').nth(1).locator('.chip').first();
  const genre = (await chip.evaluate((element) => element.firstChild?.textContent)) ?? '';
  await chip.click();
  await page.waitForFunction((name) => {
    const rows = [...document.querySelectorAll('.results .row .what > span')];
    const isStale = document.querySelector('.results')?.getAttribute('aria-busy') === 'true';
    return !isStale && rows.every((element) => element.textContent?.includes(name));
  }, genre);
  expect(new URL(page.url()).searchParams.get('genre')).toBe(genre);
  await page.context().close();

  const none = await open(`/?track=${row(0).id}&genre=zz`);
  await none.getByRole('heading', { name: 'No track passes' }).waitFor();
  expect(await none.getByText('Nothing close').count()).toBe(0);
  expect(await violationsOf(none)).toEqual([]);
  await none.getByRole('button', { name: 'Search without the filters' }).click();
  await nearest(none);
}, 60_000);

test('more like this and less like that are weights of the search, in its link, and can be taken back', async () => {
  const page = await searched();
  const asked = () =>
    page
      .waitForRequest((request) => request.url().endsWith('/v1/search'))
      .then((request) => request.postDataJSON().seeds as { trackId: string; weight?: number }[]);
  const second = page.locator('.results .row').nth(1);
  const id = await second.getAttribute('data-track');
  let seeds = asked();
  await second.getByRole('button', { name: /^More like/ }).click();
  expect((await seeds).at(-1)).toEqual({ trackId: id, weight: 1 });
  await page.locator('.refinements li.more').waitFor();
  seeds = asked();
  await page.locator(`.row[data-track="${id}"]`).or(page.locator('.refinements li')).first().waitFor();
  await page.getByRole('button', { name: /^Take back: more like/ }).click();
  expect(await seeds).toHaveLength(1);
  await results(page);
  seeds = asked();
  await page.locator('.results .row').nth(2).locator('.what').click();
  await page.keyboard.press('-');
  expect((await seeds).at(-1)?.weight).toBe(-1);
  await page.locator('.refinements li.less').waitFor();
  expect(new URL(page.url()).searchParams.has('less')).toBe(true);
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test('results are saved as a playlist with real paths, a table and JSON', async () => {
  const page = await searched();
  const shown = await page.locator('.results .row').count();
  const save = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      page.locator('.export').getByRole('button', { name: button, exact: true }).click(),
    ]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  };
  const playlist = await save('Playlist');
  const paths = playlist.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect([playlist.name, paths.length]).toEqual(['soundalike.m3u8', shown]);
  for (const path of paths) expect([path, existsSync(path)]).toEqual([path, true]);
  const table = await save('Table');
  expect([table.name, table.text.trim().split('\r\n').length]).toEqual(['soundalike.csv', shown + 1]);
  const list = await save('JSON');
  expect(list.name).toBe('soundalike.json');
  expect(JSON.parse(list.text).tracks[0].title).toBe(await firstTitle(page));
}, 180_000);

test('keys: help, results, play, wind, and off again', async () => {
  const page = await searched();
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
  await isHeard(page, 'b');
  await page.keyboard.press(' ');
  await page.waitForFunction(() => (document.getElementById('side-b') as HTMLAudioElement).paused);
  const before = await page
    .locator('#side-b')
    .evaluate((element) => (element as HTMLAudioElement).currentTime);
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(
    (at) => Math.abs((document.getElementById('side-b') as HTMLAudioElement).currentTime - at - 2) < 0.2,
    before,
  );
}, 60_000);

test('the map names what is under the pointer, plays it, and the lasso lists what it surrounds', async () => {
  const page = await open('/?view=map', DARK);
  const canvas = page.locator('.map-canvas');
  await canvas.waitFor({ timeout: 30_000 });
  expect(await violationsOf(page)).toEqual([]);
  await page.locator('.map-keys').focus();
  await page.keyboard.press('ArrowRight');
  const tip = page.locator('.map-tip');
  const named = await tip.locator('strong').textContent();
  const place = await tip.evaluate((element) => {
    const { top } = (element as HTMLElement).style;
    const left = /clamp\(8rem, ([\d.]+)px/.exec((element as HTMLElement).style.left)?.[1];
    return { x: Number(left), y: Number.parseFloat(top) };
  });
  const box = await canvas.boundingBox();
  if (!box) throw new Error('no map');
  await page.mouse.move(box.x + 4, box.y + box.height - 4);
  await tip.waitFor({ state: 'detached' });
  await page.mouse.move(box.x + place.x, box.y + place.y);
  expect(await tip.locator('strong').textContent()).toBe(named);
  await page.mouse.click(box.x + place.x, box.y + place.y);
  await isHeard(page, 'b');
  expect(await page.locator('.pinned h2').textContent()).toBe(named);

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
  expect(await page.locator('.map-side li').count()).toBeGreaterThan(count() / 2);
  // Nothing of the list is cut off at its side.
  expect(await page.locator('.map-side').evaluate((side) => side.scrollWidth <= side.clientWidth)).toBe(true);
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test.each([
  ['the start page', '/', '.offer button'],
  ['a search', '', '.results .row'],
  ['the map', '/?view=map', '.map-canvas'],
])(
  'on a phone nothing runs off the side of %s, in the dark as well',
  async (_name, path, ready) => {
    const page = await open(path || `/?track=${row(0).id}&below-floor`, { ...PHONE, ...DARK });
    await page.locator(ready).first().waitFor({ timeout: 30_000 });
    expect(await fits(page)).toBe(true);
    expect(await violationsOf(page)).toEqual([]);
  },
  60_000,
);

test('an upload tells how much has been sent', async () => {
  const page = await open('/');
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 20,
    downloadThroughput: 5e6,
    uploadThroughput: 300_000,
  });
  await page.setInputFiles('#file-picker', await cut(row(1).path, 0, 8, 'large.wav'));
  await page.getByText(/^Sending \d+\.\d of \d+\.\d MB$/).waitFor();
  await results(page);
  expect(await firstTitle(page)).toBe(row(1).title);
}, 60_000);

test('a slow search says so, and another can be begun meanwhile', async () => {
  const page = await open('/');
  await page.locator('.offer button').first().waitFor();
  await page.clock.install();
  await page.route('**/v1/search', () => {}, { times: 1 });
  await page.locator('.offer button').first().click();
  await page.getByText('Listening …').waitFor();
  await page.clock.fastForward(6_000);
  await page.getByText('Still listening').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.fill('#omnibox', row(3).title);
  await page.clock.fastForward(1_000);
  await page.locator('.suggestions [role=option] strong').first().waitFor();
  await page.keyboard.press('Enter');
  await nearest(page);
}, 60_000);

test('a refused link is told with the way out; trying again asks again', async () => {
  const page = await open('/?link=http://10.0.0.1/take.mp3');
  const note = page.locator('.results .note.bad');
  await note.waitFor();
  expect(await note.textContent()).toContain('ALLOW_FETCH=10.0.0.1');
  expect(await violationsOf(page)).toEqual([]);
  const again = page.waitForRequest((request) => request.url().endsWith('/v1/search'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await again;
  await note.waitFor();
  expectComplaints(/403/);
}, 30_000);

test('a link to somebody’s file asks for the file', async () => {
  const page = await open('/?file=demo.wav');
  await page.getByRole('button', { name: 'Choose the file' }).waitFor();
  expect(await page.locator('.results').count()).toBe(0);
  expect(await violationsOf(page)).toEqual([]);
}, 30_000);

test('one call that fails does not take the others with it', async () => {
  const page = await open('/');
  await page.route('**/v1/facets', (route) => route.fulfill({ status: 500, json: {} }));
  await page.route('**/waveform', (route) => route.fulfill({ status: 404, json: {} }));
  await page.reload();
  await page.locator('.offer button').first().click();
  await nearest(page);
  await page.getByText('This track’s audio cannot be read here').waitFor();
  await page.getByText('What the tracks can be narrowed by is not known').waitFor();
  expect(await page.getByText('Drawing …').count()).toBe(0);
  await page.unroute('**/v1/facets');
  await page.locator('.filters').getByRole('button', { name: 'Try again' }).click();
  await page.locator('.filters fieldset').nth(1).locator('.chip').first().waitFor();
  expectComplaints(/500|404/);
}, 60_000);
