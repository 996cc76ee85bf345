import type { Selectable } from 'kysely';
import type { OpenDatabase } from './database.ts';
import type { ApiKey, Keys } from './keys-port.ts';
import type { Database } from './schema.ts';

export const createKeys = ({ db }: OpenDatabase): Keys => ({
  addKey: async ({ id, name, hash, scopes }) => {
    const row = { id, name, hash, scopes: JSON.stringify(scopes), created_at: Date.now() };
    await db.insertInto('api_keys').values(row).execute();
    return toKey({ ...row, used_at: null, revoked_at: null });
  },

  listKeys: async () =>
    (await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute()).map(toKey),

  findKey: async (hash) => {
    const row = await db
      .selectFrom('api_keys')
      .selectAll()
      .where('hash', '=', hash)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return row && toKey(row);
  },

  revokeKeys: (idOrName) =>
    db.transaction().execute(async (transaction) => {
      const living = await transaction
        .selectFrom('api_keys')
        .selectAll()
        .where('revoked_at', 'is', null)
        .where((where) => where.or([where('id', '=', idOrName), where('name', '=', idOrName)]))
        .execute();
      const byId = living.filter(({ id }) => id === idOrName);
      const ended = byId.length > 0 ? byId : living;
      if (ended.length === 0) return [];
      const ids = ended.map(({ id }) => id);
      const revoked_at = Date.now();
      await transaction.updateTable('api_keys').set({ revoked_at }).where('id', 'in', ids).execute();
      await transaction.deleteFrom('sessions').where('key_id', 'in', ids).execute();
      return ended.map((row) => toKey({ ...row, revoked_at }));
    }),

  noteKeyUse: async (id) => {
    await db.updateTable('api_keys').set({ used_at: Date.now() }).where('id', '=', id).execute();
  },

  addSession: async ({ hash, keyId, expiresAt }) => {
    await db.deleteFrom('sessions').where('expires_at', '<=', Date.now()).execute();
    await db.insertInto('sessions').values({ hash, key_id: keyId, expires_at: expiresAt }).execute();
  },

  findSession: async (hash) => {
    const row = await db
      .selectFrom('sessions')
      .innerJoin('api_keys', 'api_keys.id', 'sessions.key_id')
      .selectAll('api_keys')
      .where('sessions.hash', '=', hash)
      .where('sessions.expires_at', '>', Date.now())
      .where('api_keys.revoked_at', 'is', null)
      .executeTakeFirst();
    return row && toKey(row);
  },

  removeSession: async (hash) => {
    await db.deleteFrom('sessions').where('hash', '=', hash).execute();
  },
});

const toKey = (row: Selectable<Database['api_keys']>): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: JSON.parse(row.scopes) as string[],
  createdAt: Number(row.created_at),
  usedAt: row.used_at === null ? null : Number(row.used_at),
  revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
});
