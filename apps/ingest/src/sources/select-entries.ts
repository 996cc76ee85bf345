import type { Catalogue, FoundItem } from '@soundalike/catalogue';
import { SoundalikeError, type TrackMetadata } from '@soundalike/core';
import type { Source, SourceEntry } from './source-entry.ts';

/** Fields that a selection may name. */
const FIELDS = ['artist', 'album', 'genre', 'title', 'id', 'path'] as const;

/** Entries looked up at once. */
const BATCH = 500;

export interface Selection {
  readonly field: (typeof FIELDS)[number];
  readonly value: string;
}

/** Reads `artist=Ann` or `path=Albums/1999`. @throws SoundalikeError `INPUT_INVALID` */
export const parseSelection = (text: string): Selection => {
  const at = text.indexOf('=');
  const field = FIELDS.find((known) => known === text.slice(0, at));
  const value = text.slice(at + 1).trim();
  if (at > 0 && field && value) return { field, value };
  throw new SoundalikeError(
    'INPUT_INVALID',
    `--select must look like artist=NAME with one of ${FIELDS.join(', ')}, got "${text}"`,
  );
};

/**
 * A part of a source: the entries for which every selection holds, by what the manifest says or, where it says nothing, by what the catalogue
 * knows of the place. A part speaks for nothing but itself: nothing is gone because of it.
 */
export const selectEntries = (
  source: Source,
  selections: readonly Selection[],
  known: { catalogue: Catalogue; catalogueName: string; space: string },
): Source =>
  selections.length === 0
    ? source
    : { ...source, scope: undefined, entries: matching(source.entries, selections, known) };

async function* matching(
  entries: AsyncIterable<SourceEntry>,
  selections: readonly Selection[],
  { catalogue, catalogueName, space }: Parameters<typeof selectEntries>[2],
): AsyncGenerator<SourceEntry> {
  let batch: FoundItem[] = [];
  const flush = async (): Promise<SourceEntry[]> => {
    const found = batch;
    batch = [];
    const compared = await catalogue.compareFound({ catalogue: catalogueName, space, found });
    const tracks = await catalogue.tracksOfItems(
      compared.map(({ itemId }) => itemId).filter((id) => id !== undefined),
    );
    return found
      .filter((item, i) => isWanted(item, tracks.get(compared[i]?.itemId ?? -1), selections))
      .map((item) => ({ kind: 'found', item }));
  };
  for await (const entry of entries) {
    if (entry.kind === 'invalid') continue;
    batch.push(entry.item);
    if (batch.length >= BATCH) yield* await flush();
  }
  yield* await flush();
}

const isWanted = (
  item: FoundItem,
  track: TrackMetadata | undefined,
  selections: readonly Selection[],
): boolean =>
  selections.every(({ field, value }) => {
    if (field === 'id') return item.externalId === value;
    if (field === 'path') return isBelow(item.path, value.replace(/\/+$/, ''));
    const said = item.metadata[field] ?? track?.[field];
    return typeof said === 'string' && said.toLowerCase() === value.toLowerCase();
  });

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
