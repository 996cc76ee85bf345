import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../setup/project-root.mjs';
import { excerpt, siren } from './excerpt.mjs';

/**
 * A state of a page: where it is and how to get there.
 *
 * @typedef {object} State
 * @property {string} name
 * @property {'search' | 'dashboard'} server
 * @property {string} path
 * @property {(page: import('playwright-core').Page) => Promise<void>} prepare
 * @property {(page: import('playwright-core').Page) => Promise<void>} [before] before the page is opened
 * @property {number} [settleMs] wait before the picture is taken
 * @property {boolean} [onlyView] the view, not the whole page
 */

const SEED = '/?track=SL-0101A&below-floor';
const results = (page) => page.locator('.results .row').first().waitFor({ timeout: 30_000 });
const waves = (page) => page.locator('.side-wave.b .wave').waitFor({ timeout: 30_000 });

const opened = async (page) => {
  await results(page);
  await waves(page);
};

const lasso = async (page) => {
  const canvas = page.locator('.map-canvas');
  await canvas.waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Lasso' }).click();
  const box = await canvas.boundingBox();
  const corners = [
    [0.3, 0.12],
    [0.62, 0.18],
    [0.66, 0.5],
    [0.45, 0.66],
    [0.28, 0.45],
  ].map(([x, y]) => [box.x + box.width * x, box.y + box.height * y]);
  await page.mouse.move(...corners[0]);
  await page.mouse.down();
  for (const corner of corners) await page.mouse.move(...corner, { steps: 6 });
  await page.mouse.up();
};

/** @type {State[]} */
export const SEARCH_STATES = [
  { name: 'start', path: '/', prepare: (page) => page.locator('.pair.shown').waitFor() },
  {
    name: 'empty-catalogue',
    path: '/',
    before: (page) =>
      page.route('**/v1/stats', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ json: { ...(await response.json()), tracks: 0, clips: 0, audioSeconds: 0 } });
      }),
    prepare: (page) => page.locator('.start .note').waitFor(),
  },
  {
    name: 'no-server',
    path: '/',
    before: (page) => page.route('**/v1/**', (route) => route.abort()),
    prepare: (page) => page.locator('.start .note.bad').waitFor(),
  },
  {
    name: 'typing',
    path: '/',
    onlyView: true,
    prepare: async (page) => {
      await page.fill('#omnibox', 'in');
      await page.locator('.suggestions [role=option]').first().waitFor();
    },
  },
  {
    name: 'slow',
    path: '/?track=SL-0101A',
    before: (page) => page.route('**/v1/search', () => {}),
    prepare: (page) => page.getByText('Still listening').waitFor({ timeout: 15_000 }),
  },
  {
    name: 'sending',
    path: '/',
    prepare: async (page) => {
      const session = await page.context().newCDPSession(page);
      await session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 50,
        downloadThroughput: 1e6,
        uploadThroughput: 60_000,
      });
      await page.setInputFiles('#file-picker', sampleFile());
      await page.getByText('Sending').waitFor({ timeout: 15_000 });
      await page.waitForTimeout(2_000);
    },
  },
  { name: 'results', path: SEED, prepare: opened },
  {
    name: 'found',
    path: '/',
    prepare: async (page) => {
      await page.setInputFiles('#file-picker', await excerpt());
      await opened(page);
    },
  },
  {
    name: 'passage',
    path: SEED,
    prepare: async (page) => {
      await opened(page);
      await page.getByRole('button', { name: 'Select a passage' }).click();
    },
  },
  {
    name: 'refined',
    path: `${SEED}&genre=baroque&genre=march&more=SL-0102A`,
    prepare: opened,
  },
  {
    name: 'nothing-close',
    path: '/',
    prepare: async (page) => {
      await page.setInputFiles('#file-picker', await siren());
      await page.locator('.nothing').waitFor({ timeout: 30_000 });
    },
  },
  {
    name: 'filtered-away',
    path: '/?track=SL-0101A&genre=baroque&year-to=1000',
    prepare: (page) => page.locator('.nothing').waitFor({ timeout: 30_000 }),
  },
  {
    name: 'error',
    path: '/?link=http://10.0.0.1/take.mp3',
    prepare: (page) => page.locator('.results .note.bad').waitFor({ timeout: 30_000 }),
  },
  {
    name: 'missing-file',
    path: '/?file=demo+take+3.wav',
    prepare: (page) => page.locator('.deck').waitFor(),
  },
  {
    name: 'help',
    path: SEED,
    onlyView: true,
    prepare: async (page) => {
      await opened(page);
      await page.getByRole('button', { name: 'Keys' }).click();
    },
  },
  {
    name: 'map',
    path: '/?view=map',
    onlyView: true,
    prepare: async (page) => {
      await page.locator('.map-canvas').waitFor({ timeout: 60_000 });
      await page.locator('.map-keys').focus();
      await page.keyboard.press('ArrowRight');
    },
  },
  {
    name: 'duplicates',
    path: '/?view=duplicates',
    prepare: (page) => page.locator('.duplicate-group, .duplicates .note, .duplicates p').nth(1).waitFor(),
  },
  { name: 'map-lasso', path: '/?view=map', prepare: lasso },
  {
    name: 'map-making',
    path: '/?view=map',
    before: (page) =>
      page.route('**/v1/map', (route) => route.fulfill({ json: { state: 'computing', points: [] } })),
    prepare: (page) => page.waitForTimeout(500),
  },
].map((state) => ({ server: 'search', ...state }));

/** @type {State[]} */
export const DASHBOARD_STATES = [
  {
    name: 'dashboard-overview',
    path: '/ingest/#/',
    prepare: (page) => page.locator('.chart canvas').first().waitFor(),
  },
  {
    name: 'dashboard-failures',
    path: '/ingest/#/failures',
    prepare: (page) => page.locator('.group').first().waitFor(),
  },
  {
    name: 'dashboard-items',
    path: '/ingest/#/items',
    prepare: (page) => page.locator('tbody tr').first().waitFor(),
  },
  {
    name: 'dashboard-item',
    path: '/ingest/#/items?state=failed&code=AUDIO_UNDECODABLE',
    prepare: async (page) => {
      await page.click('tbody a');
      await page.locator('.item .error').waitFor();
    },
  },
  {
    name: 'dashboard-workers',
    path: '/ingest/#/workers',
    prepare: (page) => page.locator('.worker').first().waitFor(),
  },
].map((state) => ({ server: 'dashboard', settleMs: 700, ...state }));

/** A track long enough that sending it takes a while. */
function sampleFile() {
  const [, row] = readFileSync(join(PROJECT_ROOT, 'samples/manifest.csv'), 'utf8').split('\n');
  return join(PROJECT_ROOT, 'samples', row.split(',')[1]);
}
