import { sql } from 'kysely';
import type { OpenDatabase } from './database.ts';
import type { ActivityPoint, Monitoring, WorkerRow } from './monitoring-port.ts';
import { toItem } from './rows.ts';

/** Samples and workers are kept for a day, ms: one worker beating each 10 s makes 8,640 rows. */
const KEEP_MS = 24 * 3600 * 1000;

/** Every so many beats of a process old rows are removed. */
const SWEEP_EVERY = 60;

export const createMonitoring = ({ db }: OpenDatabase): Monitoring => {
  let beats = 0;
  return {
    beat: async ({ name, host, facts, startedAt, at, stopped = false, sample }) => {
      const row = { host, facts: JSON.stringify(facts), beat_at: at, stopped_at: stopped ? at : null };
      await db
        .insertInto('workers')
        .values({ name, started_at: startedAt, ...row })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ started_at: startedAt, ...row }))
        .execute();
      const { stageMs, clips, audioSeconds, done, failed } = sample;
      await db
        .insertInto('stage_samples')
        .values({
          worker: name,
          at,
          fetch_ms: stageMs.fetch,
          decode_ms: stageMs.decode,
          embed_ms: stageMs.embed,
          store_ms: stageMs.store,
          clips,
          audio_seconds: audioSeconds,
          done,
          failed,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      if (beats++ % SWEEP_EVERY !== 0) return;
      await db
        .deleteFrom('stage_samples')
        .where('at', '<', at - KEEP_MS)
        .execute();
      await db
        .deleteFrom('workers')
        .where('beat_at', '<', at - KEEP_MS)
        .execute();
    },

    listWorkers: async ({ since, limit }) => {
      const rows = await db
        .selectFrom('workers')
        .selectAll()
        .where('beat_at', '>=', since)
        .orderBy('beat_at', 'desc')
        .orderBy('name')
        .limit(limit)
        .execute();
      return rows.map(
        ({ name, host, facts, started_at, beat_at, stopped_at }): WorkerRow => ({
          ...(JSON.parse(facts) as Omit<WorkerRow, 'name' | 'host' | 'startedAt' | 'beatAt' | 'stoppedAt'>),
          name,
          host,
          startedAt: started_at,
          beatAt: beat_at,
          stoppedAt: stopped_at,
        }),
      );
    },

    activity: async ({ from, bucketMs }) => {
      // A sample tells of the time before it, so it belongs to the piece in which it ended. Whole numbers divide without a rest on both databases.
      const piece = sql<number>`(at / cast(${Math.round(bucketMs)} as bigint))`;
      const rows = await db
        .selectFrom('stage_samples')
        .select(({ fn }) => [
          piece.as('piece'),
          fn.sum<number>('fetch_ms').as('fetch'),
          fn.sum<number>('decode_ms').as('decode'),
          fn.sum<number>('embed_ms').as('embed'),
          fn.sum<number>('store_ms').as('store'),
          fn.sum<number>('clips').as('clips'),
          fn.sum<number>('audio_seconds').as('audio'),
          fn.sum<number>('done').as('done'),
          fn.sum<number>('failed').as('failed'),
        ])
        .where('at', '>=', from)
        .groupBy('piece')
        .orderBy('piece')
        .execute();
      return rows.map(
        (row): ActivityPoint => ({
          at: Number(row.piece) * Math.round(bucketMs),
          stageMs: {
            fetch: Number(row.fetch),
            decode: Number(row.decode),
            embed: Number(row.embed),
            store: Number(row.store),
          },
          clips: Number(row.clips),
          audioSeconds: Number(row.audio),
          done: Number(row.done),
          failed: Number(row.failed),
        }),
      );
    },

    oldestQueued: async () => {
      const rows = await db
        .selectFrom('items')
        .select(({ fn }) => ['priority', fn.min<number | null>('queued_at').as('queued_at')])
        .where('state', '=', 'queued')
        .groupBy('priority')
        .orderBy('priority')
        .execute();
      return rows.flatMap(({ priority, queued_at }) =>
        queued_at === null ? [] : [{ priority, queuedAt: Number(queued_at) }],
      );
    },

    pageItems: async ({ state, code, runId, query, before, limit }) => {
      let items = db.selectFrom('items').selectAll();
      if (state) items = items.where('state', '=', state);
      if (code) items = items.where('error_code', '=', code);
      if (runId !== undefined) items = items.where('run_id', '=', runId);
      if (before !== undefined) items = items.where('id', '<', before);
      if (query) {
        // Matched as it stands: % and _ in a path are letters, not wildcards.
        const pattern = `%${query.replace(/[\\%_]/g, '\\$&').toLowerCase()}%`;
        items = items.where((where) =>
          where.or([
            where(sql`lower(path)`, 'like', sql`${pattern} escape '\\'`),
            where('external_id', '=', query),
          ]),
        );
      }
      return (await items.orderBy('id', 'desc').limit(limit).execute()).map(toItem);
    },
  };
};
