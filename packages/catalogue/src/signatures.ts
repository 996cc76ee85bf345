import { sql } from 'kysely';
import type { Catalogue } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { chunksOf } from './rows.ts';

type Signatures = Pick<Catalogue, 'putSignature' | 'getSignatures' | 'contentsWithoutSignature'>;

export const createSignatures = ({ db }: OpenDatabase): Signatures => ({
  putSignature: async (contentId, words) => {
    const value = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
    await db
      .insertInto('signatures')
      .values({ content_id: contentId, words: value })
      .onConflict((conflict) => conflict.column('content_id').doUpdateSet({ words: value }))
      .execute();
  },

  getSignatures: async (contentIds) => {
    const found = new Map<string, Uint8Array>();
    for (const ids of chunksOf([...new Set(contentIds)], 1000)) {
      const rows = await db.selectFrom('signatures').selectAll().where('content_id', 'in', ids).execute();
      for (const { content_id, words } of rows) found.set(content_id, new Uint8Array(words));
    }
    return found;
  },

  contentsWithoutSignature: async ({ after = '', limit }) => {
    const { rows } = await sql<{ content_id: string; id: number }>`
      select content_id, min(id) as id from items
      where content_id > ${after} and state in ('indexed', 'duplicate')
        and not exists (select 1 from signatures where signatures.content_id = items.content_id)
      group by content_id order by content_id limit ${limit}`.execute(db);
    return rows.map(({ content_id, id }) => ({ contentId: content_id, itemId: Number(id) }));
  },
});
