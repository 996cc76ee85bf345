import type { FilterFields } from '@soundalike/core';
import { type ClipRow, DIMENSION, type TrackRow, type VectorStore } from './vector-store.ts';

/** Seeded numbers in 0..1 (mulberry32), so that a failing test fails again. */
export const randomNumbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const normalised = (values: Float32Array): Float32Array => {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => value / norm);
};

/** A direction drawn evenly from the sphere. */
export const randomVector = (random: () => number): Float32Array =>
  normalised(
    Float32Array.from(
      { length: DIMENSION },
      () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
    ),
  );

/** A direction near another: `spread` is the length of the random step beside a unit vector. */
export const nearVector = (centre: Float32Array, spread: number, random: () => number): Float32Array => {
  const step = randomVector(random);
  return normalised(centre.map((value, i) => value + spread * (step[i] as number)));
};

export const NO_FIELDS: FilterFields = { artist: '', album: '', genre: '', tags: [], year: 0, duration: 30 };

export interface TrackFixture {
  readonly track: TrackRow;
  readonly clips: readonly ClipRow[];
}

/** A track of clips scattered about a centre, as a real track's are, 2,678 ms apart. */
export const makeTrack = (
  trackId: string,
  options: {
    random: () => number;
    clipCount?: number;
    content8?: string;
    fields?: Partial<FilterFields>;
    centre?: Float32Array;
  },
): TrackFixture => {
  const {
    random,
    clipCount = 3,
    content8 = 'content1',
    fields = {},
    centre = randomVector(random),
  } = options;
  const clips = Array.from({ length: clipCount }, (_, i) => ({
    startMs: i * 2678,
    scale: 1 + random(),
    vector: nearVector(centre, 0.6, random),
  }));
  const mean = new Float32Array(DIMENSION);
  for (const { vector } of clips)
    vector.forEach((value, i) => {
      mean[i] = (mean[i] as number) + value;
    });
  const track = {
    trackId,
    content8,
    clipCount,
    fields: { ...NO_FIELDS, ...fields },
    vector: normalised(mean),
  };
  return { track, clips };
};

/** Writes a track with its clips. */
export const upsert = (store: VectorStore, { track, clips }: TrackFixture) => store.upsertTrack(track, clips);

/** A clip's key as one text, which sorts as stores page. */
export const clipIdOf = (key: { trackId: string; content8: string; startMs: number }) =>
  `${key.trackId}-${key.content8}-${key.startMs}`;

export const byClipId = (a: Parameters<typeof clipIdOf>[0], b: Parameters<typeof clipIdOf>[0]) =>
  clipIdOf(a) < clipIdOf(b) ? -1 : 1;
