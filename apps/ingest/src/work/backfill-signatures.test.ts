import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { EMPTY_METADATA } from '@soundalike/core';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { backfillSignatures } from './backfill-signatures.ts';

const SAMPLES = join(__dirname, '../../../../samples');
const CONTENT = 'c'.repeat(22);

test('contents without a signature get one; what cannot be read is named and the rest goes on', async () => {
  const catalogue = await openCatalogue('memory:');
  const run = await catalogue.createRun({ catalogue: 'default', source: 'test' });
  const found = ['catalogue/Dexter Quill Five/01 Quill Pen.opus', 'gone.opus'].map((path) => ({
    root: 'samples',
    path,
    externalId: null,
    metadata: {},
    size: 1,
    modifiedMs: 1,
  }));
  const { queued } = await catalogue.recordFound({
    runId: run.id,
    catalogue: 'default',
    space: 's',
    found,
  });
  for (const [index, itemId] of queued.entries()) {
    const contentId = `${CONTENT.slice(1)}${index}`;
    await catalogue.finishItem({
      itemId,
      contentId,
      timings: {},
      audioSeconds: 1,
      track: {
        id: contentId,
        contentId,
        catalogue: 'default',
        externalId: null,
        space: 's',
        durationSeconds: 1,
        clipCount: 1,
        ...EMPTY_METADATA,
      },
    });
  }
  const deps = {
    catalogue,
    ffmpeg: await findFfmpeg(),
    roots: { samples: SAMPLES },
    fetchPolicy: { allow: [], maxBytes: 1, timeoutMs: 1 },
    temporaryFolder: temporaryFolder('backfill'),
    maxSeconds: 600,
    nice: 0,
  };
  const signal = new AbortController().signal;
  const result = await backfillSignatures(deps, signal);
  expect(result).toMatchObject({ made: 1, failed: [{ itemId: queued[1], code: 'SOURCE_NOT_FOUND' }] });
  const [bytes] = (await catalogue.getSignatures([`${CONTENT.slice(1)}0`])).values();
  // 21.5 words of three bytes a second, for some twenty seconds of music.
  expect(bytes?.length).toBeGreaterThan(20 * 21 * 3);
  expect((await backfillSignatures(deps, signal)).made).toBe(0);
  await catalogue.close();
});
