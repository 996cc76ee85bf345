import { type Catalogue, openCatalogue } from '@soundalike/catalogue';
import { content8Of, filterFieldsOf, hash128 } from '@soundalike/core';
import { meanVector, type SpaceTransform, toSpace } from '@soundalike/embedder';
import { type ClipRow, openVectorDatabase, type VectorDatabase, type VectorStore } from '@soundalike/store';

export const SPACE = 'a'.repeat(16);

/** Seeded numbers around 0. */
export const noise = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
};

export interface FilledSpace {
  readonly catalogue: Catalogue;
  readonly vectors: VectorDatabase;
  readonly store: VectorStore;
  /** Raw vectors by track. */
  readonly raws: ReadonlyMap<string, readonly Float32Array[]>;
}

/** A live space of tracks with `clips` clips each, in database and store as an ingest leaves them. */
export const fillSpace = async (options: {
  tracks: number;
  clips: number;
  transform: SpaceTransform;
  url?: string;
}): Promise<FilledSpace> => {
  const { tracks, clips, transform, url = 'memory:' } = options;
  const catalogue = await openCatalogue('memory:');
  const vectors = await openVectorDatabase(url);
  const store = await vectors.openSpace(SPACE, { create: true });
  await catalogue.ensureSpace({ name: SPACE, model: 'm', description: {} });
  const run = await catalogue.createRun({ catalogue: 'default', source: 'fixture' });
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: SPACE,
    found: Array.from({ length: tracks }, (_, at) => ({
      root: 'r',
      path: `${at}.mp3`,
      externalId: null,
      metadata: {},
      size: 1,
      modifiedMs: 1,
    })),
  });
  const next = noise(7);
  const raws = new Map<string, Float32Array[]>();
  for (const [at, itemId] of queued.entries()) {
    const trackId = hash128(`${at}`);
    const centre = Float32Array.from({ length: 512 }, next);
    const raw = Array.from({ length: clips }, () => centre.map((value) => value + next() / 2));
    raws.set(trackId, raw);
    const rows = raw.map(
      (values, clip): ClipRow => ({ startMs: 2678 * clip, ...toSpace(values, transform) }),
    );
    const metadata = {
      title: null,
      artist: `artist ${at % 7}`,
      album: null,
      genre: null,
      tags: [],
      year: null,
    };
    const track = { ...metadata, attributes: {}, durationSeconds: 2.678 * clips };
    await store.upsertTrack(
      {
        trackId,
        content8: content8Of(trackId),
        clipCount: clips,
        fields: filterFieldsOf(track, track.durationSeconds),
        vector: meanVector(rows.map(({ vector }) => vector)),
      },
      rows,
    );
    await catalogue.startItem(itemId, 'w');
    await catalogue.finishItem({
      itemId,
      contentId: trackId,
      track: {
        ...track,
        id: trackId,
        catalogue: 'default',
        externalId: null,
        contentId: trackId,
        space: SPACE,
        clipCount: clips,
      },
      timings: {},
      audioSeconds: track.durationSeconds,
    });
  }
  return { catalogue, vectors, store, raws };
};
