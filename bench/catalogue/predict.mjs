/** Predicted against actual finish of a run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { measureRun } from '../../apps/ingest/dist/index.js';
import { withLedger } from './drive.mjs';

/** Follows a run to its end and prints, at each twentieth from 20 % on, when it was said to end against when it did. */
export const predict = async (child, home, print) => {
  const points = [];
  let isOver = false;
  child.ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await sleep(500);
    const progress = await withLedger(home, (catalogue) => measureRun(catalogue, 1)).catch(() => undefined);
    if (progress?.etaSeconds == null || progress.total === 0) continue;
    points.push({ ...progress, at: performance.now(), share: progress.done / progress.total });
  }
  const end = points.find(({ share }) => share >= 1)?.at ?? performance.now();
  print('  done   said left   was left     off   tracks/min   bottleneck');
  let worst = 0;
  for (let twentieth = 4; twentieth < 20; twentieth++) {
    const point = points.find(({ share }) => share >= twentieth / 20);
    if (!point || point.share >= 1) continue;
    const left = (end - point.at) / 1000;
    const off = point.etaSeconds / left - 1;
    worst = Math.max(worst, Math.abs(off));
    print(
      `  ${String(twentieth * 5).padStart(3)} % ${point.etaSeconds.toFixed(1).padStart(9)} s ${left.toFixed(1).padStart(8)} s ${(off * 100).toFixed(0).padStart(5)} % ${(point.rate?.tracksPerMinute ?? 0).toFixed(0).padStart(12)}   ${point.bottleneck}`,
    );
  }
  print(`  farthest off: ${(worst * 100).toFixed(0)} %`);
};
