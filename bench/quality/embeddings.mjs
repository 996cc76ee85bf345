import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createEmbedder, loadModel, toSpace } from '@soundalike/embedder';
import { inTurns, MFCC_DIMENSION, mfccAtOneLevel, mfccStatistics, readWindows } from '@soundalike/query';

const DIMENSION = 512;

/** Seconds left away at the start, to see how much a space depends on where windows lie. */
export const LEAD_INS = [0.15, 0.4, 1.2];

/** Windows of every file as unit vectors of a model's space: for each file its windows in order. */
export const embedFiles = async (options) => {
  const { info } = await loadModel({ name: options.model });
  const tracks = await embedRaw(options);
  return tracks.map((windows) => windows.map((raw) => toSpace(raw, info.transform).vector));
};

/** The same as the network gives them; kept on disk, since only new weights change them. */
export const embedRaw = async ({ files, model, ffmpeg, cache, skipSeconds = 0 }) => {
  const loaded = await loadModel({ name: model });
  const path = join(
    cache,
    'vectors',
    `raw-${loaded.info.space}-${loaded.info.precision}-${skipSeconds}-${files.length}.f32`,
  );
  return keptOr({ path, dimension: DIMENSION }, async () => {
    const embedder = await createEmbedder({ model: loaded, processes: 2 });
    const tracks = await inTurns(files, async (path) =>
      embedder.embed({ windows: await readWindows({ path, ffmpeg, skipSeconds }) }),
    );
    await embedder.close();
    return tracks;
  });
};

/** MFCC statistics of the windows of every file, as they are. */
export const mfccOf = (options) => statisticsOf({ ...options, name: 'mfcc', of: mfccStatistics });

/** The same of what the network hears. */
export const mfccAtOneLevelOf = (options) =>
  statisticsOf({ ...options, name: 'mfcc-at-one-level', of: mfccAtOneLevel });

const statisticsOf = ({ files, ffmpeg, cache, name, of }) =>
  keptOr({ path: join(cache, 'vectors', `${name}-${files.length}.f32`), dimension: MFCC_DIMENSION }, () =>
    inTurns(files, async (path) => (await readWindows({ path, ffmpeg })).map(of)),
  );

/** Vectors of tracks from a file, or computed and kept there. */
const keptOr = async ({ path, dimension }, compute) => {
  const kept = await readKept(path, dimension);
  if (kept) return kept;
  const tracks = await compute();
  await keep(path, tracks);
  return tracks;
};

/** Number of windows of each track, then all vectors. */
const keep = async (path, tracks) => {
  const counts = Uint32Array.from([tracks.length, ...tracks.map((windows) => windows.length)]);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    Buffer.concat(
      [counts, ...tracks.flat()].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)),
    ),
  );
};

const readKept = async (path, dimension) => {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  const { buffer } = new Uint8Array(bytes);
  const [count] = new Uint32Array(buffer, 0, 1);
  const counts = new Uint32Array(buffer, 4, count);
  let at = 4 * (count + 1);
  return Array.from(counts, (windows) =>
    Array.from({ length: windows }, () => {
      const vector = new Float32Array(buffer, at, dimension);
      at += 4 * dimension;
      return vector;
    }),
  );
};
