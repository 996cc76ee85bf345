import { SoundalikeError } from '@soundalike/core';
import { loadModel } from '@soundalike/embedder';
import type { Invocation } from '../../verb.ts';
import { createWith } from '../index/create.ts';

/**
 * `model use <name>`: builds the index of another model beside the live one. With `model pull` (or `convert`) before and `index promote` after,
 * that is the whole way to another model; searches go on meanwhile.
 */
export const use = async (invocation: Invocation): Promise<number> => {
  const { context, output, positionals, options } = invocation;
  const [, name] = positionals;
  if (name === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      'model use needs a model: soundalike model use <name>; soundalike model list shows what is installed',
    );
  const model = await loadModel({ name, modelsFolder: context.config.modelsDir });
  const known = (await (await context.catalogue()).listSpaces()).find(
    (space) => space.name === model.info.space,
  );
  if (known?.state === 'live') {
    output.document({ space: known.name, model: name, state: 'live' });
    output.print(`${name} is in use already.`);
    return 0;
  }
  if (known?.state === 'kept') {
    output.document({ space: known.name, model: name, state: 'kept' });
    output.print(
      `The index of ${name} is kept from before: soundalike index promote ${known.name} brings it up to date and goes over to it.`,
    );
    return 0;
  }
  return createWith(invocation, { model, work: options['queue-only'] !== true });
};
