import { EMPTY_METADATA } from '@soundalike/core';
import { file as musicFile, SPACE } from './catalogue.fixture.ts';
import type { Catalogue, FoundItem } from './catalogue.ts';

export const CATALOGUE = 'ledger';
export const SOURCE = 'ledger/export.csv';

export const file = (path: string, extra: Partial<FoundItem> = {}): FoundItem =>
  musicFile(path, { root: 'ledger', ...extra });

/** A track, but for what is its own. */
export const TRACK = {
  catalogue: CATALOGUE,
  externalId: null,
  space: SPACE,
  durationSeconds: 30,
  clipCount: 11,
  coverage: 'sampled:10',
  ...EMPTY_METADATA,
};

/** A run over what a label's list named, and the work on one item, stage by stage. */
export const createLedgerSteps = (get: () => Catalogue) => ({
  scan: async (
    found: FoundItem[],
    source = SOURCE,
    extra: { speaksFor?: 'list' | 'places' } = { speaksFor: 'places' },
  ) => {
    const run = await get().createRun({ catalogue: CATALOGUE, source });
    const result = await get().recordFound({
      runId: run.id,
      catalogue: CATALOGUE,
      space: SPACE,
      found,
      source,
      ...extra,
    });
    return { run, ...result };
  },
  index: async (itemId: number, content: string, title: string, etag?: string) => {
    await get().startItem(itemId, 'w:1');
    await get().setStage(itemId, 'store');
    return get().finishItem({
      itemId,
      worker: 'w:1',
      contentId: content,
      timings: { decode: 5, embed: 20 },
      audioSeconds: 30,
      fileMetadata: { title },
      etag,
      track: { ...TRACK, id: content, contentId: content, title },
    });
  },
});
