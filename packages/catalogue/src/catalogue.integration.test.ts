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
