import type { Catalogue, ItemState, TrackInSpace } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf } from './rows.ts';

type TrackSpaces = Pick<
  Catalogue,
  | 'recordInSpace'
  | 'removeFromSpace'
  | 'tracksInSpace'
  | 'presenceOf'
  | 'missingInSpace'
  | 'missingReasons'
  | 'queueTracks'
>;
type Db = OpenDatabase['db'];

/** Priority of items that only fill another space: whoever waits for a search waits for new music. Bulk work has 10. */
const AFTER_ALL_ELSE = 20;

/** Ids of one statement. */
const IDS = 1_000;

export const createTrackSpaces = ({ db }: OpenDatabase): TrackSpaces => ({
  recordInSpace: (presence) => recordInSpace(db, presence),

  removeFromSpace: async (space, trackIds) => {
    for (const ids of chunksOf(trackIds, IDS))
      await db.deleteFrom('track_spaces').where('space', '=', space).where('track_id', 'in', ids).execute();
  },

  tracksInSpace: async ({ space, after = '', limit }) =>
    (
      await db
        .selectFrom('track_spaces')
        .selectAll()
        .where('space', '=', space)
        .where('track_id', '>', after)
        .orderBy('track_id')
        .limit(limit)
        .execute()
    ).map(toPresence),

  presenceOf: (space, trackIds) => presenceOf(db, space, trackIds),

  missingInSpace: async ({ space, from, after = '', limit }) => {
    const rows = await missing(db, space, from)
      .select('there.track_id')
      .where('there.track_id', '>', after)
      .orderBy('there.track_id')
      .limit(limit)
      .execute();
    return rows.map(({ track_id }) => track_id);
  },

  missingReasons: async ({ space, from }) => {
    const rows = await missing(db, space, from)
      .leftJoin('items', (join) =>
        join.onRef('items.track_id', '=', 'there.track_id').on('items.state', '!=', 'duplicate'),
      )
      .select(({ fn }) => ['items.state', 'items.error_code', fn.countAll<number>().as('count')])
      .groupBy(['items.state', 'items.error_code'])
      .orderBy('count', 'desc')
      .execute();
    return rows.map(({ state, error_code, count }) => ({
      state: state as ItemState | null,
      code: state === 'failed' ? error_code : null,
      count: Number(count),
    }));
  },

  queueTracks: async (trackIds, runId) => {
    const queued: { itemId: number; try: number }[] = [];
    for (const ids of chunksOf(trackIds, IDS)) {
      const rows = await db
        .updateTable('items')
        .set((eb) => ({
          state: 'queued',
          outcome: null,
          run_id: runId,
          attempts: 0,
          priority: AFTER_ALL_ELSE,
          available_at: 0,
          tries: eb('tries', '+', 1),
          queued_at: Date.now(),
        }))
        .where('track_id', 'in', ids)
        .where('state', '=', 'indexed')
        .returning(['id', 'tries'])
        .execute();
      queued.push(...rows.map(({ id, tries }) => ({ itemId: id, try: tries })));
    }
    return queued;
  },
});

/** Writes down that a space has a track, whatever it had before. */
export const recordInSpace = async (
  db: Db,
  { space, trackId, contentId, clipCount }: TrackInSpace & { space: string },
): Promise<void> => {
  const row = { content_id: contentId, clip_count: clipCount, indexed_at: Date.now() };
  await db
    .insertInto('track_spaces')
    .values({ space, track_id: trackId, ...row })
    .onConflict((conflict) => conflict.columns(['space', 'track_id']).doUpdateSet(row))
    .execute();
};

export const presenceOf = async (
  db: Db,
  space: string,
  trackIds: readonly string[],
): Promise<Map<string, TrackInSpace>> => {
  const found = new Map<string, TrackInSpace>();
  for (const ids of chunksOf(trackIds, IDS)) {
    const rows = await db
      .selectFrom('track_spaces')
      .selectAll()
      .where('space', '=', space)
      .where('track_id', 'in', ids)
      .execute();
    for (const row of rows) found.set(row.track_id, toPresence(row));
  }
  return found;
};

/** Tracks of space `from` that `space` lacks, or has with other content. */
const missing = (db: Db, space: string, from: string) =>
  db
    .selectFrom('track_spaces as there')
    .leftJoin('track_spaces as here', (join) =>
      join
        .onRef('here.track_id', '=', 'there.track_id')
        .onRef('here.content_id', '=', 'there.content_id')
        .on('here.space', '=', space),
    )
    .where('there.space', '=', from)
    .where('here.track_id', 'is', null);

const toPresence = (row: { track_id: string; content_id: string; clip_count: number }): TrackInSpace => ({
  trackId: row.track_id,
  contentId: row.content_id,
  clipCount: row.clip_count,
});
