import type { FoundItem, ItemLocation } from '@soundalike/catalogue';
import type { SoundalikeError } from '@soundalike/core';

/** What a source yields: an entry to ingest, or one that cannot be used and why; neither stops the rest. */
export type SourceEntry =
  | { readonly kind: 'found'; readonly item: FoundItem }
  | { readonly kind: 'invalid'; readonly location: ItemLocation; readonly error: SoundalikeError };

/** A source ready to be read. */
export interface Source {
  /** As people know it: the argument given. */
  readonly name: string;
  readonly entries: AsyncIterable<SourceEntry>;
  /** Folder sources see all there is: what was below this prefix of the root and is not any more, is gone. */
  readonly complete?: { readonly root: string; readonly prefix: string } | undefined;
}
