import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { SoundalikeError } from '@soundalike/core';
import { isLink } from '@soundalike/source';
import { glob as expand } from 'tinyglobby';
import type { AudioFrames } from '../decode/decode-audio.ts';

/** What can be decoded: a path, an http(s) link, or samples in memory. */
export type AudioSource = string | AudioFrames;

/**
 * The files that patterns name, in alphabetical order for each pattern; links and existing files are taken as they are.
 *
 * @throws SoundalikeError `SOURCE_NOT_FOUND` where a pattern names nothing
 */
export async function* expandGlobs(patterns: readonly string[]): AsyncGenerator<string> {
  for (const pattern of patterns) {
    if (isLink(pattern) || (await isFile(pattern))) {
      yield pattern;
      continue;
    }
    const found = await expand([pattern.replaceAll('\\', '/')], {
      absolute: isAbsolute(pattern),
      expandDirectories: false,
    });
    if (found.length === 0)
      throw new SoundalikeError('SOURCE_NOT_FOUND', `No file matches ${pattern} in ${resolve('.')}`, {
        fields: { pattern },
      });
    yield* found.sort();
  }
}

const isFile = async (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
