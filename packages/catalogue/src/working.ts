import { SoundalikeError } from '@soundalike/core';
import { type SqlBool, sql } from 'kysely';
import type { Catalogue, FailureGroup, ItemState } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf, toItem } from './rows.ts';
import { withoutItems } from './scanning.ts';
import { recordInSpace } from './track-spaces.ts';
import { deleteTracks, upsertTrack } from './tracks.ts';

type Working = Pick<
  Catalogue,
  | 'getItem'
  | 'findItem'
  | 'startItem'
  | 'setStage'
  | 'finishItem'
  | 'failItem'
  | 'releaseItem'
  | 'listItems'
  | 'failureGroups'
  | 'stateCounts'
  | 'retryItems'
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
const EXAMPLES = 3;

export const createWorking = ({ db }: OpenDatabase): Working => ({
  getItem: async (itemId) => {
    const row = await db.selectFrom('items').selectAll().where('id', '=', itemId).executeTakeFirst();
    return row && toItem(row);
  },

  findItem: async (idOrPath) => {
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

  finishItem: ({ itemId, worker, track, contentId, timings, audioSeconds, modified }) =>
    db.transaction().execute(async (transaction) => {
      const item = await transaction
        .selectFrom('items')
        .selectAll()
        .where('id', '=', itemId)
        .executeTakeFirstOrThrow();
      if (worker !== undefined && (item.worker !== worker || item.state !== 'active')) throw lost(itemId);
      const other = await transaction
        .selectFrom('items')
        .select('id')
        .where('track_id', '=', track.id)
        .where('state', '=', 'indexed')
        .where('id', '!=', itemId)
        .limit(1)
        .executeTakeFirst();
      const outcome = other ? 'duplicate' : 'indexed';
      if (outcome === 'indexed') {
        await upsertTrack(transaction, { ...track, location: { root: item.root || null, path: item.path } });
        await recordInSpace(transaction, { ...track, trackId: track.id });
      }
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
        })
        .where('id', '=', itemId)
        .execute();
      const before = item.track_id;
      const orphans = before && before !== track.id ? await withoutItems(transaction, [before]) : [];
      await deleteTracks(transaction, orphans);
      return { outcome, orphanTrack: orphans[0] };
    }),

  failItem: async ({ itemId, worker, code, message, detail, timings, retry }) => {
    let update = db
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
    await update.execute();
  },

  releaseItem: async (itemId, worker) => {
    await db
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
  },

  listItems: async ({ state, code, runId, after, limit }) => {
    let query = db.selectFrom('items').selectAll();
    if (state) query = query.where('state', '=', state);
    if (code) query = query.where('error_code', '=', code);
    if (runId !== undefined) query = query.where('run_id', '=', runId);
    if (after !== undefined) query = query.where('id', '>', after);
    return (await query.orderBy('id').limit(limit).execute()).map(toItem);
  },

  failureGroups: async ({ runId } = {}): Promise<FailureGroup[]> => {
    const ofRun = runId === undefined ? sql<SqlBool>`true` : sql<SqlBool>`run_id = ${runId}`;
    const { rows } = await sql<{ code: string; count: number; root: string; path: string; place: number }>`
      select code, count, root, path, place from (
        select coalesce(error_code, 'INTERNAL') as code, root, path, count(*) over (partition by error_code) as count,
          row_number() over (partition by error_code order by id) as place
        from items where state = 'failed' and ${ofRun}) as failed
      where place <= ${EXAMPLES} order by count desc, code, place`.execute(db);
    const groups = new Map<string, { code: string; count: number; examples: string[] }>();
    for (const { code, count, root, path } of rows) {
      const group = groups.get(code) ?? { code, count: Number(count), examples: [] };
      group.examples.push(root === '' ? path : `${root}/${path}`);
      groups.set(code, group);
    }
    return [...groups.values()];
  },

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

  retryItems: async ({ code, itemIds, limit = 100_000 }) => {
    let failed = db.selectFrom('items').select('id').where('state', '=', 'failed').orderBy('id').limit(limit);
    if (code) failed = failed.where('error_code', '=', code);
    if (itemIds) failed = failed.where('id', 'in', itemIds.length > 0 ? [...itemIds] : [-1]);
    const ids = (await failed.execute()).map(({ id }) => id);
    const queued: { itemId: number; try: number }[] = [];
    for (const chunk of chunksOf(ids, 5000)) {
      const rows = await db
        .updateTable('items')
        .set((eb) => ({
          state: 'queued',
          outcome: null,
          attempts: 0,
          available_at: 0,
          tries: eb('tries', '+', 1),
          queued_at: Date.now(),
        }))
        .where('id', 'in', chunk)
        .where('state', '=', 'failed')
        .returning(['id', 'tries'])
        .execute();
      queued.push(...rows.map(({ id, tries }) => ({ itemId: id, try: tries })));
    }
    return queued;
  },

  queuedItems: async ({ after = 0, limit }) => {
    const rows = await db
      .selectFrom('items')
      .select(['id', 'tries'])
      .where('state', '=', 'queued')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
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
