import { SoundalikeError } from '@soundalike/core';
import type { Catalogue, SpaceState } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { toSpaceRow } from './rows.ts';

type Spaces = Pick<
  Catalogue,
  | 'liveSpace'
  | 'ensureSpace'
  | 'setLiveSpace'
  | 'listSpaces'
  | 'addSpace'
  | 'setSpaceRun'
  | 'flipLiveSpace'
  | 'forgetSpace'
  | 'putSpaceTransform'
  | 'getSpaceTransform'
  | 'getSetting'
  | 'setSetting'
>;
type Db = OpenDatabase['db'];

/** The setting that is the one pointer to the live space. */
const LIVE_SPACE = 'live-space';

/** The setting that names the space which was live before: what a rollback goes back to. */
const FORMER_SPACE = 'former-space';

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

    ensureSpace: async (space) => {
      await insertSpace(db, space);
      await db
        .insertInto('settings')
        .values({ key: LIVE_SPACE, value: space.name })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const live = await liveSpace();
      if (!live) throw new RangeError(`the live space pointer names a space that is not there`);
      return live;
    },

    setLiveSpace: async (name) => {
      await db.selectFrom('spaces').select('name').where('name', '=', name).executeTakeFirstOrThrow();
      await writeSetting(db, LIVE_SPACE, name);
      await db.deleteFrom('space_states').where('name', '=', name).execute();
    },

    listSpaces: async () => {
      const live = await readSetting(db, LIVE_SPACE);
      const rows = await db
        .selectFrom('spaces')
        .leftJoin('space_states', 'space_states.name', 'spaces.name')
        .selectAll('spaces')
        .select(['space_states.state', 'space_states.run_id'])
        .orderBy('created_at')
        .execute();
      return rows.map(({ state, run_id, ...row }) => ({
        ...toSpaceRow(row),
        state: row.name === live ? 'live' : ((state ?? 'idle') as SpaceState),
        runId: run_id === null ? null : Number(run_id),
      }));
    },

    addSpace: (space) =>
      db.transaction().execute(async (transaction) => {
        await insertSpace(transaction, space);
        if ((await readSetting(transaction, LIVE_SPACE)) !== space.name)
          await writeState(transaction, space.name, 'building');
      }),

    setSpaceRun: async (name, runId) => {
      await db.updateTable('space_states').set({ run_id: runId }).where('name', '=', name).execute();
    },

    flipLiveSpace: ({ from, to }) =>
      db.transaction().execute(async (transaction) => {
        await transaction
          .selectFrom('spaces')
          .select('name')
          .where('name', '=', to)
          .executeTakeFirstOrThrow();
        // One statement decides: of two flips at once the second finds another space live.
        const flipped = await transaction
          .updateTable('settings')
          .set({ value: to })
          .where('key', '=', LIVE_SPACE)
          .where('value', '=', from)
          .executeTakeFirst();
        if (Number(flipped.numUpdatedRows) === 0)
          throw new SoundalikeError('SPACE_MISMATCH', `The live space is not ${from} (any more)`, {
            fields: { space: from, liveSpace: await readSetting(transaction, LIVE_SPACE) },
          });
        await transaction.deleteFrom('space_states').where('name', '=', to).execute();
        await writeState(transaction, from, 'kept');
        await writeSetting(transaction, FORMER_SPACE, from);
      }),

    putSpaceTransform: async (name, { mean, whitening, calibration }) => {
      await db
        .insertInto('space_transforms')
        .values({
          name,
          mean: Buffer.from(mean),
          whitening: whitening ? Buffer.from(whitening) : null,
          calibration: JSON.stringify(calibration),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    getSpaceTransform: async (name) => {
      const row = await db
        .selectFrom('space_transforms')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst();
      return (
        row && {
          mean: new Uint8Array(row.mean),
          whitening: row.whitening ? new Uint8Array(row.whitening) : undefined,
          calibration: JSON.parse(row.calibration),
        }
      );
    },

    forgetSpace: (name) =>
      db.transaction().execute(async (transaction) => {
        if ((await readSetting(transaction, LIVE_SPACE)) === name)
          throw new SoundalikeError(
            'SPACE_MISMATCH',
            `The space ${name} is live; promote another one first`,
            {
              fields: { liveSpace: name },
            },
          );
        await transaction.deleteFrom('track_spaces').where('space', '=', name).execute();
        await transaction.deleteFrom('space_states').where('name', '=', name).execute();
        await transaction.deleteFrom('space_transforms').where('name', '=', name).execute();
        await transaction.deleteFrom('spaces').where('name', '=', name).execute();
      }),

    getSetting: (key) => readSetting(db, key),

    setSetting: async (key, value) => {
      if (value === undefined) await db.deleteFrom('settings').where('key', '=', key).execute();
      else await writeSetting(db, key, value);
    },
  };
};

const insertSpace = async (
  db: Db,
  { name, model, description }: Parameters<Spaces['addSpace']>[0],
): Promise<void> => {
  await db
    .insertInto('spaces')
    .values({ name, model, description: JSON.stringify(description), created_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

const writeState = async (db: Db, name: string, state: 'building' | 'kept'): Promise<void> => {
  await db
    .insertInto('space_states')
    .values({ name, state, run_id: null })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ state }))
    .execute();
};

const readSetting = async (db: Db, key: string): Promise<string | undefined> =>
  (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst())?.value;

const writeSetting = async (db: Db, key: string, value: string): Promise<void> => {
  await db
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
};
