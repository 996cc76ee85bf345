import type { FoundItem, ItemLocation, SourceScope } from '@soundalike/catalogue';
import type { SoundalikeError } from '@soundalike/core';

/** What a source yields: an entry to ingest, or one that cannot be used and why; neither stops the rest. */
export type SourceEntry =
  | { readonly kind: 'found'; readonly item: FoundItem }
  | {
      readonly kind: 'invalid';
      readonly location: ItemLocation;
      readonly error: SoundalikeError;
      /** It may stand for known items (an unreadable folder, a broken row), which must not look gone because of it. */
      readonly hidesOthers: boolean;
    };

/** A source ready to be read. */
export interface Source {
  /** As people know it: the argument given. */
  readonly name: string;
  /** The same on every run: a folder, manifest or bucket in full. */
  readonly key: string;
  readonly entries: AsyncIterable<SourceEntry>;
  /** What the source speaks for: known items of it that it names no more are gone. */
  readonly scope?: SourceScope | undefined;
}
