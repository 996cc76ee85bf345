import { providerInfo, type Registry } from '@soundalike/http';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { WorkObserver } from './work-meter.ts';

/** Seconds of one stage of one item: a fetched link or an hour-long mix takes minutes. */
const STAGE_BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];

export interface WorkMetrics extends WorkObserver {
  /** Jobs taken over because their worker gave no sign of life. */
  stalled(count: number): void;
}

/** What a working process tells Prometheus. */
export const createWorkMetrics = (
  registry: Registry,
  facts: { provider: string; providerAsked: string; model: string; space: string },
): WorkMetrics => {
  const registers = [registry];
  providerInfo(registry, facts);
  const stage = new Histogram({
    name: 'soundalike_stage_seconds',
    help: 'Time of an item in a stage.',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  const items = new Counter({
    name: 'soundalike_items_total',
    help: 'Items ended by this process: done or failed.',
    labelNames: ['outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'soundalike_failures_total',
    help: 'Items failed for good, by error code.',
    labelNames: ['code'],
    registers,
  });
  const retries = new Counter({
    name: 'soundalike_retries_total',
    help: 'Attempts that failed and are made again, by error code.',
    labelNames: ['code'],
    registers,
  });
  const stalled = new Counter({
    name: 'soundalike_stalled_total',
    help: 'Jobs taken over from a worker that gave no sign of life.',
    registers,
  });
  const clips = new Counter({ name: 'soundalike_clips_total', help: 'Clip embeddings stored.', registers });
  const audio = new Counter({
    name: 'soundalike_audio_seconds_total',
    help: 'Seconds of audio embedded.',
    registers,
  });
  const active = new Gauge({
    name: 'soundalike_active_items',
    help: 'Items in the hands of this process.',
    registers,
  });
  // Rates begin at 0, not at the first event, or the first failure would not count as a change.
  items.inc({ outcome: 'done' }, 0);
  items.inc({ outcome: 'failed' }, 0);
  return {
    started: () => active.inc(),
    entered: () => undefined,
    measured: () => undefined,
    ended: (_itemId, end) => {
      active.dec();
      for (const [name, ms] of Object.entries(end.timings ?? {})) stage.observe({ stage: name }, ms / 1000);
      clips.inc(end.clips ?? 0);
      audio.inc(end.audioSeconds ?? 0);
      const { code = 'INTERNAL' } = end;
      if (end.outcome === 'done' || end.outcome === 'failed') items.inc({ outcome: end.outcome });
      if (end.outcome === 'failed') failures.inc({ code });
      if (end.outcome === 'retry') retries.inc({ code });
    },
    stalled: (count) => stalled.inc(count),
  };
};
