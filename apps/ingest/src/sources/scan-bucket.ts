import { basename } from 'node:path';
import { isAudioName, listObjects, type S3Options } from '@soundalike/source';
import type { SourceEntry } from './source-entry.ts';

/** Every audio object below `s3://bucket/prefix`, streamed page by page. */
export async function* scanBucket(url: string, s3: S3Options): AsyncGenerator<SourceEntry> {
  for await (const { url: path, size, modifiedMs, etag } of listObjects(url, s3)) {
    if (!isAudioName(path) || basename(path).startsWith('._')) continue;
    yield {
      kind: 'found',
      item: { root: null, path, externalId: null, metadata: {}, size, modifiedMs, etag },
    };
  }
}
