import { compareSource, formatDifference } from '@soundalike/ingest/preview';
import type { Invocation } from '../../verb.ts';
import { progressOf } from './progress-of.ts';
import { readSource } from './read-source.ts';

/** Says what a run over the source would do. */
export const showDifference = async (argument: string, invocation: Invocation): Promise<number> => {
  const { options, context, output, signal } = invocation;
  const source = await readSource(argument, invocation);
  const catalogue = await context.catalogue();
  const progress = progressOf(invocation);
  const difference = await compareSource({
    source,
    catalogue,
    catalogueName: context.config.catalogue,
    space: (await catalogue.liveSpace())?.name ?? '',
    force: options.force === true,
    onFound: progress.found,
    signal,
  });
  progress.stop();
  output.print(formatDifference(difference));
  output.document(difference);
  return signal.aborted ? 130 : 0;
};
