import type { Track } from '@soundalike/catalogue';
import {
  createEmbedder,
  type Embedder,
  loadModel,
  meanVector,
  SAMPLE_RATE,
  toSpace,
  WINDOW_SAMPLES,
} from '@soundalike/embedder';
import {
  type ComparedRow,
  compareEmbeddings,
  evenly,
  type Hubness,
  inTurns,
  type LabelledTracks,
  measureHubness,
  mfccAtOneLevel,
  mfccStatistics,
  readWindows,
  withControls,
} from '@soundalike/query';

/** Windows of a track that are compared, spread over it: half a minute of each half. */
const WINDOWS = 24;

const UNTRAINED = 'untrained';

/**
 * Tables B and C: the model beside MFCC statistics, the untrained network and chance, on the same windows of the same tracks.
 *
 * @throws SoundalikeError those of decoding and embedding
 */
export const compareControls = async (options: {
  tracks: readonly Track[];
  pathOf(track: Track): string;
  labels: LabelledTracks['labels'];
  embedder: Embedder;
  processes: number | undefined;
  ffmpeg: string;
  onTrack(done: number): void;
  signal: AbortSignal;
}): Promise<{ compared: readonly ComparedRow[]; health: Hubness }> => {
  const { tracks, pathOf, labels, embedder, processes, ffmpeg, onTrack, signal } = options;
  const untrained =
    embedder.model.name === UNTRAINED
      ? undefined
      : await createEmbedder({ model: await loadModel({ name: UNTRAINED }), processes });
  try {
    let done = 0;
    const rows = await inTurns(tracks, async (track) => {
      signal.throwIfAborted();
      const total = Math.floor((track.durationSeconds * SAMPLE_RATE) / WINDOW_SAMPLES);
      const wanted = new Set(evenly([...Array(total).keys()], WINDOWS));
      const isWanted = (index: number) => wanted.has(index);
      const windows = await readWindows({ path: pathOf(track), ffmpeg, isWanted, signal });
      const row = {
        raw: await embedder.embed({ windows, signal }),
        untrained: untrained ? await inSpace(untrained, windows, signal) : [],
        mfcc: windows.map(mfccStatistics),
        mfccAtOneLevel: windows.map(mfccAtOneLevel),
      };
      onTrack(++done);
      return row;
    });
    const embeddings = withControls({
      name: embedder.model.name,
      transform: embedder.model.transform,
      raw: rows.map((row) => row.raw),
      mfcc: rows.map((row) => row.mfcc),
      mfccAtOneLevel: rows.map((row) => row.mfccAtOneLevel),
      untrained: untrained ? rows.map((row) => row.untrained) : undefined,
    });
    const ours = embeddings[0]?.tracks ?? [];
    return {
      compared: compareEmbeddings(embeddings, labels),
      health: measureHubness(ours.map((windows) => meanVector(windows))),
    };
  } finally {
    await untrained?.close();
  }
};

const inSpace = async (embedder: Embedder, windows: Float32Array[], signal: AbortSignal) => {
  const raw = await embedder.embed({ windows, signal });
  return raw.map((vector) => toSpace(vector, embedder.model.transform).vector);
};
