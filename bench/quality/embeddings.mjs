import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  createEmbedder,
  decodeAudio,
  loadModel,
  sliceWindows,
  toSpace,
  WINDOW_SAMPLES,
} from '@soundalike/embedder';
import { MFCC_DIMENSION, mfccStatistics, whiten } from '@soundalike/query';

const DIMENSION = 512;

/** Seconds left away at the start, to see how much a space depends on where windows lie. */
export const LEAD_INS = [0.15, 0.4, 1.2];

/**
 * Windows of every file as unit vectors of a model's space; kept on disk, since only new weights change them.
 *
 * @returns for each file its windows in order
 */
export const embedFiles = async ({ files, model, ffmpeg, cache, skipSeconds = 0 }) => {
  const loaded = await loadModel({ name: model });
  const path = join(
    cache,
    'vectors',
    `${loaded.info.space}-${loaded.info.precision}-${skipSeconds}-${files.length}.f32`,
  );
  const kept = await readKept(path, DIMENSION);
  if (kept) return kept;
  const embedder = await createEmbedder({ model: loaded, processes: 2 });
  const tracks = await inTurns(files, async (file) => {
    const raw = await embedder.embed({ windows: await windowsOf(file, ffmpeg, skipSeconds) });
    return raw.map((vector) => toSpace(vector, loaded.info.transform).vector);
  });
  await embedder.close();
  await keep(path, tracks);
  return tracks;
};

/** The MFCC control, whitened by the very collection it is judged on: the best it can do. */
export const mfccOf = async ({ files, ffmpeg, cache }) => {
  const path = join(cache, 'vectors', `mfcc-${files.length}.f32`);
  const kept = await readKept(path, MFCC_DIMENSION);
  const tracks =
    kept ?? (await inTurns(files, async (file) => (await windowsOf(file, ffmpeg, 0)).map(mfccStatistics)));
  if (!kept) await keep(path, tracks);
  const white = whiten(tracks.flat(), 0.1);
  let at = 0;
  return tracks.map((windows) => windows.map(() => white[at++]));
};

/** Four files at a time: decoding and embedding overlap. */
const inTurns = async (files, work) => {
  const results = new Array(files.length);
  let next = 0;
  const turn = async () => {
    for (let index = next++; index < files.length; index = next++) results[index] = await work(files[index]);
  };
  await Promise.all([turn(), turn(), turn(), turn()]);
  return results;
};

const windowsOf = async (path, ffmpeg, skipSeconds) => {
  const { chunks } = await decodeAudio({
    input: { path },
    ffmpeg,
    channels: 'mix',
    ...(skipSeconds > 0 ? { from: skipSeconds } : {}),
  });
  const found = [];
  const slicing = { windowSamples: WINDOW_SAMPLES, hopSamples: WINDOW_SAMPLES, tail: 'drop' };
  for await (const { samples } of sliceWindows(chunks, slicing)) found.push(samples);
  return found;
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
