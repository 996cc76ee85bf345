import { openVectorDatabase } from './index.ts';
import { describeVectorStore } from './vector-store.contract.ts';

describeVectorStore('memory', async () => {
  const url = `memory:contract-${process.pid}`;
  return {
    database: await openVectorDatabase(url),
    reopen: (options) => openVectorDatabase(url, options),
  };
});

describe('openVectorDatabase', () => {
  test('another scheme is refused without showing a password', async () => {
    const opening = openVectorDatabase('pinecone://me:secret@host/x');
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(opening).rejects.not.toThrow('secret');
  });

  test('memory: is private to its opener, memory:name is shared', async () => {
    await (await openVectorDatabase('memory:')).openSpace('a', { create: true });
    expect(await (await openVectorDatabase('memory:')).listSpaces()).toEqual([]);
    await (await openVectorDatabase('memory:shared')).openSpace('a', { create: true });
    expect(await (await openVectorDatabase('memory:shared')).listSpaces()).toEqual(['a']);
  });
});
