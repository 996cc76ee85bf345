import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { content8Of, hash128 } from '@soundalike/core';
import { openVectorDatabase } from '@soundalike/store';
import { startMilvusEngine } from '@soundalike/testing';
import { PROJECT_ROOT } from '../../scripts/setup/project-root.mjs';
import { mustRun } from '../../scripts/setup/run-command.mjs';
import { createTracks, measureSpread, rowOf } from '../search-plan/synthetic-tracks.mjs';

const CLI = join(PROJECT_ROOT, 'apps/cli/dist/main.js');

/** Clips of a made track: 37 s of audio, as the samples have. */
const CLIPS_A_TRACK = 14;

/** Words of a signature in a second, three bytes each. */
const SIGNATURE_BYTES_A_SECOND = 3 * 21.5;

/** The samples in a data folder of their own. @returns the folder */
export const ingestSamples = async (home, note) => {
  if (existsSync(join(home, 'done'))) return home;
  note('ingesting the samples');
  rmSync(home, { recursive: true, force: true });
  const env = { ...process.env, LOG_LEVEL: 'error', SOUNDALIKE_HOME: home };
  await mustRun(process.execPath, [CLI, 'ingest', join(PROJECT_ROOT, 'samples/manifest.csv')], { env });
  mkdirSync(join(home, 'done'));
  return home;
};

/**
 * A data folder whose database knows the samples and as many made tracks as give so many clips, each with a signature of its own.
 *
 * @returns {Promise<{ home: string, space: string, real: object[], made: object, ids: string[] }>}
 */
export const fillCatalogue = async ({ samples, home, clips, note }) => {
  const isThere = existsSync(join(home, 'done'));
  if (!isThere) {
    rmSync(home, { recursive: true, force: true });
    cpSync(samples, home, { recursive: true });
    rmSync(join(home, 'done'), { recursive: true });
  }
  const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`);
  try {
    const { name: space } = await catalogue.liveSpace();
    const real = await readTracks(samples, space);
    const scaled = real.map(({ clips: rows }) =>
      rows.map(({ vector, scale }) => vector.map((value) => value * scale)),
    );
    // Vectors of the space with their lengths: nothing is left to transform.
    const transform = { mean: new Float32Array(512) };
    const made = createTracks({
      tracks: scaled.filter((rows) => rows.length >= 4),
      spread: measureSpread(scaled),
      transform,
      clipsATrack: CLIPS_A_TRACK,
    });
    const realClips = real.reduce((sum, track) => sum + track.clips.length, 0);
    const count = Math.max(0, Math.round((clips - realClips) / CLIPS_A_TRACK));
    const tracks = Array.from({ length: count }, (_, number) => ({
      number,
      contentId: hash128(`made ${number}`),
    }));
    if (!isThere) {
      note(`writing ${count} made tracks into the database`);
      await recordTracks({ catalogue, tracks, space });
      mkdirSync(join(home, 'done'));
    }
    return { home, space, real, made, tracks };
  } finally {
    await catalogue.close();
  }
};

const readTracks = async (home, space) => {
  const database = await openVectorDatabase(`lancedb:${join(home, 'vectors')}`, { readOnly: true });
  const store = await database.openSpace(space);
  const rows = await store.scanTracks({ limit: 1_000 });
  const clips = await store.clipsOf(rows.map(({ trackId }) => trackId));
  await database.close();
  return rows.map((row) => ({ row, clips: clips.get(row.trackId).clips }));
};

const recordTracks = async ({ catalogue, tracks, space }) => {
  const run = await catalogue.createRun({ catalogue: 'default', source: 'made' });
  const durationSeconds = CLIPS_A_TRACK * 2.678;
  for (let at = 0; at < tracks.length; at += 1_000) {
    const some = tracks.slice(at, at + 1_000);
    const found = some.map(({ number }) => ({
      root: 'made',
      path: `${number}.flac`,
      externalId: null,
      metadata: { title: `Made ${number}`, artist: `Artist ${number % 900}` },
      size: 1,
      modifiedMs: 1,
    }));
    await catalogue.recordFound({ runId: run.id, catalogue: 'default', space, found });
    const queued = await catalogue.queuedItems({ limit: 2_000 });
    for (const { itemId } of queued) {
      const { path } = await catalogue.startItem(itemId, 'bench:1');
      const { number, contentId } = tracks[Number.parseInt(path, 10)];
      await catalogue.putSignature(
        contentId,
        randomBytes(Math.round(durationSeconds * SIGNATURE_BYTES_A_SECOND)),
      );
      await catalogue.finishItem({
        itemId,
        contentId,
        timings: {},
        audioSeconds: 0,
        track: {
          id: contentId,
          catalogue: 'default',
          externalId: null,
          contentId,
          space,
          durationSeconds,
          clipCount: CLIPS_A_TRACK,
          title: `Made ${number}`,
          artist: `Artist ${number % 900}`,
          album: null,
          genre: null,
          tags: [],
          year: null,
          attributes: {},
        },
      });
    }
  }
};

/** The vectors of a large catalogue in one kind of store. @returns what `serve` needs to use it */
export const fillStore = async ({ kind, large, note }) => {
  const service = kind === 'milvus' ? await startMilvusEngine() : undefined;
  const url = service?.url ?? `lancedb:${join(large.home, 'vectors')}`;
  const database = await openVectorDatabase(url);
  try {
    const store = await database.openSpace(large.space, { create: true });
    const wanted = large.tracks.length + large.real.length;
    if ((await store.counts()).tracks < wanted) {
      const since = performance.now();
      await writeAll(store, large, note);
      note(`${kind}: written in ${((performance.now() - since) / 1000).toFixed(0)} s`);
    }
    const since = performance.now();
    await store.optimize();
    const index = await store.describeIndex();
    note(
      `${kind}: indexed in ${((performance.now() - since) / 1000).toFixed(0)} s: ${JSON.stringify(index)}`,
    );
    return { url, index, stop: async () => service?.stop() };
  } catch (error) {
    await service?.stop();
    throw error;
  } finally {
    await database.close();
  }
};

const writeAll = async (store, { real, made, tracks }, note) => {
  for (const { row, clips } of real) await store.upsertTrack(row, clips);
  let next = 0;
  const write = async () => {
    for (let at = next++; at < tracks.length; at = next++) {
      const { number, contentId } = tracks[at];
      const clips = made.clips(number);
      await store.upsertTrack({ ...rowOf(contentId, clips), content8: content8Of(contentId) }, clips);
      if (at % 2_000 === 1_999) note(`${at + 1} of ${tracks.length} tracks`);
    }
  };
  await Promise.all(Array.from({ length: 200 }, write));
};
