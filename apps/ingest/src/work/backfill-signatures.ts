import { toSoundalikeError } from '@soundalike/core';
import { createSignature, decodeAudio, signatureToBytes } from '@soundalike/embedder';
import { naming, openAudio } from '@soundalike/source';
import { readRoots } from '../sources/find-root.ts';
import type { IngestDeps } from './ingest-deps.ts';

/** Contents looked up at once. */
const PAGE = 200;

export interface BackfillResult {
  /** Contents that have a signature now. */
  readonly made: number;
  /** Contents whose audio could not be read again, with the reason. */
  readonly failed: readonly { readonly itemId: number; readonly code: string; readonly message: string }[];
}

type BackfillDeps = Pick<
  IngestDeps,
  'catalogue' | 'ffmpeg' | 'roots' | 'fetchPolicy' | 'temporaryFolder' | 'maxSeconds' | 'nice'
>;

/**
 * Makes the spectral signatures that indexed contents lack, such as those ingested before there were any: decodes their audio once more,
 * embeds nothing. May be stopped and started again.
 *
 * @throws SoundalikeError those of the catalogue; what is wrong with single files is in the result
 */
export const backfillSignatures = async (
  deps: BackfillDeps,
  signal: AbortSignal,
): Promise<BackfillResult> => {
  const { catalogue } = deps;
  const failed: BackfillResult['failed'][number][] = [];
  let made = 0;
  for (let after: string | undefined; ; ) {
    const page = await catalogue.contentsWithoutSignature({ after, limit: PAGE });
    for (const { contentId, itemId } of page) {
      if (signal.aborted) return { made, failed };
      try {
        await catalogue.putSignature(contentId, await hear(itemId, deps, signal));
        made += 1;
      } catch (thrown) {
        const { code, message } = toSoundalikeError(thrown);
        if (code === 'DATABASE_UNAVAILABLE') throw thrown;
        failed.push({ itemId, code, message });
      }
    }
    if (page.length < PAGE) return { made, failed };
    after = page.at(-1)?.contentId;
  }
};

const hear = async (itemId: number, deps: BackfillDeps, signal: AbortSignal): Promise<Uint8Array> => {
  const { catalogue, ffmpeg, roots, fetchPolicy, temporaryFolder, maxSeconds, nice } = deps;
  const item = await catalogue.getItem(itemId);
  const audio = await openAudio({
    location: { root: item?.root ?? null, path: item?.path ?? '' },
    roots: await readRoots(catalogue, roots),
    policy: fetchPolicy,
    temporaryFolder,
    signal,
  });
  try {
    return await naming(audio, async () => {
      const signature = createSignature();
      const { chunks } = await decodeAudio({
        input: { path: audio.path },
        ffmpeg,
        channels: 'mix',
        maxSeconds,
        nice,
        signal,
      });
      for await (const chunk of chunks) signature.push(chunk);
      return signatureToBytes(signature.finish());
    });
  } finally {
    await audio.dispose();
  }
};
