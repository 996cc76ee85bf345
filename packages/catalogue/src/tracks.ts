import { fillMetadata } from '@soundalike/core';
import { type SqlBool, sql } from 'kysely';
import type { Catalogue, Track } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { filterTracks } from './filter-tracks.ts';
import { chunksOf, toItem, toTrack } from './rows.ts';

type Tracks = Pick<
  Catalogue,
  | 'getTracks'
  | 'findTrack'
  | 'findTrackByContent'
  | 'tracksOfItems'
  | 'listTracks'
  | 'updateTrackMetadata'
  | 'removeTracks'
  | 'countTracks'
  | 'trackTotals'
  | 'locationsOf'
>;
type Db = OpenDatabase['db'];

export const createTracks = ({ db }: OpenDatabase): Tracks => ({
  getTracks: async (trackIds) => {
    const tracks = new Map<string, Track>();
    for (const ids of chunksOf(trackIds, 1000)) {
      for (const row of await db.selectFrom('tracks').selectAll().where('id', 'in', ids).execute())
        tracks.set(row.id, toTrack(row));
    }
    return tracks;
  },

  findTrack: async (idOrExternalId, catalogue) => {
    const rows = await db
      .selectFrom('tracks')
      .selectAll()
      .where((where) =>
        where.or([where('id', '=', idOrExternalId), where('external_id', '=', idOrExternalId)]),
      )
      .$if(catalogue !== undefined, (query) => query.where('catalogue', '=', catalogue as string))
      .limit(2)
      .execute();
    const row = rows.find(({ id }) => id === idOrExternalId) ?? rows[0];
    return row && toTrack(row);
  },

  tracksOfItems: async (itemIds) => {
    const tracks = new Map<number, Track>();
    for (const ids of chunksOf(itemIds, 1000)) {
      const rows = await db
        .selectFrom('items')
        .innerJoin('tracks', 'tracks.id', 'items.track_id')
        .selectAll('tracks')
        .select('items.id as item_id')
        .where('items.id', 'in', ids)
        .execute();
      for (const { item_id, ...row } of rows) tracks.set(item_id, toTrack(row));
    }
    return tracks;
  },

  findTrackByContent: async (contentId, space) => {
    const row = await db
      .selectFrom('tracks')
      .innerJoin('track_spaces', (join) =>
        join
          .onRef('track_spaces.track_id', '=', 'tracks.id')
          .onRef('track_spaces.content_id', '=', 'tracks.content_id')
          .on('track_spaces.space', '=', space),
      )
      .selectAll('tracks')
      .where('tracks.content_id', '=', contentId)
      .limit(1)
      .executeTakeFirst();
    return row && toTrack(row);
  },

  listTracks: async ({ query, filter, after, limit }) => {
    let select = db.selectFrom('tracks').selectAll();
    for (const word of searchWords(query ?? '')) {
      const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
      select = select.where(sql<SqlBool>`search_text like ${pattern} escape '\\'`);
    }
    if (filter) select = select.where((where) => filterTracks(where, filter));
    if (after !== undefined) select = select.where('id', '>', after);
    return (await select.orderBy('id').limit(limit).execute()).map(toTrack);
  },

  updateTrackMetadata: async (itemId) => {
    const row = await db.selectFrom('items').selectAll().where('id', '=', itemId).executeTakeFirst();
    const item = row && toItem(row);
    const trackRow = item?.trackId
      ? await db.selectFrom('tracks').selectAll().where('id', '=', item.trackId).executeTakeFirst()
      : undefined;
    // A copy keeps its words to itself.
    if (!item || !trackRow || item.state === 'duplicate') return undefined;
    const before = toTrack(trackRow);
    // Items of before tags were kept have none: what the track says stands in for them.
    const tags = Object.keys(item.fileMetadata).length > 0 ? item.fileMetadata : before;
    const track = { ...before, ...fillMetadata(item.metadata, tags) };
    await upsertTrack(db, track);
    return track;
  },

  removeTracks: (trackIds) => db.transaction().execute((transaction) => deleteTracks(transaction, trackIds)),

  countTracks: async (space, { atMost } = {}) => {
    const of = <T extends { limit(limit: number): T }>(rows: T): T =>
      atMost === undefined ? rows : rows.limit(atMost);
    const rows =
      space === undefined
        ? of(db.selectFrom('tracks').select('id')).as('rows')
        : of(db.selectFrom('track_spaces').select('track_id as id').where('space', '=', space)).as('rows');
    const { count } = await db
      .selectFrom(rows)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  trackTotals: async (space) => {
    const { tracks, clips, seconds } =
      space === undefined
        ? await db
            .selectFrom('tracks')
            .select(({ fn }) => [
              fn.countAll<number>().as('tracks'),
              fn.sum<number | null>('clip_count').as('clips'),
              fn.sum<number | null>('duration_seconds').as('seconds'),
            ])
            .executeTakeFirstOrThrow()
        : await db
            .selectFrom('track_spaces')
            .leftJoin('tracks', 'tracks.id', 'track_spaces.track_id')
            .select(({ fn }) => [
              fn.countAll<number>().as('tracks'),
              fn.sum<number | null>('track_spaces.clip_count').as('clips'),
              fn.sum<number | null>('tracks.duration_seconds').as('seconds'),
            ])
            .where('track_spaces.space', '=', space)
            .executeTakeFirstOrThrow();
    return { tracks: Number(tracks), clips: Number(clips ?? 0), audioSeconds: Number(seconds ?? 0) };
  },

  locationsOf: async (trackId) => {
    const rows = await db
      .selectFrom('items')
      .select(['root', 'path'])
      .where('track_id', '=', trackId)
      .where('state', '!=', 'gone')
      .orderBy('id')
      .execute();
    return rows.map(({ root, path }) => ({ root: root === '' ? null : root, path }));
  },
});

/** Removes tracks from the database and from every space's list. */
export const deleteTracks = async (db: Db, trackIds: readonly string[]): Promise<void> => {
  for (const ids of chunksOf(trackIds, 1000)) {
    await db.deleteFrom('track_spaces').where('track_id', 'in', ids).execute();
    await db.deleteFrom('tracks').where('id', 'in', ids).execute();
  }
};

/** Writes a track row, whatever was there before. */
export const upsertTrack = async (
  db: Db,
  track: Omit<Track, 'indexedAt' | 'coverage'> & { coverage?: string | undefined },
): Promise<void> => {
  const row = {
    catalogue: track.catalogue,
    external_id: track.externalId,
    content_id: track.contentId,
    space: track.space,
    title: track.title,
    artist: track.artist,
    album: track.album,
    genre: track.genre,
    tags: JSON.stringify(track.tags),
    year: track.year,
    attributes: JSON.stringify(track.attributes),
    duration_seconds: track.durationSeconds,
    clip_count: track.clipCount,
    coverage: track.coverage ?? 'full',
    root: track.location.root ?? '',
    path: track.location.path,
    search_text: searchText(track),
    indexed_at: Date.now(),
  };
  await db
    .insertInto('tracks')
    .values({ id: track.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
};

const searchText = (track: Omit<Track, 'indexedAt' | 'coverage'>): string =>
  normalise(
    [track.externalId, track.title, track.artist, track.album, track.genre, ...track.tags]
      .filter(Boolean)
      .join(' '),
  );

/** NUL and half a surrogate pair are in no stored text, and PostgreSQL takes neither as a value. */
const searchWords = (query: string): string[] =>
  normalise(query.replaceAll('\0', ' ').toWellFormed()).split(/\s+/).filter(Boolean).slice(0, 8);

/** Without case and accents, so that "avila" finds "Àvila" and "soren" "Søren". */
const normalise = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\0-\x7f]/g, (letter) => PLAIN_LETTERS[letter] ?? letter);

/** Letters of Latin alphabets that Unicode does not take apart, as people without them on their keyboard write them. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
};
