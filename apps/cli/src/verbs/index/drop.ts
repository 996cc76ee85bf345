import { SoundalikeError } from '@soundalike/core';
import { dropSpace, listSpaces } from '@soundalike/ingest';
import type { Invocation } from '../../verb.ts';

/** `index drop <space> --yes`: removes a space's vectors for good. */
export const drop = async ({ context, output, positionals, options }: Invocation): Promise<number> => {
  const [, space] = positionals;
  if (space === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      'index drop needs a space: soundalike index drop <space> --yes; soundalike index list shows them',
    );
  const [catalogue, vectors] = await Promise.all([context.catalogue(), context.vectors()]);
  const view = (await listSpaces({ catalogue, vectors })).find((known) => known.space === space);
  if (view && view.state !== 'live' && options.yes !== true)
    throw new SoundalikeError(
      'INPUT_INVALID',
      `This would remove the ${view.clips} clips of ${view.tracks} tracks in ${space} (${view.state}${view.model === null ? '' : `, model ${view.model}`}); it cannot be undone. Say so with --yes`,
      { fields: { space, tracks: view.tracks, clips: view.clips } },
    );
  await dropSpace({ catalogue, vectors }, space);
  output.document({ dropped: space, tracks: view?.tracks ?? 0, clips: view?.clips ?? 0 });
  output.print(`${space} is dropped.`);
  return 0;
};
