import type { FoundItem } from '@soundalike/catalogue';
import { isLink, isS3 } from '@soundalike/source';
import type { ManifestEntry } from './manifest-row.ts';

/** A link or an object of a bucket, of which nothing is asked yet; undefined for what is neither. */
export const linkEntry = ({
  place,
  externalId,
  metadata,
}: ManifestEntry): { readonly kind: 'found'; readonly item: FoundItem } | undefined =>
  isLink(place) || isS3(place)
    ? { kind: 'found', item: { root: null, path: place, externalId, metadata, size: null, modifiedMs: null } }
    : undefined;
