import { SoundalikeError } from '@soundalike/core';
import { recordAttempt } from './attempts.ts';
import type { Catalogue, ItemState } from './catalogue.ts';
import { promoteCopies } from './copies.ts';
import type { OpenDatabase } from './database.ts';
import { withoutItems } from './gone.ts';
import { toItem } from './rows.ts';
import { recordInSpace } from './track-spaces.ts';
import { deleteTracks, upsertTrack } from './tracks.ts';
import { waitForTrack } from './turn.ts';

type Working = Pick<
  Catalogue,
  | 'getItem'
  | 'findItem'
  | 'startItem'
  | 'setStage'
  | 'finishItem'
  | 'failItem'
  | 'releaseItem'
  | 'stateCounts'
  | 'queuedItems'
  | 'otherOwner'
>;

const STATES: readonly ItemState[] = [
  'queued',
  'active',
  'indexed',
  'duplicate',
  'failed',
  'gone',
  'cancelled',
];

export const createWorking = ({ kind, db }: OpenDatabase): Working => ({
  getItem: async (itemId) => {
    const row = await db.selectFrom('items').selectAll().where('id', '=', itemId).executeTakeFirst();
    return row && toItem(row);
  },

  findItem: async (idOrPath) => {
    if (idOrPath === '') return undefined; // what every item without an own id has
    const id = /^\d{1,15}$/.test(idOrPath) ? Number(idOrPath) : undefined;
    const slash = idOrPath.indexOf('/');
    const row = await db
      .selectFrom('items')
      .selectAll()
      .where((where) =>
        where.or([
          ...(id === undefined ? [] : [where('id', '=', id)]),
          where('path', '=', idOrPath),
          where('external_id', '=', idOrPath),
          ...(slash > 0
            ? [
                where.and([
                  where('root', '=', idOrPath.slice(0, slash)),
                  where('path', '=', idOrPath.slice(slash + 1)),
                ]),
              ]
            : []),
        ]),
      )
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row && toItem(row);
  },

  startItem: async (itemId, worker) => {
    const row = await db
      .updateTable('items')
      .set((eb) => ({
        state: 'active',
        worker,
        stage: null,
        started_at: Date.now(),
        attempts: eb('attempts', '+', 1),
      }))
      .where('id', '=', itemId)
      .where('state', 'in', ['queued', 'active'])
      .returningAll()
      .executeTakeFirst();
    return row && toItem(row);
  },

  setStage: async (itemId, stage) => {
    await db.updateTable('items').set({ stage }).where('id', '=', itemId).execute();
  },

  finishItem: ({ itemId, worker, tries, track, contentId, timings, audioSeconds, ...seen }) =>
    db.transaction().execute(async (transaction) => {
      const { modified, fileMetadata, etag } = seen;
      await waitForTrack({ kind, db: transaction }, track.id);
      const item = await transaction
        .selectFrom('items')
        .selectAll()
        .where('id', '=', itemId)
        .executeTakeFirstOrThrow();
      if (worker !== undefined && (item.worker !== worker || item.state !== 'active')) throw lost(itemId);
      if (tries !== undefined && item.tries !== tries) throw lost(itemId);
      const other = await transaction
        .selectFrom('items')
        .select('id')
        .where('track_id', '=', track.id)
        .where('state', '=', 'indexed')
        .where('id', '!=', itemId)
        .limit(1)
        .executeTakeFirst();
      const outcome = other ? 'duplicate' : 'indexed';
      await recordAttempt(transaction, { itemId, outcome, timings });
      if (outcome === 'indexed') {
        await upsertTrack(transaction, { ...track, location: { root: item.root || null, path: item.path } });
      } else {
        // A copy may be embedded anew, further than before; its words are its own.
        const { durationSeconds, clipCount, coverage = 'full' } = track;
        await transaction
          .updateTable('tracks')
          .set({ duration_seconds: durationSeconds, clip_count: clipCount, coverage })
          .where('id', '=', track.id)
          .execute();
      }
      await recordInSpace(transaction, { ...track, trackId: track.id });
      await transaction
        .updateTable('items')
        .set({
          state: outcome,
          outcome,
          stage: null,
          content_id: contentId,
          track_id: track.id,
          space: track.space,
          error_code: null,
          error_message: null,
          error_detail: null,
          timings: JSON.stringify(timings),
          audio_seconds: audioSeconds,
          lease_until: null,
          finished_at: Date.now(),
          ...(modified ? { size: modified.size, modified_ms: modified.modifiedMs } : {}),
          ...(fileMetadata ? { file_metadata: JSON.stringify(fileMetadata) } : {}),
          ...(etag === undefined ? {} : { etag }),
        })
        .where('id', '=', itemId)
        .execute();
      const left = item.track_id && item.track_id !== track.id ? [item.track_id] : [];
      const orphans = await withoutItems(transaction, left);
      await deleteTracks(transaction, orphans);
      const promoted = await promoteCopies(transaction, left);
      return { outcome, orphanTrack: orphans[0], promoted };
    }),

  failItem: ({ itemId, worker, code, message, detail, timings, retry }) =>
    db.transaction().execute(async (transaction) => {
      await recordAttempt(transaction, {
        itemId,
        worker,
        outcome: retry ? 'again' : 'failed',
        code,
        message,
        detail,
        timings,
      });
      let update = transaction
        .updateTable('items')
        .set({
          state: retry ? 'queued' : 'failed',
          outcome: retry ? null : 'failed',
          error_code: code,
          error_message: message,
          error_detail: detail ?? null,
          lease_until: null,
          finished_at: retry ? null : Date.now(),
          ...(timings ? { timings: JSON.stringify(timings) } : {}),
        })
        .where('id', '=', itemId)
        .where('state', 'in', ['queued', 'active']);
      if (worker !== undefined) update = update.where('worker', '=', worker);
      const ended = await update.returning('track_id').execute();
      const left = retry ? [] : ended.flatMap(({ track_id }) => track_id ?? []);
      return { promoted: await promoteCopies(transaction, left) };
    }),

  releaseItem: (itemId, worker) =>
    db.transaction().execute(async (transaction) => {
      await recordAttempt(transaction, { itemId, worker, outcome: 'released' });
      await transaction
        .updateTable('items')
        .set((eb) => ({
          state: 'queued',
          stage: null,
          lease_until: null,
          attempts: eb
            .case()
            .when('attempts', '>', 0)
            .then(eb('attempts', '-', 1))
            .else(0)
            .end(),
        }))
        .where('id', '=', itemId)
        .where('state', '=', 'active')
        .where('worker', '=', worker)
        .execute();
    }),

  stateCounts: async () => {
    const rows = await db
      .selectFrom('items')
      .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
      .groupBy('state')
      .execute();
    const found = new Map(rows.map(({ state, count }) => [state, Number(count)]));
    return Object.fromEntries(STATES.map((state) => [state, found.get(state) ?? 0])) as Record<
      ItemState,
      number
    >;
  },

  queuedItems: async ({ after = 0, limit, priority }) => {
    let query = db.selectFrom('items').select(['id', 'tries']).where('state', '=', 'queued');
    if (priority) {
      query = query.where('priority', '>=', priority.from);
      if (priority.below !== undefined) query = query.where('priority', '<', priority.below);
    }
    const rows = await query.where('id', '>', after).orderBy('id').limit(limit).execute();
    return rows.map(({ id, tries }) => ({ itemId: id, try: tries }));
  },

  otherOwner: async ({ trackId, itemId }) => {
    const row = await db
      .selectFrom('items')
      .selectAll()
      .where('track_id', '=', trackId)
      .where('state', '=', 'indexed')
      .where('id', '!=', itemId)
      .limit(1)
      .executeTakeFirst();
    return row && toItem(row);
  },
});

/** Another worker has the item by now, because our lease ran out: nothing more may be written about it here. */
const lost = (itemId: number) =>
  new SoundalikeError('CANCELLED', `The item ${itemId} was taken over by another worker`);
