import { chromium } from 'playwright-core';

/** Seconds that each movement is watched. */
const WATCHED = 3;

/**
 * Opens the map with these points and times the frames of what a hand does on it.
 *
 * @returns {Promise<{ name: string, load?: number, frames: number[] }[]>} milliseconds
 */
export const moveOnMap = async (url, points) => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const body = JSON.stringify({ state: 'ready', points });
    await page.route('**/v1/map', (route) => route.fulfill({ contentType: 'application/json', body }));
    await page.goto(url);
    const began = Date.now();
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.map-canvas').waitFor();
    await page.waitForFunction(() => {
      const canvas = document.querySelector('.map-canvas');
      const { width, height } = canvas;
      const pixels = width > 0 && canvas.getContext('2d').getImageData(0, 0, width, height).data;
      return pixels?.some((value) => value > 0);
    });
    const load = Date.now() - began;
    const box = await page.locator('.map-canvas').boundingBox();
    const spot = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    const measured = [{ name: 'load', load, frames: [] }];

    const watch = async (name, move) => {
      await page.evaluate(() => {
        window.frames_ = [];
        let last = performance.now();
        const tick = (now) => {
          window.frames_.push(now - last);
          last = now;
          window.tick_ = requestAnimationFrame(tick);
        };
        window.tick_ = requestAnimationFrame(tick);
      });
      const until = Date.now() + WATCHED * 1000;
      for (let step = 0; Date.now() < until; step++) await move(step);
      const frames = await page.evaluate(() => {
        cancelAnimationFrame(window.tick_);
        return window.frames_.slice(1);
      });
      measured.push({ name, frames });
    };

    const circle = (step, radius) =>
      spot(0.5 + radius * Math.cos(step / 12), 0.5 + radius * Math.sin(step / 12));
    await watch('still', () => page.waitForTimeout(100));
    await watch('hover', (step) => page.mouse.move(...circle(step, 0.3)));
    await page.mouse.move(...spot(0.5, 0.5));
    await page.mouse.down();
    await watch('pan', (step) => page.mouse.move(...circle(step, 0.2)));
    await page.mouse.up();
    await watch('zoom', (step) => page.mouse.wheel(0, Math.floor(step / 20) % 2 ? 60 : -60));
    await page.getByRole('button', { name: 'Lasso' }).click();
    await page.mouse.move(...spot(0.3, 0.3));
    await page.mouse.down();
    await watch('lasso', (step) => page.mouse.move(...circle(step, 0.3)));
    await page.mouse.up();
    return measured;
  } finally {
    await browser.close();
  }
};
