/**
 * `npm run screenshots`: the pictures of docs/screenshots, taken of the built pages over the sample catalogue.
 * `-- --all FOLDER` takes every state at three widths, light and dark, to be looked at; `-- --only NAME` those whose name has NAME in it.
 * SOUNDALIKE_HOME names a catalogue that is there already. Needs Chromium (CHROMIUM_PATH) and `npm run build`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serveDashboard, serveSearch } from './screenshots/serve.mjs';
import { DASHBOARD_STATES, SEARCH_STATES } from './screenshots/states.mjs';
import { PROJECT_ROOT } from './setup/project-root.mjs';

const WIDTHS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 768, height: 1024 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

/** What docs/ keeps: file, state, width, theme. */
const KEPT = [
  ['start-light', 'start', 'desktop', 'light'],
  ['search-light', 'found', 'desktop', 'light'],
  ['search-dark', 'found', 'desktop', 'dark'],
  ['search-phone', 'found', 'phone', 'light'],
  ['nothing-close', 'nothing-close', 'desktop', 'light'],
  ['map-light', 'map-lasso', 'desktop', 'light'],
  ['map-dark', 'map-lasso', 'desktop', 'dark'],
  ['dashboard-overview-light', 'dashboard-overview', 'desktop', 'light'],
  ['dashboard-overview-dark', 'dashboard-overview', 'desktop', 'dark'],
  ['dashboard-failures', 'dashboard-failures', 'desktop', 'light'],
  ['dashboard-item', 'dashboard-item', 'desktop', 'light'],
  ['dashboard-workers', 'dashboard-workers', 'desktop', 'light'],
];

const { values } = parseArgs({ options: { all: { type: 'string' }, only: { type: 'string', default: '' } } });
const folder = values.all ?? join(PROJECT_ROOT, 'docs/screenshots');
mkdirSync(folder, { recursive: true });
const wanted = (values.all ? everything() : KEPT).filter(([name]) => name.includes(values.only));

const states = new Map([...SEARCH_STATES, ...DASHBOARD_STATES].map((state) => [state.name, state]));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--hide-scrollbars'],
});
const servers = new Map();
try {
  for (const [name, stateName, width, theme] of wanted) {
    const state = states.get(stateName);
    const { url } = await serverOf(state.server);
    await take({ state, url, width: WIDTHS[width], theme, file: join(folder, `${name}.png`) });
    console.log(name);
  }
} finally {
  await browser.close();
  for (const server of servers.values()) await (await server).stop();
}

function everything() {
  return [...SEARCH_STATES, ...DASHBOARD_STATES].flatMap(({ name }) =>
    Object.keys(WIDTHS).flatMap((width) =>
      ['light', 'dark'].map((theme) => [`${name}-${width}-${theme}`, name, width, theme]),
    ),
  );
}

function serverOf(kind) {
  if (!servers.has(kind)) servers.set(kind, kind === 'search' ? serveSearch() : serveDashboard());
  return servers.get(kind);
}

async function take({ state, url, width, theme, file }) {
  const context = await browser.newContext({ ...width, colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  try {
    await state.before?.(page);
    await page.goto(url + state.path);
    await state.prepare(page);
    await page.waitForTimeout(state.settleMs ?? 400);
    await page.screenshot({ path: file, fullPage: values.all !== undefined && !state.onlyView });
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
    await page.screenshot({ path: file });
  } finally {
    await context.close();
  }
}
