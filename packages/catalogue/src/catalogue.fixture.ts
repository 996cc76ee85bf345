import { EMPTY_METADATA } from '@soundalike/core';
import type { Catalogue, FoundItem, IndexedItem } from './catalogue.ts';

export const SPACE = 'a'.repeat(16);

export const file = (path: string, extra: Partial<FoundItem> = {}): FoundItem => ({
  root: 'music',
  path,
  externalId: null,
  metadata: {},
  size: 100,
  modifiedMs: 5,
  ...extra,
});

export const result = (
  itemId: number,
  content: string,
  extra: Partial<IndexedItem['track']> = {},
): IndexedItem => ({
  itemId,
  contentId: content,
  timings: { decode: 3 },
  audioSeconds: 30,
  track: {
    id: content,
    catalogue: 'default',
    externalId: null,
    contentId: content,
    space: SPACE,
    durationSeconds: 30,
    clipCount: 11,
    ...EMPTY_METADATA,
    ...extra,
  },
});

/** A run over what was found, and the work on one item, as ingestion does them. */
export const createSteps = (get: () => Catalogue) => ({
  scan: async (found: FoundItem[], extra: { force?: boolean; space?: string } = {}) => {
    const run = await get().createRun({ catalogue: 'default', source: 'test' });
    return {
      run,
      ...(await get().recordFound({ runId: run.id, catalogue: 'default', space: SPACE, found, ...extra })),
    };
  },
  index: async (itemId: number, content: string, extra: Partial<IndexedItem['track']> = {}) => {
    await get().startItem(itemId, 'w:1');
    return get().finishItem(result(itemId, content, extra));
  },
});
