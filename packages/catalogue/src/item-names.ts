import { type SqlBool, sql } from 'kysely';
import type { OpenDatabase } from './database.ts';
import { chunksOf, IDS_PER_STATEMENT } from './rows.ts';

type Db = OpenDatabase['db'];

/** One source's naming of an item that is another's. */
export interface Naming {
  readonly itemId: number;
  readonly source: string;
}

/** Remembers who else names items; whom they are of is in `items.source`. */
export const rememberNames = async (db: Db, namings: readonly Naming[]): Promise<void> => {
  for (const chunk of chunksOf(namings, IDS_PER_STATEMENT))
    await db
      .insertInto('item_names')
      .values(chunk.map(({ itemId, source }) => ({ item_id: itemId, source })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
};

/** A source that items became of names them no more beside another; without one, nobody does: they are at another place now. */
export const forgetNames = async (db: Db, itemIds: readonly number[], source?: string): Promise<void> => {
  for (const ids of chunksOf(itemIds, IDS_PER_STATEMENT))
    await db
      .deleteFrom('item_names')
      .where('item_id', 'in', ids)
      .$if(source !== undefined, (names) => names.where('source', '=', source as string))
      .execute();
};

/** Whether another source names an item, too: a list, or a folder or bucket that had it before a list named it. */
export const isNamedElsewhere = sql<SqlBool>`exists (select 1 from item_names where item_names.item_id = items.id)`;

/**
 * A list's items that it named before, and not in this run, go over to another source that names them; what it named beside another it names
 * no more.
 */
export const passOn = async (
  db: Db,
  list: { source: string; catalogue: string; runId: number },
): Promise<void> => {
  const { source, catalogue, runId } = list;
  const passed = await db
    .updateTable('items')
    .set({
      source: sql<string>`(select min(item_names.source) from item_names where item_names.item_id = items.id)`,
    })
    .where('catalogue', '=', catalogue)
    .where('source', '=', source)
    .where('run_id', '<', runId)
    .where('state', '!=', 'gone')
    .where(isNamedElsewhere)
    .returning('id')
    .execute();
  for (const rows of chunksOf(passed, IDS_PER_STATEMENT))
    await db
      .deleteFrom('item_names')
      .where(
        'item_id',
        'in',
        rows.map(({ id }) => id),
      )
      .where(sql<SqlBool>`source = (select items.source from items where items.id = item_names.item_id)`)
      .execute();
  await db
    .deleteFrom('item_names')
    .where('source', '=', source)
    .where(
      sql<SqlBool>`exists (select 1 from items where items.id = item_names.item_id and items.run_id < ${runId}
        and items.catalogue = ${catalogue})`,
    )
    .execute();
};
