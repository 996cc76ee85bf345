import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@soundalike/testing';
import { sql } from 'kysely';
import { describeCatalogue } from './catalogue.contract.ts';
import { openDatabase } from './database.ts';
import { openCatalogue } from './index.ts';

describeCatalogue('memory', () => openCatalogue('memory:'));
describeCatalogue('sqlite file', () => openCatalogue(`sqlite:${join(temporaryFolder('catalogue'), 'c.db')}`));

describe('openCatalogue', () => {
  test('a missing file is not made by a reader', async () => {
    await expect(
      openCatalogue(`sqlite:${join(temporaryFolder('none'), 'c.db')}`, { readOnly: true }),
    ).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  test.each([false, true])(
    'a file that is no database is damaged, not away (readOnly: %s)',
    async (readOnly) => {
      const file = join(temporaryFolder('damaged'), 'c.db');
      writeFileSync(file, 'no database '.repeat(1_000));
      const opened = openCatalogue(`sqlite:${file}`, { readOnly }).then((catalogue) => catalogue.ping());
      await expect(opened).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' });
    },
  );

  test('a file that may not be written is no fault of ours', async () => {
    const url = `sqlite:${join(temporaryFolder('locked'), 'c.db')}`;
    await (await openCatalogue(url)).close();
    const catalogue = await openCatalogue(url, { readOnly: true });
    await expect(catalogue.setSetting('a', 'b')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await catalogue.close();
  });

  test('a server that is away says so', async () => {
    await expect(openCatalogue('postgres://u:secret@127.0.0.1:1/x')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.not.stringContaining('secret'),
    });
  });

  test('tables of a newer version are refused, and left as they are', async () => {
    const url = `sqlite:${join(temporaryFolder('newer'), 'c.db')}`;
    await (await openCatalogue(url)).close();
    const { db, close } = await openDatabase(url, { readOnly: false });
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(db);
    await close();
    await expect(openCatalogue(url)).rejects.toMatchObject({
      code: 'DATABASE_TOO_NEW',
      fields: { step: '9999-later' },
    });
  });

  test('text that is searched and was stored before letters were made plain is made so, once', async () => {
    const url = `sqlite:${join(temporaryFolder('plain'), 'c.db')}`;
    await (await openCatalogue(url)).close();
    const { db, close } = await openDatabase(url, { readOnly: false });
    const columns = await sql<{
      name: string;
      type: string;
    }>`select name, type from pragma_table_info('tracks')`.execute(db);
    const values = columns.rows.map(({ name, type }) =>
      name === 'search_text'
        ? 'søren łodz straße æther'
        : /int|real/i.test(type)
          ? 1
          : name === 'id'
            ? 'x'
            : '{}',
    );
    await sql`insert into tracks values (${sql.join(values)})`.execute(db);
    await sql`delete from kysely_migration where name = '0060-plain-letters'`.execute(db);
    await close();
    const catalogue = await openCatalogue(url);
    const found = await catalogue.listTracks({ query: 'søren lodz STRASSE', limit: 9 });
    await catalogue.close();
    expect(found.map(({ id }) => id)).toEqual(['x']);
  });

  test('several processes may start on a new file at once', async () => {
    const url = `sqlite:${join(temporaryFolder('race'), 'c.db')}`;
    const opened = await Promise.all([1, 2, 3, 4].map(() => openCatalogue(url)));
    for (const catalogue of opened) await catalogue.close();
  });
});
