import type { ItemInHand, Stage, WorkSample } from '@soundalike/catalogue';

/** How an item left a worker's hands. */
export interface WorkEnd {
  readonly outcome: 'done' | 'failed' | 'retry' | 'released';
  readonly code?: string | undefined;
  readonly clips?: number | undefined;
  readonly audioSeconds?: number | undefined;
  /** Milliseconds by stage. */
  readonly timings?: Readonly<Record<string, number>> | undefined;
}

/** Told of every item that a worker takes, moves on and ends. */
export interface WorkObserver {
  started(item: { readonly id: number; readonly path: string }): void;
  entered(itemId: number, stage: Stage): void;
  /** Finer measures of the stage an item was in, ms: decoding and embedding run side by side and are told apart only afterwards. */
  measured(itemId: number, parts: Readonly<Record<string, number>>): void;
  ended(itemId: number, end: WorkEnd): void;
}

export interface WorkMeter extends WorkObserver {
  inHand(): ItemInHand[];
  /** What was done since the last call. */
  take(): WorkSample;
}

export const STAGES: readonly Stage[] = ['fetch', 'decode', 'embed', 'store'];

const isStage = (name: string): name is Stage => (STAGES as readonly string[]).includes(name);

interface InHand {
  readonly path: string;
  readonly since: number;
  stage: Stage | null;
  /** Up to when the running stage is counted, and how much of it; what `measured` says replaces that. */
  countedTo: number;
  counted: Record<Stage, number>;
}

/** Adds up how long items are in which stage, so that each heartbeat can tell what this worker did since the last. */
export const createWorkMeter = (now: () => number = Date.now): WorkMeter => {
  const items = new Map<number, InHand>();
  let stageMs = noTime();
  let counts = { clips: 0, audioSeconds: 0, done: 0, failed: 0 };
  /** Share of decoding in "decode and embed", as measured on the items before; splits what still runs. */
  let decodeShare = 0.5;

  const count = (item: InHand) => {
    const at = now();
    const ms = at - item.countedTo;
    item.countedTo = at;
    if (!item.stage) return;
    const parts =
      item.stage === 'decode'
        ? { decode: ms * decodeShare, embed: ms * (1 - decodeShare) }
        : { [item.stage]: ms };
    for (const [stage, part] of Object.entries(parts) as [Stage, number][]) {
      stageMs[stage] += part;
      item.counted[stage] += part;
    }
  };

  return {
    started: ({ id, path }) => {
      items.set(id, { path, since: now(), stage: null, countedTo: now(), counted: noTime() });
    },
    entered: (itemId, stage) => {
      const item = items.get(itemId);
      if (!item) return;
      count(item);
      item.stage = stage;
      item.counted = noTime();
    },
    measured: (itemId, parts) => {
      const item = items.get(itemId);
      if (!item) return;
      count(item);
      for (const [stage, ms] of Object.entries(parts)) {
        // A stage that was split by guess is set right; the sum over time stays true.
        if (isStage(stage)) stageMs[stage] += ms - item.counted[stage];
      }
      const { decode = 0, embed = 0 } = parts;
      if (decode + embed > 0) decodeShare = decode / (decode + embed);
      item.stage = null;
      item.counted = noTime();
    },
    ended: (itemId, { outcome, clips = 0, audioSeconds = 0 }) => {
      const item = items.get(itemId);
      if (!item) return;
      count(item);
      items.delete(itemId);
      counts.clips += clips;
      counts.audioSeconds += audioSeconds;
      if (outcome === 'done') counts.done++;
      if (outcome === 'failed') counts.failed++;
    },
    inHand: () => [...items].map(([itemId, { path, stage, since }]) => ({ itemId, path, stage, since })),
    take: () => {
      for (const item of items.values()) count(item);
      const sample = { stageMs, ...counts };
      stageMs = noTime();
      counts = { clips: 0, audioSeconds: 0, done: 0, failed: 0 };
      return sample;
    },
  };
};

const noTime = (): Record<Stage, number> => ({ fetch: 0, decode: 0, embed: 0, store: 0 });

/** One observer that tells several. */
export const observeAll = (...observers: readonly WorkObserver[]): WorkObserver => ({
  started: (item) => observers.forEach((observer) => void observer.started(item)),
  entered: (itemId, stage) => observers.forEach((observer) => void observer.entered(itemId, stage)),
  measured: (itemId, parts) => observers.forEach((observer) => void observer.measured(itemId, parts)),
  ended: (itemId, end) => observers.forEach((observer) => void observer.ended(itemId, end)),
});
