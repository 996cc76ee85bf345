import type { Catalogue } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { toSpaceRow } from './rows.ts';

type Spaces = Pick<
  Catalogue,
  'liveSpace' | 'ensureSpace' | 'setLiveSpace' | 'listSpaces' | 'getSetting' | 'setSetting'
>;

/** The setting that is the one pointer to the live space. */
const LIVE_SPACE = 'live-space';

export const createSpaces = ({ db }: OpenDatabase): Spaces => {
  const liveSpace: Spaces['liveSpace'] = async () => {
    const row = await db
      .selectFrom('spaces')
      .innerJoin('settings', 'settings.value', 'spaces.name')
      .selectAll('spaces')
      .where('settings.key', '=', LIVE_SPACE)
      .executeTakeFirst();
    return row && toSpaceRow(row);
  };
  return {
    liveSpace,

    ensureSpace: async ({ name, model, description }) => {
      await db
        .insertInto('spaces')
        .values({ name, model, description: JSON.stringify(description), created_at: Date.now() })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await db
        .insertInto('settings')
        .values({ key: LIVE_SPACE, value: name })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const live = await liveSpace();
      if (!live) throw new RangeError(`the live space pointer names a space that is not there`);
      return live;
    },

    setLiveSpace: async (name) => {
      await db.selectFrom('spaces').select('name').where('name', '=', name).executeTakeFirstOrThrow();
      await db
        .insertInto('settings')
        .values({ key: LIVE_SPACE, value: name })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: name }))
        .execute();
    },

    listSpaces: async () =>
      (await db.selectFrom('spaces').selectAll().orderBy('created_at').execute()).map(toSpaceRow),

    getSetting: async (key) =>
      (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst())?.value,

    setSetting: async (key, value) => {
      if (value === undefined) await db.deleteFrom('settings').where('key', '=', key).execute();
      else
        await db
          .insertInto('settings')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute();
    },
  };
};
