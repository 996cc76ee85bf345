import { openSource, parseSelection, type Source, selectEntries } from '@soundalike/ingest/preview';
import { s3Of } from '../../fetch-policy-of.ts';
import type { Invocation } from '../../verb.ts';

/** The source, narrowed by `--select`; opened before anything heavy, so that a mistyped path costs nothing. */
export const readSource = async (argument: string, { options, context }: Invocation): Promise<Source> => {
  const { config } = context;
  const selections = Array.isArray(options.select) ? options.select.map(String).map(parseSelection) : [];
  const catalogue = await context.catalogue();
  const source = await openSource({
    argument,
    workingDirectory: process.cwd(),
    catalogue,
    roots: config.roots,
    s3: s3Of(config),
  });
  const space = (await catalogue.liveSpace())?.name ?? '';
  return selectEntries(source, selections, { catalogue, catalogueName: config.catalogue, space });
};
