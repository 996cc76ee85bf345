import type { WorkerRow } from '@soundalike/catalogue';

/** How often a worker gives a sign of life, ms. */
export const BEAT_EVERY_MS = 10_000;

/** A worker silent for this long is gone, ms: more than a busy database or a paused process explains. */
export const GONE_AFTER_MS = 45_000;

export type WorkerStatus = 'working' | 'idle' | 'stopped' | 'gone';

export const isGone = ({ stoppedAt, beatAt }: WorkerRow, now: number): boolean =>
  stoppedAt === null && now - beatAt > GONE_AFTER_MS;

export const statusOf = (worker: WorkerRow, now: number): WorkerStatus => {
  if (worker.stoppedAt !== null) return 'stopped';
  if (isGone(worker, now)) return 'gone';
  return worker.items.length > 0 ? 'working' : 'idle';
};
