import type { Catalogue, SourceScope } from '@soundalike/catalogue';
import type { Bits } from './bits.ts';
import type { NumberMap } from './number-map.ts';
import { distinct, placeKey } from './record-source.ts';

/** Known items read at once. */
const PAGE = 1_000;

type KnownItem = Awaited<ReturnType<Catalogue['knownItems']>>[number];

interface Compared {
  readonly catalogue: Catalogue;
  readonly catalogueName: string;
  readonly space: string;
  readonly scope: SourceScope;
  /** Ids of the items that the source named. */
  readonly seen: Bits;
  /** New files by {@link fileKey}; each that explains a move is taken out. */
  readonly newFiles: NumberMap;
}

/** Known items of a scope that its source names no more: moved where a new file is the same, else gone. */
export async function* findGone(
  compared: Compared,
): AsyncGenerator<{ kind: 'moved' | 'gone'; item: KnownItem }> {
  const { catalogue, catalogueName, scope, seen, newFiles } = compared;
  for (let after = 0; ; ) {
    const page = await catalogue.knownItems({ catalogue: catalogueName, scope, after, limit: PAGE });
    const unseen = page.filter(({ id }) => !seen.has(id));
    const there = await placesSeen(unseen, compared);
    for (const item of unseen) {
      if (there.has(placeKey(item))) continue;
      const key = fileKey(item.size ?? 0, item.modifiedMs);
      const kind = newFiles.get(key) > 0 ? 'moved' : 'gone';
      if (kind === 'moved') newFiles.add(key, -1);
      yield { kind, item };
    }
    after = page.at(-1)?.id ?? after;
    if (page.length < PAGE) return;
  }
}

/** A list may give a file several own ids; a folder or bucket sees it once: of these places, those where something was seen. */
const placesSeen = async (
  items: readonly KnownItem[],
  { catalogue, catalogueName, space, scope, seen }: Compared,
): Promise<ReadonlySet<string>> => {
  if (scope.source !== undefined || items.length === 0) return new Set();
  const found = distinct(items.map((item) => ({ ...item, externalId: null, metadata: {} })));
  const compared = await catalogue.compareFound({ catalogue: catalogueName, space, found });
  return new Set(found.filter((_, at) => seen.has(compared[at]?.itemId ?? 0)).map(placeKey));
};

/** Size and time of a file as one number; what is equal in both is taken for one file. */
export const fileKey = (size: number, modifiedMs: number | null): number =>
  ((modifiedMs ?? 0) % 2 ** 32) * 2 ** 20 + (size % 2 ** 20);
