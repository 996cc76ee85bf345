import { listSpaces, type SpaceView } from '@soundalike/ingest';
import type { Invocation } from '../../verb.ts';

/** `index list`: every space of database and store. */
export const list = async ({ context, output }: Invocation): Promise<number> => {
  const [catalogue, vectors] = await Promise.all([context.catalogue(), context.vectors()]);
  const spaces = await listSpaces({ catalogue, vectors });
  output.document(spaces);
  for (const space of spaces) output.print(format(space));
  if (spaces.length === 0) output.print('Nothing is indexed yet: soundalike ingest <folder>');
  return 0;
};

const format = (view: SpaceView): string => {
  const facts = [
    view.model ?? 'the database does not know it: soundalike index drop removes it',
    view.hopSeconds === null ? '' : `a clip each ${view.hopSeconds} s`,
    view.coverage ?? '',
    view.transform ?? '',
    view.index === null ? 'no vectors in the store' : `index ${view.index}`,
  ].filter(Boolean);
  const missing = view.missing > 0 ? `, ${view.missing} of the live tracks missing` : '';
  const mark = view.state === 'live' ? '*' : ' ';
  return `${mark} ${view.space}  ${view.state.padEnd(8)} ${view.tracks} tracks, ${view.clips} clips${missing}\n    ${facts.join(', ')}`;
};
