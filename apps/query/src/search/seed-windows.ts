import { SoundalikeError } from '@soundalike/core';
import { SAMPLE_RATE, sliceWindows, toSpace, WINDOW_SAMPLES } from '@soundalike/embedder';
import { readTags } from '@soundalike/source';
import { hearFile } from './hear-file.ts';
import { querySignature, storedSignature } from './query-signature.ts';
import { revisionOf } from './revision-of.ts';
import type { SearchDeps } from './search-deps.ts';
import type { Seed } from './search-request.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { QuerySignature } from './verify-signature.ts';

/** Samples between query windows: a quarter of a window, so that some window is within 0.33 s of any clip of the catalogue. */
export const QUERY_HOP_SAMPLES = Math.floor(WINDOW_SAMPLES / 4);

/** Windows of a query at most: what a second or two of embedding bears. */
const MAX_WINDOWS = 64;

/** A longer query is heard in this many blocks spread over it; within a block windows lie densely, as aligning needs. */
const BLOCKS = 4;

const WINDOW_MS = (WINDOW_SAMPLES / SAMPLE_RATE) * 1000;

/** One window of a query: a unit vector and where it starts in the seed. */
export interface QueryWindow {
  readonly startMs: number;
  readonly vector: Float32Array;
}

/** A seed as vectors: all that comparing needs. */
export interface QuerySeed {
  readonly windows: readonly QueryWindow[];
  /** From the first window's start to the end of what was heard. */
  readonly durationMs: number;
  /** Milliseconds between neighbouring windows. */
  readonly hopMs: number;
  readonly weight: number;
  /** For the second check against the signal itself; missing where the track has none yet. */
  readonly signature?: QuerySignature | undefined;
  /** The catalogue's track that the seed is, which is no answer to itself. */
  readonly trackId?: string | undefined;
}

/** A seed with what else is known about it. */
export interface HeardSeed extends QuerySeed {
  /** Loudness for drawing it, 0..1; empty for tracks of the catalogue. */
  readonly peaks: readonly number[];
  readonly artist: string | null;
  readonly album: string | null;
}

/**
 * Embeds a file's passage for a query. Times of the windows count from the start of the file.
 *
 * @throws SoundalikeError those of decoding and embedding
 */
export const windowsOfFile = async (
  path: string,
  seed: Seed,
  deps: SearchDeps,
  { signal, watch }: { signal: AbortSignal; watch: Stopwatch },
): Promise<HeardSeed> => {
  const from = seed.from ?? 0;
  // Opened while the file is decoded: the first query does not wait for one after the other, even if its file turns out to be broken.
  const opening = deps.embedder();
  opening.catch(() => undefined);
  const [{ samples, peaks }, tags] = await watch.time('decode', () =>
    Promise.all([
      hearFile({ path, from, to: seed.to, ffmpeg: deps.ffmpeg, maxSeconds: deps.maxQuerySeconds, signal }),
      readTags(path),
    ]),
  );
  const windows = await cut(samples);
  const embedder = await opening;
  const failed = new AbortController();
  const [raws, signature] = await watch
    .time('embed', () =>
      Promise.all([
        embedder.embed({ windows: windows.map((window) => window.samples), signal }),
        querySignature(samples, from * 1000, AbortSignal.any([signal, failed.signal])),
      ]),
    )
    .finally(() => failed.abort());
  return {
    windows: windows.map(({ startSample }, index) => ({
      startMs: Math.round(from * 1000 + (startSample / SAMPLE_RATE) * 1000),
      vector: toSpace(raws[index] as Float32Array, embedder.model.transform).vector,
    })),
    durationMs: Math.round((samples.length / SAMPLE_RATE) * 1000),
    hopMs: (QUERY_HOP_SAMPLES / SAMPLE_RATE) * 1000,
    weight: seed.weight,
    peaks,
    artist: tags.artist ?? null,
    album: tags.album ?? null,
    signature,
  };
};

/** A track of the catalogue as a seed: its stored clips, nothing is decoded. */
export const windowsOfTrack = async (
  idOrExternalId: string,
  seed: Seed,
  { catalogue, store }: SearchDeps,
): Promise<HeardSeed> => {
  const track = await catalogue.findTrack(idOrExternalId);
  const [clips, signatures] = track
    ? await Promise.all([
        store.clipsOfRevisions([revisionOf(track)]),
        catalogue.getSignatures([track.contentId]),
      ])
    : [];
  const stored = track && clips?.get(track.id);
  if (!track || !stored) {
    throw new SoundalikeError('TRACK_NOT_FOUND', `No track has the id "${idOrExternalId}"`, {
      fields: { trackId: idOrExternalId },
    });
  }
  const [from, to] = [(seed.from ?? 0) * 1000, (seed.to ?? Infinity) * 1000];
  const inside = stored.clips.filter(({ startMs }) => startMs + WINDOW_MS > from && startMs < to);
  const [first] = inside;
  if (!first)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `The track "${idOrExternalId}" has no audio between ${seed.from ?? 0} and ${seed.to ?? 'its end'}`,
    );
  return {
    windows: spread(inside),
    durationMs: Math.min(track.durationSeconds * 1000, to) - first.startMs,
    hopMs: WINDOW_MS,
    weight: seed.weight,
    signature: ofTrack(signatures?.get(track.contentId), from, to),
    trackId: track.id,
    peaks: [],
    artist: track.artist,
    album: track.album,
  };
};

const ofTrack = (bytes: Uint8Array | undefined, fromMs: number, toMs: number) =>
  bytes && storedSignature(bytes, { fromMs, toMs });

/** The windows of a query, chosen before they are cut: a ten-minute query has 900 of them and needs 64. */
const cut = async (samples: Float32Array): Promise<{ startSample: number; samples: Float32Array }[]> => {
  const last = samples.length - WINDOW_SAMPLES;
  if (last < 0) return padded(samples);
  const starts = Array.from(
    { length: Math.floor(last / QUERY_HOP_SAMPLES) + 1 },
    (_, index) => index * QUERY_HOP_SAMPLES,
  );
  if (starts.at(-1) !== last) starts.push(last);
  return spread(starts).map((startSample) => ({
    startSample,
    samples: samples.slice(startSample, startSample + WINDOW_SAMPLES),
  }));
};

/** A sample shorter than a window is filled up as the catalogue's tracks are. */
const padded = async (samples: Float32Array) => {
  const windows = [];
  const chunks = (async function* () {
    yield samples;
  })();
  const options = { windowSamples: WINDOW_SAMPLES, hopSamples: QUERY_HOP_SAMPLES, tail: 'align' } as const;
  for await (const window of sliceWindows(chunks, options)) windows.push(window);
  return windows;
};

/** All windows, or blocks of neighbours at equal distances where there are too many. */
const spread = <T>(windows: readonly T[]): T[] => {
  if (windows.length <= MAX_WINDOWS) return [...windows];
  const size = MAX_WINDOWS / BLOCKS;
  return Array.from({ length: BLOCKS }, (_, block) => {
    const start = Math.round(((windows.length - size) * block) / (BLOCKS - 1));
    return windows.slice(start, start + size);
  }).flat();
};
