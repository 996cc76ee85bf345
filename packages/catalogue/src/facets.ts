import { type SqlBool, sql } from 'kysely';
import type { Catalogue } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';

/** Values of each kind at most, the commonest first. */
const MOST = 200;

/** What the tracks of a space can be narrowed by. */
export const createFacets = ({ db, kind }: OpenDatabase): Pick<Catalogue, 'facets'> => ({
  facets: async (space) => {
    const column = async (name: 'artist' | 'genre') => {
      const rows = await db
        .selectFrom('tracks')
        .select(({ fn, ref }) => [ref(name).as('value'), fn.countAll<number>().as('count')])
        .where(isIn(space))
        .where(name, 'is not', null)
        .where(name, '!=', '')
        .groupBy(name)
        .orderBy('count', 'desc')
        .orderBy(name)
        .limit(MOST)
        .execute();
      return rows.map(toFacet);
    };
    const each =
      kind === 'postgres'
        ? sql`jsonb_array_elements_text(tracks.tags::jsonb) as tag(value)`
        : sql`json_each(tracks.tags) as tag`;
    const tags = await sql<{ value: string; count: number }>`
      select tag.value as value, count(*) as count from tracks, ${each}
      where ${isIn(space)} group by tag.value order by count(*) desc, tag.value limit ${MOST}`
      .execute(db)
      .then(({ rows }) => rows.map(toFacet));
    const years = await db
      .selectFrom('tracks')
      .select(({ fn }) => [fn.min('year').as('from'), fn.max('year').as('to')])
      .where(isIn(space))
      .where('year', '>', 0)
      .executeTakeFirst();
    return {
      artists: await column('artist'),
      genres: await column('genre'),
      tags,
      years: { from: years?.from ?? null, to: years?.to ?? null },
    };
  },
});

/** Whether a track is in the space, whichever space it was indexed in first. */
const isIn = (space: string) =>
  sql<SqlBool>`exists (select 1 from track_spaces where track_spaces.space = ${space} and track_spaces.track_id = tracks.id)`;

const toFacet = ({ value, count }: { value: unknown; count: unknown }) => ({
  value: String(value),
  count: Number(count),
});
