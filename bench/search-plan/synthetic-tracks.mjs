import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { embedTrack, meanVector, toSpace } from '@soundalike/embedder';
import { isAudioName } from '@soundalike/source';

/** Raw clip vectors of every sample track. */
export const hearSamples = async ({ folder, embedder, ffmpeg }) => {
  const names = (await readdir(folder, { recursive: true })).filter(isAudioName).sort();
  const tracks = [];
  for (const name of names) {
    const { clips } = await embedTrack({ input: { path: join(folder, name) }, embedder, ffmpeg });
    if (clips.length >= 4) tracks.push(clips.map(({ raw }) => raw));
  }
  return tracks;
};

/** How far clips are from their track's mean, and each track's mean from the nearest other's: root mean squares over real tracks. */
export const measureSpread = (tracks) => {
  const means = tracks.map(meanOf);
  const within = rms(tracks.flatMap((clips, at) => clips.map((clip) => distance(clip, means[at]))));
  const between = rms(
    means.map((mean, at) =>
      Math.min(...means.filter((_, other) => other !== at).map((other) => distance(mean, other))),
    ),
  );
  // A query's window lies between two clips: this far from what the nearer of them says, measured as half of what neighbours differ by.
  const neighbours = rms(
    tracks.flatMap((clips) => clips.slice(1).map((clip, at) => distance(clip, clips[at]))),
  );
  return { within, between, neighbours };
};

/** Steps that tracks and clips are moved by are put together of two out of so many. */
const STEPS = 4_096;

/**
 * Tracks made of real ones: a real track's clips, moved together as far as neighbouring tracks lie apart, each then moved by a part of what
 * clips differ from their track's mean. Seeded: the same number is the same track. Moved in the space itself: its transform is affine, so that
 * only steps and real clips go through it, once.
 */
export const createTracks = ({ tracks, spread, transform, clipsATrack, seed = 1 }) => {
  const inSpace = (raw) => {
    const { vector, scale } = toSpace(raw, transform);
    return vector.map((value) => value * scale);
  };
  const real = tracks.map((clips) => clips.map(inSpace));
  const first = seeded(seed);
  const steps = Array.from({ length: STEPS }, () => {
    const step = direction(first, Math.SQRT1_2);
    return inSpace(step.map((value, i) => value + transform.mean[i]));
  });
  /** Adds a random step of a length, as it was before the transform. */
  const move = (vector, random, length) => {
    for (let part = 0; part < 2; part++) {
      const step = steps[Math.floor(random() * STEPS)];
      const signed = random() < 0.5 ? length : -length;
      for (let i = 0; i < vector.length; i++) vector[i] += signed * step[i];
    }
    return vector;
  };
  const make = (number) => {
    const random = seeded(seed * 1_000_003 + number);
    const clips = real[Math.floor(random() * real.length)];
    const shift = move(new Float32Array(512), random, spread.between);
    return Array.from({ length: clipsATrack }, (_, at) =>
      move(
        clips[at % clips.length].map((value, i) => value + shift[i]),
        random,
        spread.within / 2,
      ),
    );
  };
  return {
    clips: (number) => make(number).map((vector, at) => ({ startMs: at * 2678, ...normalised(vector) })),
    /** Windows of a passage that begins between two clips: a quarter of a clip apart, with what a codec and a room add. */
    query: (number) => {
      const clips = make(number);
      const random = seeded(seed * 7_000_003 + number);
      const start = Math.floor(random() * (clips.length - 3));
      const offset = random();
      return Array.from({ length: 8 }, (_, window) => {
        const place = offset + window / 4;
        const [low, part] = [start + Math.floor(place), place % 1];
        const between = clips[low].map((value, i) => (1 - part) * value + part * clips[low + 1][i]);
        const { vector } = normalised(move(between, random, spread.neighbours / 4));
        return { startMs: Math.round(window * 669.5), vector };
      });
    },
  };
};

const normalised = (moved) => {
  const scale = Math.sqrt(moved.reduce((sum, value) => sum + value * value, 0));
  return { scale, vector: moved.map((value) => value / scale) };
};

export const rowOf = (trackId, clips) => ({
  trackId,
  content8: 'bench001',
  clipCount: clips.length,
  fields: { artist: '', album: '', genre: '', tags: [], year: 0, duration: clips.length * 2.678 },
  vector: meanVector(clips.map(({ vector }) => vector)),
});

export const seeded = (seed) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

/** A random step of a length; sums of even numbers are near enough to normal ones. */
const direction = (random, length) => {
  const step = Float32Array.from({ length: 512 }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...step);
  return step.map((value) => (value / norm) * length);
};

const meanOf = (clips) =>
  clips[0].map((_, i) => clips.reduce((sum, clip) => sum + clip[i], 0) / clips.length);
const distance = (a, b) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
