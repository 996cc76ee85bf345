import { SoundalikeError } from '@soundalike/core';
import { type LoadedModel, loadModel, SAMPLE_RATE } from '@soundalike/embedder';
import { createSpace, isMovable, openSpace } from '@soundalike/ingest';
import { openEmbedder } from '../../open-embedder.ts';
import type { Invocation } from '../../verb.ts';
import { type Filled, fill } from './fill.ts';

/** `index create`: another space beside the live one, filled by the usual workers; searches go on in the live one. */
export const create = async (invocation: Invocation): Promise<number> => {
  const { context, options } = invocation;
  const name = typeof options.model === 'string' ? options.model : undefined;
  if (name === undefined && options.hop === undefined && options.coverage === undefined)
    throw new SoundalikeError(
      'INPUT_INVALID',
      'index create needs what is to be different: --model <name>, --hop <seconds> or --coverage <full | sampled:N>',
    );
  const live = await (await context.catalogue()).liveSpace();
  const model = await loadModel({ name: name ?? live?.model, modelsFolder: context.config.modelsDir });
  return createWith(invocation, {
    model,
    hopSamples: parseHop(options.hop),
    coverage: parseCoverage(options.coverage),
    work: options['queue-only'] !== true,
  });
};

/** Makes a space and fills it; says how to go on. */
export const createWith = async (
  invocation: Invocation,
  wanted: {
    readonly model: LoadedModel;
    readonly hopSamples?: number | undefined;
    readonly coverage?: string | undefined;
    readonly work: boolean;
  },
): Promise<number> => {
  const { context, output, signal } = invocation;
  const { modelsDir: modelsFolder, coverage } = context.config;
  const [catalogue, vectors] = await Promise.all([context.catalogue(), context.vectors()]);
  const deps = { catalogue, vectors, modelsFolder, coverage };
  const own = wanted.coverage ?? coverage;
  const { model, live } = await createSpace({
    ...wanted,
    catalogue,
    vectors,
    check: async (made) => {
      const isMoved = isMovable(await openSpace(made.live, deps), { model: made.model.info, coverage: own });
      if (wanted.work && !isMoved) await checkServed(invocation, wanted.model);
    },
  });
  const from = await openSpace(live, deps);
  const to = {
    store: await vectors.openSpace(model.info.space),
    loaded: model,
    model: model.info,
    coverage: own,
  };
  output.note(`Space ${model.info.space} of model ${model.info.name} is being built beside ${live.name}.`);
  const filled = await fill(invocation, { from, to, work: wanted.work });
  output.document({ space: model.info.space, model: model.info.name, live: live.name, ...filled });
  output.print(sayFilled(filled));
  if (signal.aborted) return 130;
  return filled.failed > 0 ? 3 : 0;
};

/** Where other hosts embed, one of them must run the model. */
const checkServed = async ({ context: { config } }: Invocation, model: LoadedModel): Promise<void> => {
  if (config.embedderUrls.length === 0) return;
  await (await openEmbedder({ config, model, purpose: 'ingest' })).close();
};

const sayFilled = ({ way, moved, indexed, failed, pending }: Filled): string => {
  const next = 'soundalike index promote goes over to it.';
  if (way === 'moved') return `${moved} tracks were moved from stored vectors; nothing was decoded. ${next}`;
  const failures = failed > 0 ? `, ${failed} failed (soundalike queue failures)` : '';
  if (pending > 0)
    return `${pending} tracks are on their way${failures}; soundalike index list tells how far it is, soundalike index create or promote --wait work it off here.`;
  return `${indexed} tracks are in it${failures}. ${next}`;
};

const parseHop = (option: unknown): number | undefined => {
  if (typeof option !== 'string') return undefined;
  const seconds = Number(option);
  if (Number.isFinite(seconds) && seconds > 0) return Math.round(seconds * SAMPLE_RATE);
  throw new SoundalikeError('INPUT_INVALID', `--hop must be seconds, as 1.339, got "${option}"`);
};

const parseCoverage = (option: unknown): string | undefined => {
  if (typeof option !== 'string') return undefined;
  if (/^(full|sampled:([1-9]|[1-9]\d|1[01]\d|120))$/.test(option)) return option;
  throw new SoundalikeError(
    'INPUT_INVALID',
    `--coverage must be full or sampled:N, N from 1 to 120, got "${option}"`,
  );
};
