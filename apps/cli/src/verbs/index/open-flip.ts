import { chooseSpace, flipSpace, openSpace } from '@soundalike/ingest';
import type { Invocation } from '../../verb.ts';

/**
 * The live space and the one that is to follow it, both opened before anything changes: a model that is not here, or vectors that are gone,
 * leave the pointer where it is.
 *
 * @param state of the space to follow, where the command line names none
 * @returns `flip` moves the pointer and brings in what came meanwhile
 * @throws SoundalikeError those of `chooseSpace` and `openSpace`
 */
export const openFlip = async ({ context, positionals, signal }: Invocation, state: 'building' | 'kept') => {
  const { modelsDir: modelsFolder, coverage, catalogue: catalogueName } = context.config;
  const [catalogue, vectors, queue] = await Promise.all([
    context.catalogue(),
    context.vectors(),
    context.queue(),
  ]);
  const { live, chosen } = await chooseSpace(catalogue, positionals[1], state);
  const deps = { catalogue, vectors, modelsFolder, coverage };
  const [from, to] = [await openSpace(live, deps), await openSpace(chosen, deps)];
  const { logger } = context;
  return {
    catalogue,
    live,
    chosen,
    from,
    to,
    flip: () => flipSpace({ catalogue, vectors, queue, catalogueName, from, to, signal, logger }),
  };
};
