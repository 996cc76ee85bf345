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
  type Embedding,
  evenly,
  type Hubness,
  inTurns,
  type LabelledTracks,
  MFCC_SHRINKAGE,
  measureHubness,
  mfccStatistics,
  randomEmbedding,
  readWindows,
  seededRandom,
  whitenTracks,
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
        ours: await embed(embedder, windows, signal),
        untrained: untrained ? await embed(untrained, windows, signal) : [],
        mfcc: windows.map(mfccStatistics),
      };
      onTrack(++done);
      return row;
    });
    const ours = rows.map((row) => row.ours);
    const embeddings: Embedding[] = [
      { name: embedder.model.name, tracks: ours },
      {
        name: 'MFCC statistics',
        tracks: whitenTracks(
          rows.map(({ mfcc }) => mfcc),
          MFCC_SHRINKAGE,
        ),
      },
      ...(untrained ? [{ name: UNTRAINED, tracks: rows.map((row) => row.untrained) }] : []),
      randomEmbedding(ours, seededRandom(1)),
    ];
    return {
      compared: compareEmbeddings(embeddings, labels),
      health: measureHubness(ours.map((windows) => meanVector(windows))),
    };
  } finally {
    await untrained?.close();
  }
};

const embed = async (embedder: Embedder, windows: Float32Array[], signal: AbortSignal) => {
  const raw = await embedder.embed({ windows, signal });
  return raw.map((vector) => toSpace(vector, embedder.model.transform).vector);
};
