import { sql } from 'kysely';
import type { OpenDatabase } from './database.ts';
import { chunksOf, IDS_PER_STATEMENT } from './rows.ts';

/**
 * The oldest copy of each of these tracks takes the place of the item it was made of, where that one is gone or became something else: a track
 * must not point to a file that is not there while another holds it.
 *
 * @returns the items that took over; what the track says is to be made anew of their words
 */
export const promoteCopies = async (
  db: OpenDatabase['db'],
  trackIds: readonly string[],
): Promise<number[]> => {
  const promoted: number[] = [];
  for (const ids of chunksOf(trackIds, IDS_PER_STATEMENT)) {
    const copies = await db
      .selectFrom('items')
      .select(({ fn }) => ['track_id', fn.min('id').as('id')])
      .where('track_id', 'in', ids)
      .where('state', '=', 'duplicate')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('items as made')
              .select('made.id')
              .whereRef('made.track_id', '=', 'items.track_id')
              .where('made.state', '=', 'indexed'),
          ),
        ),
      )
      .groupBy('track_id')
      .execute();
    if (copies.length === 0) continue;
    const items = copies.map(({ id }) => Number(id));
    await db.updateTable('items').set({ state: 'indexed' }).where('id', 'in', items).execute();
    const ofItem = (column: 'root' | 'path') =>
      sql<string>`(select items.${sql.ref(column)} from items where items.track_id = tracks.id and items.state = 'indexed' limit 1)`;
    await db
      .updateTable('tracks')
      .set({ root: ofItem('root'), path: ofItem('path') })
      .where(
        'id',
        'in',
        copies.map(({ track_id }) => track_id as string),
      )
      .execute();
    promoted.push(...items);
  }
  return promoted;
};
