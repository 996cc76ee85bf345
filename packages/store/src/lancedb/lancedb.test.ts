import { temporaryFolder } from '@soundalike/testing';
import { openVectorDatabase } from '../index.ts';
import { describeVectorStore } from '../vector-store.contract.ts';

describeVectorStore('lancedb', async () => {
  const url = `lancedb:${temporaryFolder('lancedb')}`;
  return {
    database: await openVectorDatabase(url),
    reopen: (options) => openVectorDatabase(url, options),
  };
});
