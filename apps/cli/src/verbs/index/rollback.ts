import { chooseSpace, flipSpace, openSpace } from '@soundalike/ingest';
import type { Invocation } from '../../verb.ts';

/** `index rollback`: the pointer goes back at once; what came in meanwhile is brought into the space that is live again. */
export const rollback = async ({ context, output, positionals, signal }: Invocation): Promise<number> => {
  const { modelsDir: modelsFolder, coverage, catalogue: catalogueName } = context.config;
  const [catalogue, vectors, queue] = await Promise.all([
    context.catalogue(),
    context.vectors(),
    context.queue(),
  ]);
  const { live, chosen } = await chooseSpace(catalogue, positionals[1], 'kept');
  const deps = { catalogue, vectors, modelsFolder, coverage };
  // Opened before anything changes: a model that is not here, or vectors that are gone, are no way back.
  const [from, to] = [await openSpace(live, deps), await openSpace(chosen, deps)];
  const after = await flipSpace({
    catalogue,
    vectors,
    queue,
    catalogueName,
    from,
    to,
    signal,
    logger: context.logger,
  });
  output.document({ live: chosen.name, model: chosen.model, former: live.name, after });
  const { moved, queued } = after;
  output.print(
    [
      `${chosen.name} (${chosen.model}) is live again; ${live.name} is kept.`,
      ...(moved > 0 ? [`${moved} tracks that came in meanwhile were moved into it.`] : []),
      ...(queued > 0
        ? [`${queued} tracks that came in meanwhile are queued for it; workers bring them in.`]
        : []),
    ].join('\n'),
  );
  return 0;
};
