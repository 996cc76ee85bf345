import { hostname } from 'node:os';
import { sql } from 'kysely';
import type { Catalogue } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';

type Leases = Pick<
  Catalogue,
  'claimItems' | 'renewLeases' | 'releaseLease' | 'acquireLease' | 'releaseNamedLease' | 'reclaimDead'
>;

export const createLeases = ({ db, kind }: OpenDatabase): Leases => ({
  claimItems: async ({ worker, limit, leaseMs }) => {
    const now = Date.now();
    // SKIP LOCKED lets workers on PostgreSQL claim side by side; SQLite has one writer at a time anyway.
    const lock = kind === 'postgres' ? sql`for update skip locked` : sql``;
    const overdue = await db
      .selectFrom('items')
      .select('id')
      .where('state', '=', 'active')
      .where('lease_until', '<', now)
      .execute();
    const stalled = new Set(overdue.map(({ id }) => id));
    const { rows } = await sql<{ id: number; attempts: number }>`
      update items set state = 'active', worker = ${worker}, lease_until = ${now + leaseMs}
      where id in (select id from items where (state = 'queued' and available_at <= ${now}) or (state = 'active' and lease_until < ${now})
        order by priority, id limit ${limit} ${lock})
      returning id, attempts`.execute(db);
    return rows
      .map(({ id, attempts }) => ({ itemId: id, attempt: attempts + 1, isStalled: stalled.has(id) }))
      .sort((a, b) => a.itemId - b.itemId);
  },

  renewLeases: async ({ worker, itemIds, leaseMs }) => {
    if (itemIds.length === 0) return [];
    const rows = await db
      .updateTable('items')
      .set({ lease_until: Date.now() + leaseMs })
      .where('id', 'in', [...itemIds])
      .where('worker', '=', worker)
      .where('state', '=', 'active')
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  },

  releaseLease: async ({ worker, itemId, delayMs, countAttempt }) => {
    await db
      .updateTable('items')
      .set((eb) => ({
        state: 'queued',
        lease_until: null,
        available_at: Date.now() + delayMs,
        // The handler may have put the item back already; only an active one still carries the attempt.
        attempts: countAttempt
          ? eb.ref('attempts')
          : eb
              .case()
              .when(eb.and([eb('state', '=', 'active'), eb('attempts', '>', 0)]))
              .then(eb('attempts', '-', 1))
              .else(eb.ref('attempts'))
              .end(),
      }))
      .where('id', '=', itemId)
      .where('worker', '=', worker)
      .where('state', 'in', ['active', 'queued'])
      .execute();
  },

  reclaimDead: async () => {
    const workers = await db
      .selectFrom('items')
      .select('worker')
      .distinct()
      .where('state', '=', 'active')
      .where('worker', 'is not', null)
      .execute();
    const dead = workers
      .map(({ worker }) => worker)
      .filter((worker) => worker !== null && isDeadHere(worker)) as string[];
    if (dead.length === 0) return 0;
    const rows = await db
      .updateTable('items')
      .set({ state: 'queued', lease_until: null, available_at: 0 })
      .where('state', '=', 'active')
      .where('worker', 'in', dead)
      .returning('id')
      .execute();
    return rows.length;
  },

  acquireLease: async ({ name, holder, leaseMs }) => {
    const now = Date.now();
    const { rows } = await sql<{ holder: string }>`
      insert into leases (name, holder, until) values (${name}, ${holder}, ${now + leaseMs})
      on conflict (name) do update set holder = excluded.holder, until = excluded.until
      where leases.holder = ${holder} or leases.until < ${now} returning holder`.execute(db);
    return rows.length > 0;
  },

  releaseNamedLease: async ({ name, holder }) => {
    await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
  },
});

/** A worker `host:pid` of this host whose process is gone. Of other hosts nothing is known: their leases run out. */
const isDeadHere = (worker: string): boolean => {
  const at = worker.lastIndexOf(':');
  const pid = Number(worker.slice(at + 1));
  if (worker.slice(0, at) !== hostname() || !Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};
