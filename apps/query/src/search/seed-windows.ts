import { content8Of, SoundalikeError } from '@soundalike/core';
import {
  checkAudible,
  decodeAudio,
  SAMPLE_RATE,
  sliceWindows,
  toSpace,
  WINDOW_SAMPLES,
} from '@soundalike/embedder';
import { createQuerySignature, storedSignature } from './query-signature.ts';
import type { SearchDeps } from './search-deps.ts';
import type { Seed } from './search-request.ts';
import type { QuerySignature } from './verify-signature.ts';

/** Samples between query windows: a quarter of a window, so that some window is within 0.33 s of any clip of the catalogue. */
export const QUERY_HOP_SAMPLES = Math.floor(WINDOW_SAMPLES / 4);

/** Windows of a query at most: what a second or two of embedding bears. */
const MAX_WINDOWS = 64;

/** A longer query is heard in this many blocks spread over it; within a block windows lie densely, as aligning needs. */
const BLOCKS = 4;

/** One window of a query: a unit vector and where it starts in the seed. */
export interface QueryWindow {
  readonly startMs: number;
  readonly vector: Float32Array;
}

export interface QuerySeed {
  readonly windows: readonly QueryWindow[];
  readonly durationMs: number;
  /** Milliseconds between neighbouring windows. */
  readonly hopMs: number;
  readonly weight: number;
  /** For the second check against the signal itself; missing where the track has none yet. */
  readonly signature?: QuerySignature | undefined;
  /** The catalogue's track that the seed is, which is no answer to itself. */
  readonly trackId?: string | undefined;
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
  signal: AbortSignal,
): Promise<QuerySeed> => {
  const { ffmpeg, maxQuerySeconds } = deps;
  const from = seed.from ?? 0;
  const { chunks } = await decodeAudio({
    input: { path },
    ffmpeg,
    channels: 'mix',
    from,
    to: seed.to,
    maxSeconds: maxQuerySeconds,
    signal,
  });
  const stats = { samples: 0, peak: 0 };
  const signature = createQuerySignature();
  const found: { startSample: number; samples: Float32Array }[] = [];
  for await (const window of sliceWindows(measured(chunks, stats, signature), {
    windowSamples: WINDOW_SAMPLES,
    hopSamples: QUERY_HOP_SAMPLES,
    tail: 'align',
  }))
    found.push(window);
  checkAudible(stats, { path });
  const windows = spread(found);
  const embedder = await deps.embedder();
  const raws = await embedder.embed({ windows: windows.map(({ samples }) => samples), signal });
  return {
    windows: windows.map(({ startSample }, index) => ({
      startMs: Math.round(from * 1000 + (startSample / SAMPLE_RATE) * 1000),
      vector: toSpace(raws[index] as Float32Array, embedder.model.transform).vector,
    })),
    durationMs: Math.round((stats.samples / SAMPLE_RATE) * 1000),
    hopMs: (QUERY_HOP_SAMPLES / SAMPLE_RATE) * 1000,
    weight: seed.weight,
    signature: signature.finish(from * 1000),
  };
};

/** A track of the catalogue as a seed: its stored clips, nothing is decoded. */
export const windowsOfTrack = async (
  idOrExternalId: string,
  seed: Seed,
  { catalogue, store }: SearchDeps,
): Promise<QuerySeed> => {
  const track = await catalogue.findTrack(idOrExternalId);
  const [clips, signatures] = track
    ? await Promise.all([store.clipsOf([track.id]), catalogue.getSignatures([track.contentId])])
    : [];
  const stored = track && clips?.get(track.id);
  if (!track || stored?.content8 !== content8Of(track.contentId)) {
    throw new SoundalikeError('TRACK_NOT_FOUND', `No track has the id "${idOrExternalId}"`, {
      fields: { trackId: idOrExternalId },
    });
  }
  const windowMs = (WINDOW_SAMPLES / SAMPLE_RATE) * 1000;
  const [from, to] = [(seed.from ?? 0) * 1000, (seed.to ?? Infinity) * 1000];
  const inside = stored.clips.filter(({ startMs }) => startMs + windowMs > from && startMs < to);
  if (inside.length === 0)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `The track "${idOrExternalId}" has no audio between ${seed.from ?? 0} and ${seed.to ?? 'its end'}`,
    );
  return {
    windows: inside.slice(0, MAX_WINDOWS),
    durationMs: track.durationSeconds * 1000,
    hopMs: windowMs,
    weight: seed.weight,
    signature: ofTrack(signatures?.get(track.contentId), from, to),
    trackId: track.id,
  };
};

const ofTrack = (bytes: Uint8Array | undefined, fromMs: number, toMs: number) =>
  bytes && storedSignature(bytes, { fromMs, toMs });

/** All windows, or blocks of neighbours at equal distances where there are too many. */
const spread = <T>(windows: readonly T[]): T[] => {
  if (windows.length <= MAX_WINDOWS) return [...windows];
  const size = MAX_WINDOWS / BLOCKS;
  return Array.from({ length: BLOCKS }, (_, block) => {
    const start = Math.round(((windows.length - size) * block) / (BLOCKS - 1));
    return windows.slice(start, start + size);
  }).flat();
};

async function* measured(
  chunks: AsyncIterable<Float32Array>,
  stats: { samples: number; peak: number },
  signature: ReturnType<typeof createQuerySignature>,
) {
  for await (const chunk of chunks) {
    signature.push(chunk);
    stats.samples += chunk.length;
    for (const sample of chunk) stats.peak = Math.max(stats.peak, Math.abs(sample));
    yield chunk;
  }
}
