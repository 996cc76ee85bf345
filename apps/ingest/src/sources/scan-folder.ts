import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, isAudioName } from '@soundalike/source';
import type { SourceEntry } from './source-entry.ts';

/**
 * Every audio file below a folder, by name, as a stream; links to folders are followed once each, so loops end. What cannot be read is
 * reported as an entry and does not stop the rest.
 *
 * @param options.prefix path of `folder` within the root, '' or with `/` between its parts
 * @param options.inner folders below that are roots of their own, and their names
 */
export async function* scanFolder(options: {
  folder: string;
  root: string;
  prefix: string;
  inner?: ReadonlyMap<string, string>;
}): AsyncGenerator<SourceEntry> {
  const { inner, ...first } = options;
  const seen = new Set<string>();
  const waiting = [first];
  const enter = (folder: string, within: { root: string; prefix: string }) => {
    const own = inner?.get(folder);
    waiting.push({ folder, ...(own === undefined ? within : { root: own, prefix: '' }) });
  };
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { folder, root, prefix } = next;
    try {
      const real = await realpath(folder);
      if (seen.has(real)) continue;
      seen.add(real);
      for await (const entry of await opendir(folder)) {
        const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
        const absolute = join(folder, entry.name);
        if (entry.isDirectory()) enter(absolute, { root, prefix: path });
        else if (entry.isSymbolicLink()) {
          const target = await stat(absolute).catch(() => undefined);
          if (target?.isDirectory()) enter(absolute, { root, prefix: path });
          else if (isAudioName(entry.name)) yield await found(absolute, root, path);
        } else if (isAudioName(entry.name) && !entry.name.startsWith('._'))
          yield await found(absolute, root, path);
      }
    } catch (cause) {
      yield {
        kind: 'invalid',
        location: { root, path: prefix || '.' },
        error: fileError(folder, cause),
        hidesOthers: true,
      };
    }
  }
}

const found = async (absolute: string, root: string, path: string): Promise<SourceEntry> => {
  const location = { root, path };
  try {
    const { size, mtimeMs } = await stat(absolute);
    return {
      kind: 'found',
      item: { ...location, externalId: null, metadata: {}, size, modifiedMs: Math.floor(mtimeMs) },
    };
  } catch (cause) {
    return { kind: 'invalid', location, error: fileError(absolute, cause), hidesOthers: false };
  }
};
