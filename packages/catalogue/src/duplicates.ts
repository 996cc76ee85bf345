import { fillMetadata } from '@soundalike/core';
import type { Catalogue, DuplicateGroup } from './catalogue.ts';
import type { OpenDatabase } from './database.ts';
import { toItem } from './rows.ts';

/** Living items that hold the same audio. Groups of the same recording by signature join here with their own evidence. */
export const createDuplicates = ({ db }: OpenDatabase): Pick<Catalogue, 'duplicateGroups'> => ({
  duplicateGroups: async ({ catalogue, after = '', limit }) => {
    let shared = db
      .selectFrom('items')
      .select('content_id')
      .where('content_id', '>', after)
      .where('state', 'in', ['indexed', 'duplicate'])
      .groupBy('content_id')
      .having(({ fn }) => fn.countAll(), '>', 1)
      .orderBy('content_id')
      .limit(limit);
    if (catalogue !== undefined) shared = shared.where('catalogue', '=', catalogue);
    let copies = db
      .selectFrom('items')
      .selectAll()
      .where('content_id', 'in', shared)
      .where('state', 'in', ['indexed', 'duplicate']);
    if (catalogue !== undefined) copies = copies.where('catalogue', '=', catalogue);
    const groups = new Map<string, DuplicateGroup['copies'][number][]>();
    for (const row of await copies.orderBy('content_id').orderBy('id').execute()) {
      const item = toItem(row);
      const group = groups.get(row.content_id as string) ?? [];
      groups.set(row.content_id as string, group);
      group.push({
        itemId: item.id,
        trackId: item.trackId ?? '',
        externalId: item.externalId,
        location: { root: item.root, path: item.path },
        metadata: fillMetadata(item.metadata, item.fileMetadata),
      });
    }
    return [...groups].map(([key, group]) => ({ evidence: 'same-content', key, copies: group }));
  },
});
