import { type Service, startPostgres } from '@soundalike/testing';
import { describeCatalogue } from './catalogue.contract.ts';
import { openCatalogue } from './index.ts';

let postgres: Service;

describeCatalogue(
  'PostgreSQL',
  async () => {
    postgres = await startPostgres();
    const [catalogue, other] = await Promise.all([openCatalogue(postgres.url), openCatalogue(postgres.url)]);
    await other.close();
    return catalogue;
  },
  async () => postgres?.stop(),
);

test('a text with NUL is the asker’s mistake on PostgreSQL, in whatever question', async () => {
  const own = await startPostgres();
  const catalogue = await openCatalogue(own.url);
  try {
    for (const ask of [
      () => catalogue.findTrack('\0'),
      () => catalogue.findItem('a\0'),
      () => catalogue.retryItems({ code: 'a\0' }),
      () => catalogue.listTracks({ filter: { artist: 'a\0' }, limit: 1 }),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await catalogue.listTracks({ query: '\0a', limit: 1 })).toEqual([]);
  } finally {
    await catalogue.close();
    await own.stop();
  }
}, 60_000);
